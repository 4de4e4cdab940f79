"""peers.py PEERS.json: SMTP and HTTPS servers that misbehave on purpose, each a function named like its domain in world.py.

A script holds one connection.  Each is bounded: it ends by itself after SESSION_SECONDS, whatever the client does, and
sends no more than FLOOD_BYTES.
"""

import asyncio
import gzip
import json
import socket
import ssl
import struct
import sys

SESSION_SECONDS = 120
FLOOD_BYTES = 64 << 20
LINE_BYTES = 4096

SCRIPTS = {}


def script(function):
    SCRIPTS[function.__name__.replace("_", "-")] = function
    return function


class Peer:
    """One address, and what is said there unless a script says otherwise."""

    def __init__(self, row):
        self.address, self.name, self.domain = row["address"], row["name"], row["domain"]
        self.script, self.starttls = SCRIPTS[row["script"]], row["starttls"]
        self.connections = 0
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if row["script"] == "old-tls":      # else OpenSSL offers no such version
            self.context.set_ciphers("DEFAULT@SECLEVEL=0")
        self.context.minimum_version = ssl.TLSVersion.TLSv1 if row["script"] == "old-tls" else ssl.TLSVersion.TLSv1_2
        self.context.load_cert_chain(row["cert"], row["key"])
        self.port, self.tls = (443, {"ssl": self.context}) if row.get("https") else (25, {})
        if row["script"] == "https-resets-once":        # within the handshake
            self.tls = {}

    async def accept(self, reader, writer):
        self.connections += 1
        try:
            async with asyncio.timeout(SESSION_SECONDS):
                await self.script(Session(self, reader, writer))
        except (OSError, TimeoutError, asyncio.IncompleteReadError, ValueError):
            pass        # the client went away, or had its time
        finally:
            writer.close()


class Session:
    """One connection: the polite conversation, of which a script replaces parts."""

    def __init__(self, peer, reader, writer):
        self.peer, self.reader, self.writer = peer, reader, writer
        self.name = peer.name
        self.secure = False
        self.end = "\r\n"
        self.delay = 0

    async def send(self, data):
        self.writer.write(data if isinstance(data, bytes) else data.encode())
        await self.writer.drain()

    async def line(self, text):
        if self.delay:
            await asyncio.sleep(self.delay)
        await self.send(text + self.end)

    async def greet(self):
        await self.line(f"220 {self.name} ESMTP")

    async def command(self):
        """The next command's verb in capitals, or "" at the end.  Standard output says who was told what: tests read it."""
        line = await self.reader.readline()
        verb = line.split()[0].upper().decode("latin-1") if line.split() else ("NOOP" if line else "")
        if verb:
            print(self.peer.address, ascii(verb)[1:-1], flush=True)
        return verb

    def keywords(self):
        keywords = ["PIPELINING", "SIZE 10240000", "8BITMIME", "ENHANCEDSTATUSCODES", "SMTPUTF8"]
        return keywords + ["STARTTLS"] if self.peer.starttls and not self.secure else keywords

    async def ehlo(self):
        lines = [f"{self.name} at your service"] + self.keywords()
        await self.line(self.end.join(f"250{' ' if i == len(lines) - 1 else '-'}{text}" for i, text in enumerate(lines)))

    async def start_tls(self):
        if self.peer.script is not command_injection:
            self.reader._buffer.clear()     # asyncio itself keeps what came before the handshake
        await self.line("220 2.0.0 ready")
        await self.writer.start_tls(self.peer.context)
        self.secure = True

    async def serve(self, **replaced):
        """Greeting is over; answer until QUIT.  replaced: a reply text, or a function, for a verb."""
        while verb := await self.command():
            other = replaced.get(verb)
            if isinstance(other, str):
                await self.line(other)
            elif other:
                await other()
            elif verb == "EHLO":
                await self.ehlo()
            elif verb == "STARTTLS" and self.peer.starttls and not self.secure:
                await self.start_tls()
            elif verb == "QUIT":
                await self.line("221 2.0.0 bye")
                return
            elif verb in ("HELO", "NOOP", "RSET"):
                await self.line(f"250 {self.name}")
            else:
                await self.line("502 5.5.1 not here")

    async def drain_until_closed(self):
        while await self.reader.read(LINE_BYTES):
            pass


# Who doesn't answer, or late.

@script
async def silent(s):
    while await s.command():
        pass


@script
async def tarpit(s):
    await asyncio.sleep(20)
    await s.greet()
    await s.serve()


@script
async def slow(s):
    await asyncio.sleep(14)
    await s.greet()
    await s.serve()


async def reset(s):
    s.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.writer.transport.abort()


async def drip(s, text, octets):
    """The first octets of a text one a second, and then the rest."""
    for octet in text[:octets]:
        await s.send(octet)
        await asyncio.sleep(1)
    await s.line(text[octets:])


