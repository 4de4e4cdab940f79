"""Resolvers that misbehave on purpose: each asks Unbound first and then spoils the answer, unless its table row says otherwise.

UDP and TCP, port 53, at 11.53.9.1 and up; RESOLVERS at the end is the list.
"""

import asyncio
import secrets
import socket
import struct
from collections import Counter

UNBOUND = ("127.0.0.1", 53)
NSD = ("11.53.0.1", 53)
FORWARD_SECONDS = 10
CONNECTION_SECONDS = 60
MEMORY_ENTRIES = 200_000
BURST_BYTES = 1 << 20       # of packets that wait for a resolver while it is busy; the kernel may grant less

TC, AD, QR = 0x0200, 0x0020, 0x8000
FORMERR, SERVFAIL, NXDOMAIN, REFUSED = 1, 2, 3, 5
A, MX, TXT, OPT = 1, 15, 16, 41


# Just enough of the wire format.

def flags(message):
    return struct.unpack_from("!H", message, 2)[0]


def with_flags(message, value):
    return message[:2] + struct.pack("!H", value) + message[4:]


def question_end(message):
    at = 12
    while message[at]:
        at += 1 + message[at]
    return at + 5


def has_edns(query):
    """Queries of the lab's clients hold one question, and OPT as their only other record."""
    end = question_end(query)
    return len(query) > end + 2 and query[end] == 0 and struct.unpack_from("!H", query, end + 1)[0] == OPT


def empty_reply(query, rcode=0, more_flags=0):
    """Header and question only."""
    end = question_end(query)
    value = QR | 0x0080 | (flags(query) & 0x0110) | more_flags | rcode          # RA; RD and CD as asked
    return query[:2] + struct.pack("!HHHHH", value, 1, 0, 0, 0) + query[12:end]


def with_edns(reply, query):
    """With the OPT record that belongs to the query's."""
    if not has_edns(query):
        return reply
    return reply[:10] + b"\0\1" + reply[12:] + struct.pack("!BHHIH", 0, OPT, 1232, 0x8000, 0)


class Forward(asyncio.DatagramProtocol):
    """One question to Unbound from a port of its own."""

    def __init__(self, query):
        self.query, self.answer = query, asyncio.get_running_loop().create_future()

    def connection_made(self, transport):
        transport.sendto(self.query)

    def datagram_received(self, data, address):
        if not self.answer.done():
            self.answer.set_result(data)

    def error_received(self, error):
        if not self.answer.done():
            self.answer.set_exception(error)


async def ask_udp(query, server=UNBOUND):
    transport, forward = await asyncio.get_running_loop().create_datagram_endpoint(lambda: Forward(query), remote_addr=server)
    try:
        async with asyncio.timeout(FORWARD_SECONDS):
            return await forward.answer
    finally:
        transport.close()


async def ask_tcp(query, server=UNBOUND):
    async with asyncio.timeout(FORWARD_SECONDS):
        reader, writer = await asyncio.open_connection(*server)
        try:
            writer.write(struct.pack("!H", len(query)) + query)
            return await reader.readexactly(struct.unpack("!H", await reader.readexactly(2))[0])
        finally:
            writer.close()


class Resolver:
    """An honest one.  udp() and tcp() give the packets to send; tcp is None where connections are refused."""

    async def udp(self, query):
        return [await ask_udp(query)]

    async def tcp(self, query):
        return [await ask_tcp(query)]

    async def tcp_send(self, writer, packets):
        for packet in packets:
            writer.write(struct.pack("!H", len(packet)) + packet)
        await writer.drain()


class Spoiling(Resolver):
    """Changes the honest answer, or makes one up, in the same way for UDP and TCP."""

    def spoil(self, query, answer):
        return [answer]

    async def udp(self, query):
        return self.spoil(query, await ask_udp(query))

    async def tcp(self, query):
        return self.spoil(query, await ask_tcp(query))


class AlwaysTruncated(Resolver):
    async def udp(self, query):
        return [empty_reply(query, more_flags=TC)]


class TruncatedAndRefused(AlwaysTruncated):
    tcp = None


class TruncatedAndStalled(AlwaysTruncated):
    async def tcp_send(self, writer, packets):
        writer.write(b"\0")
        await writer.drain()