# OpenBSD's tarpit, as it is unless configured otherwise.
@script
async def spamd(s):
    await drip(s, f"220 {s.name} ESMTP spamd IP-based SPAM blocker", 10)
    await s.serve(EHLO="250 Hello, spam sender. Pleased to be wasting your time.")


@script
async def one_octet(s):
    await drip(s, f"220 {s.name} ESMTP", 20)
    await s.serve(EHLO=f"250 {s.name}")


@script
async def reset_after_connect(s):
    await reset(s)


@script
async def close_after_connect(s):
    pass


@script
async def close_after_ehlo(s):
    await s.greet()
    await s.command()


@script
async def delay20(s):
    s.delay = 0.020
    await s.greet()
    await s.serve()


# Who refuses.

@script
async def reject_554(s):
    await s.line("554 5.7.1 no SMTP service here")
    await s.serve(EHLO="503 5.5.1 no", HELO="503 5.5.1 no")


@script
async def reject_us(s):
    client = s.writer.get_extra_info("peername")[0]
    await s.line(f"554 5.7.1 Service unavailable; client [{client}] blocked using bl.blocklist.lab")
    await s.serve(EHLO="503 5.5.1 no", HELO="503 5.5.1 no")


@script
async def needs_ptr(s):
    await s.line("554 5.7.1 The connecting IP must have a valid PTR")
    await s.serve(EHLO="503 5.5.1 no", HELO="503 5.5.1 no")


@script
async def teaser_521(s):
    await s.line(f"220-{s.name} ESMTP")
    await asyncio.sleep(0.2)
    await s.line(f"521 5.3.2 {s.name} does not accept mail")
    await s.serve(EHLO="503 5.5.1 no", HELO="503 5.5.1 no")


@script
async def teaser_421(s):
    await s.line(f"220-{s.name} ESMTP")
    await asyncio.sleep(0.2)
    await s.line(f"421 4.3.2 {s.name} too busy, try later")


@script
async def busy_421(s):
    await s.line(f"421 4.3.2 {s.name} too busy, try later")


@script
async def helo_only(s):
    await s.greet()
    await s.serve(EHLO="500 5.5.1 command unrecognized", STARTTLS="500 5.5.1 command unrecognized")


@script
async def ehlo_refused(s):
    await s.greet()
    await s.serve(EHLO="550 5.7.1 not you", HELO="550 5.7.1 not you")


@script
async def ehlo_tempfail(s):
    await s.greet()
    await s.serve(EHLO="450 4.3.2 not now", HELO="450 4.3.2 not now")


# Protocol.