class OtherQuestion(Spoiling):
    def spoil(self, query, answer):
        """Same length, so that compression pointers stay right."""
        first = answer[13:14]
        return [answer[:13] + (b"y" if first != b"y" else b"z") + answer[14:]]


class Dead(Resolver):
    async def udp(self, query):
        return []

    async def tcp(self, query):
        return []


class LowerCase(Spoiling):
    def spoil(self, query, answer):
        end = question_end(answer) - 4
        return [answer[:12] + answer[12:end].lower() + answer[end:]]


class SaysAuthentic(Spoiling):
    def spoil(self, query, answer):
        return [with_flags(answer, flags(answer) | AD)]


class StripsAd(Spoiling):
    def spoil(self, query, answer):
        return [with_flags(answer, flags(answer) & ~AD)]


class WithoutSoa(Spoiling):
    """Negative answers are a header and a question."""

    def spoil(self, query, answer):
        negative = not struct.unpack_from("!H", answer, 6)[0] and flags(answer) & 15 in (0, NXDOMAIN)
        return [with_edns(empty_reply(query, flags(answer) & 15, flags(answer) & AD), query)] if negative else [answer]


class DeniesMx(Spoiling):
    """Whoever has an MX record does not exist; asked for anything else it does."""

    def spoil(self, query, answer):
        is_mx = struct.unpack_from("!H", query, question_end(query) - 4)[0] == MX
        return [with_edns(empty_reply(query, NXDOMAIN), query)] if is_mx and not flags(answer) & 15 else [answer]


class EmptiesLarge(Spoiling):
    """TXT records that make the answer larger than this get lost, and NODATA comes instead."""

    octets = 300

    def spoil(self, query, answer):
        is_txt = struct.unpack_from("!H", query, question_end(query) - 4)[0] == TXT
        return [with_edns(empty_reply(query), query)] if is_txt and len(answer) > self.octets else [answer]


class RewritesNxdomain(Spoiling):
    def spoil(self, query, answer):
        if flags(answer) & 15 != NXDOMAIN:
            return [answer]
        end = question_end(query)
        reply = bytearray(empty_reply(query))
        if struct.unpack_from("!H", query, end - 4)[0] == A:
            reply[6:8] = b"\0\1"
            reply += struct.pack("!HHHIH", 0xC00C, A, 1, 300, 4) + bytes([11, 22, 99, 99])
        return [bytes(reply)]


class FormerrOnEdns(Resolver):
    async def udp(self, query):
        return [empty_reply(query, FORMERR)] if has_edns(query) else await super().udp(query)

    async def tcp(self, query):
        return [empty_reply(query, FORMERR)] if has_edns(query) else await super().tcp(query)


class SilentOnEdns(Resolver):
    async def udp(self, query):
        return [] if has_edns(query) else await super().udp(query)

    async def tcp(self, query):
        return [] if has_edns(query) else await super().tcp(query)


class Always(Resolver):
    def __init__(self, rcode):
        self.rcode = rcode

    async def udp(self, query):
        return [empty_reply(query, self.rcode)]

    tcp = udp


class Forged(Resolver):
    """Fifty replies that a blind attacker would send, then the right one."""

    async def udp(self, query):
        answer = await ask_udp(query)
        other = OtherQuestion().spoil(query, answer)[0]
        wrong_id = [bytes(a ^ b for a, b in zip(answer[:2], (secrets.randbelow(255) + 1, i))) + answer[2:] for i in range(25)]
        return [forged for pair in zip(wrong_id, [other] * 25) for forged in pair] + [answer]


class Delayed(Resolver):
    """For measurements: every answer after the same delay, from memory once it has been asked for."""

    seconds = 0.020

    def __init__(self):
        self.memory = {}

    async def _answer(self, query, ask):
        loop = asyncio.get_running_loop()
        due = loop.time() + self.seconds
        end = question_end(query) - 4
        key = query[2:12] + query[12:end].lower() + query[end:]
        answer = self.memory.get((ask, key))
        if answer is None:
            answer = await ask(query)
            if len(self.memory) < MEMORY_ENTRIES:
                self.memory[ask, key] = answer
        # The client's own id, and its letter case in the question.
        answer = query[:2] + answer[2:12] + query[12:end] + answer[end:]
        await asyncio.sleep(due - loop.time())
        return [answer]

    async def udp(self, query):
        return await self._answer(query, ask_udp)

    async def tcp(self, query):
        return await self._answer(query, ask_tcp)


class Flaky(Resolver):
    """No resolver but a name server: NSD, which loses two of five UDP packets of each question, by count.

    The first is lost in silence and the third to SERVFAIL.  All addresses count together, so of three packets in a row one is
    lost, and of five two, whichever addresses they go to: as long as one client asks at a time.
    """

    counts = Counter()

    async def udp(self, query):
        question = query[12:question_end(query)].lower()
        self.counts[question] += 1
        match self.counts[question] % 5:
            case 1:
                return []
            case 3:
                return [empty_reply(query, SERVFAIL)]
        return [await ask_udp(query, NSD)]

    async def tcp(self, query):
        return [await ask_tcp(query, NSD)]


class UdpServer(asyncio.DatagramProtocol):
    def __init__(self, resolver):
        self.resolver, self.tasks = resolver, set()

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, address):
        task = asyncio.ensure_future(self._reply(data, address))
        self.tasks.add(task)            # the loop itself keeps only weak references
        task.add_done_callback(self.tasks.discard)

    async def _reply(self, query, address):
        try:
            for packet in await self.resolver.udp(query):
                self.transport.sendto(packet, address)
        except (OSError, TimeoutError, IndexError, struct.error):
            pass        # Unbound is away, or the packet was no query


async def serve_tcp(resolver, reader, writer):
    """Each question by itself: one that takes its time keeps no other waiting (RFC 7766 6.2.1.1)."""
    async def reply(query):
        try:
            await resolver.tcp_send(writer, await resolver.tcp(query))
        except (OSError, TimeoutError, IndexError, struct.error, asyncio.IncompleteReadError):
            pass

    try:
        async with asyncio.timeout(CONNECTION_SECONDS), asyncio.TaskGroup() as group:
            while True:
                query = await reader.readexactly(struct.unpack("!H", await reader.readexactly(2))[0])
                group.create_task(reply(query))
    except (OSError, TimeoutError, asyncio.IncompleteReadError, ExceptionGroup):
        pass
    finally:
        writer.close()


RESOLVERS = {
    "11.53.9.1": AlwaysTruncated(),         # TC over UDP, right over TCP
    "11.53.9.2": OtherQuestion(),           # answers for another name
    "11.53.9.3": Dead(),                    # never answers
    "11.53.9.4": LowerCase(),               # lower-cases the name in the question
    "11.53.9.5": SaysAuthentic(),           # sets AD on everything
    "11.53.9.6": RewritesNxdomain(),        # NXDOMAIN becomes A 11.22.99.99
    "11.53.9.7": FormerrOnEdns(),           # FORMERR to EDNS
    "11.53.9.8": SilentOnEdns(),            # drops EDNS
    "11.53.9.9": Always(REFUSED),
    "11.53.9.10": Forged(),                 # 50 forged replies before the right one
    "11.53.9.11": Always(SERVFAIL),
    "11.53.9.12": TruncatedAndRefused(),    # TC over UDP, TCP refused
    "11.53.9.13": TruncatedAndStalled(),    # TC over UDP, TCP stalls after one octet
    "11.53.9.14": Delayed(),                # right, after 20 ms
    "127.0.0.61": StripsAd(),               # on loopback, where AD may count
    "127.0.0.62": SaysAuthentic(),
    "127.0.0.63": WithoutSoa(),
    "127.0.0.64": EmptiesLarge(),
    "127.0.0.65": DeniesMx(),               # NXDOMAIN to MX
    "11.53.0.3": Always(REFUSED),           # no resolver: the lame name server of the table
    "11.53.0.5": Flaky(),                   # and the flaky ones
    "11.53.0.6": Flaky(),
    "11.53.0.7": Flaky(),
}


async def main():
    loop = asyncio.get_running_loop()
    for address, resolver in RESOLVERS.items():
        transport, _ = await loop.create_datagram_endpoint(lambda resolver=resolver: UdpServer(resolver), local_addr=(address, 53))
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BURST_BYTES)
        if resolver.tcp:
            await asyncio.start_server(lambda r, w, resolver=resolver: serve_tcp(resolver, r, w), address, 53, backlog=1024)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