@script
async def endless_greeting(s):
    chunk = f"220-{s.name} welcomes you\r\n".encode() * 1024
    for _ in range(FLOOD_BYTES // len(chunk)):
        await s.send(chunk)


@script
async def bad_code(s):
    await s.line("2x0 hello")
    await s.serve()


@script
async def mixed_codes(s):
    await s.greet()
    await s.serve(EHLO=f"250-{s.name}\r\n250-PIPELINING\r\n251-SIZE 10240000\r\n250 8BITMIME")


@script
async def ehlo_no_codes(s):
    await s.greet()
    await s.serve(EHLO=f"250-{s.name}\r\nPIPELINING\r\nSTARTTLS\r\n250 8BITMIME")


@script
async def bare_lf(s):
    s.end = "\n"
    await s.greet()
    await s.serve()


@script
async def long_line(s):
    await s.greet()
    keywords = s.keywords
    s.keywords = lambda: ["X-LONG ".ljust(594, "x")] + keywords()      # with "250-" and CRLF: 600 octets
    await s.serve()


@script
async def starred_banner(s):
    await s.line("220 ***********2****")
    s.keywords = lambda: ["PIPELINING", "XXXXXXXA"]
    await s.serve()


@script
async def hostile_banner(s):
    await s.send(b"220 " + s.name.encode() + b" <script>alert(1)</script> \x1b[31mred \xe2\x80\xaeesrever \xff\xfe \x00 end\r\n")
    await s.serve()


@script
async def banner_escapes(s):
    await s.send(b"220 m\\120." + s.peer.domain.encode() + b"\x00 ESMTP\r\n")
    await s.serve()


@script
async def two_names(s):
    s.name = f"node{1 + s.peer.connections % 2}.{s.peer.domain}"
    await s.greet()
    await s.serve()


@script
async def one_bad_name(s):
    if s.peer.connections % 2 == 0:
        s.name = f"old.{s.peer.domain}"
    await s.greet()
    await s.serve()


# Recipients.

@script
async def no_postmaster(s):
    await s.greet()
    await s.serve(MAIL="250 2.1.0 ok", RCPT="550 5.1.1 no such user here")


@script
async def open_relay(s):
    await s.greet()
    await s.serve(MAIL="250 2.1.0 ok", RCPT="250 2.1.5 ok")


# STARTTLS.

@script
async def old_tls(s):
    await s.greet()
    await s.serve()


@script
async def starttls_454(s):
    await s.greet()
    await s.serve(STARTTLS="454 4.7.0 TLS not available due to temporary reason")


@script
async def injection(s):
    async def reply():
        await s.send("220 2.0.0 ready\r\n250 injected\r\n")
        await s.drain_until_closed()
    await s.greet()
    await s.serve(STARTTLS=reply)


# What was read before the handshake is kept, as many servers did: CVE-2021-38371.
@script
async def command_injection(s):
    await s.greet()
    await s.serve()


@script
async def injection_late(s):
    async def reply():
        await s.send("220 2.0.0 ready\r\n")
        await asyncio.sleep(0.05)
        await s.send("250 injected\r\n")
        await s.drain_until_closed()
    await s.greet()
    await s.serve(STARTTLS=reply)


@script
async def tls_broken(s):
    async def reply():
        await s.line("220 2.0.0 ready")
        await s.reader.read(LINE_BYTES)         # the ClientHello
        await s.send("this is no TLS record, is it?\r\n" * 8)
        await s.drain_until_closed()
    await s.greet()
    await s.serve(STARTTLS=reply)


@script
async def handshake_resets(s):
    async def reply():
        await s.line("220 2.0.0 ready")
        await s.reader.read(LINE_BYTES)         # the ClientHello
        await reset(s)
    await s.greet()
    await s.serve(STARTTLS=reply)


# Inside TLS.

async def serve_inside(s, reply):
    """Polite, until EHLO comes inside TLS."""
    async def ehlo():
        await (reply() if s.secure else s.ehlo())
    await s.greet()
    await s.serve(EHLO=ehlo)


async def close(s):
    s.writer.close()


@script
async def tls_refuses_ehlo(s):
    await serve_inside(s, lambda: s.line("503 5.5.1 bad sequence of commands"))


@script
async def tls_421(s):
    async def reply():
        await s.line(f"421 4.3.2 {s.name} shutting down")
        await close(s)
    await serve_inside(s, reply)


@script
async def tls_closes(s):
    await serve_inside(s, lambda: close(s))


@script
async def tls_resets(s):
    await serve_inside(s, lambda: reset(s))


@script
async def tls_cuts_reply(s):
    async def reply():
        await s.send(f"250-{s.name}\r\n250-PIPELI")
        await close(s)
    await serve_inside(s, reply)


@script
async def tls_silent(s):
    await serve_inside(s, s.drain_until_closed)


@script
async def tls_speaks_first(s):
    async def reply():
        await s.start_tls()
        await s.greet()
    await s.greet()
    await s.serve(STARTTLS=reply)


# HTTPS.

async def request(s):
    """Reads a request; what is asked for doesn't matter."""
    while (await s.reader.readline()).strip():
        pass


@script
async def https_drip(s):
    await request(s)
    await s.send("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")
    while True:
        await s.send("x")
        await asyncio.sleep(0.5)


@script
async def https_endless(s):
    await request(s)
    await s.send("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")
    for _ in range(FLOOD_BYTES >> 16):
        await s.send(b"x" * (1 << 16))


@script
async def https_header_bomb(s):
    await request(s)
    await s.send("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n")
    for _ in range(100):
        await s.send("X-Bomb: 1\r\n" * 1000)
    await s.send("\r\n")


@script
async def https_transfer_bomb(s):
    """10 MB of zeros in 10 KB, as a transfer coding, which libraries undo unasked."""
    await request(s)
    await s.send("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: gzip\r\n\r\n")
    await s.send(gzip.compress(bytes(10 << 20)))


def policy_text(s):
    return f"version: STSv1\r\nmode: enforce\r\nmx: mx1.{s.peer.domain}\r\nmax_age: 604800\r\n"


@script
async def https_resets_once(s):
    """Every other connection is reset in the handshake."""
    if s.peer.connections % 2 == 0:
        await s.reader.read(LINE_BYTES)         # the ClientHello
        await reset(s)
        return
    await s.writer.start_tls(s.peer.context)
    await request(s)
    text = policy_text(s)
    await s.send(f"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {len(text)}\r\n\r\n{text}")


@script
async def https_chunk_extensions(s):
    """The policy, octet by octet, each with 60 KB around it that mean nothing."""
    await request(s)
    await s.send("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n")
    for octet in policy_text(s):
        await s.send(f"1;{'x' * 60000}\r\n{octet}\r\n")
    await s.send("0\r\n\r\n")


async def main():
    with open(sys.argv[1], encoding="ascii") as file:
        peers = [Peer(row) for row in json.load(file)]
    servers = [await asyncio.start_server(peer.accept, peer.address, peer.port, backlog=1024, limit=LINE_BYTES, **peer.tls) for peer in peers]
    await asyncio.gather(*(server.serve_forever() for server in servers))


if __name__ == "__main__":
    asyncio.run(main())
