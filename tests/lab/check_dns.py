"""What the lab's resolvers must answer.  Used by check, inside the lab."""

import re
import socket
import subprocess
import time
from collections import Counter

from model import reverse_name
from world import DOMAINS

NOT_VALIDATED = ("bogus.lab", "dnssec-expired.lab", "dnssec-other-ds.lab", "dnssec-no-keys.lab", "unsigned.lab", "dane-unsigned.lab", "dnssec-no-ds.lab")
UNSIGNED_HOSTS = ("mx1.plain.dnssec-opt-out.lab",)

# Where the answer isn't simply what the table says.
DNS = [     # name, type, rcode, AD, what the answer section must hold
    ("lab", "DNSKEY", "NOERROR", True, [" 256 3 13 "]),
    ("no-such-name.lab", "A", "NXDOMAIN", True, []),
    ("bogus.lab", "MX", "SERVFAIL", False, []),
    ("dnssec-expired.lab", "MX", "SERVFAIL", False, []),
    ("dnssec-other-ds.lab", "MX", "SERVFAIL", False, []),
    ("dnssec-no-keys.lab", "MX", "SERVFAIL", False, []),
    ("unsigned.lab", "MX", "NOERROR", False, ["10 mx1.unsigned.lab."]),
    ("good.lab", "TXT", "NOERROR", True, ["v=spf1 mx -all"]),
    ("_dmarc.good.lab", "TXT", "NOERROR", True, ["p=quarantine"]),
    ("s1._domainkey.good.lab", "TXT", "NOERROR", True, ["v=DKIM1; k=rsa; p=MI"]),
    ("_mta-sts.good.lab", "TXT", "NOERROR", True, ["v=STSv1; id="]),
    ("_smtp._tls.good.lab", "TXT", "NOERROR", True, ["v=TLSRPTv1;"]),
    ("_25._tcp.mx1.good.lab", "TLSA", "NOERROR", True, ["3 1 1 "]),
    ("_25._tcp.mx2.good.lab", "TLSA", "NOERROR", True, ["3 1 1 "]),
    ("_25._tcp.mx1.dane-usage-0.lab", "TLSA", "NOERROR", True, ["0 1 1 "]),
    ("_25._tcp.mx1.dane-unsigned.lab", "TLSA", "NOERROR", False, ["3 1 1 "]),
    ("2.0.0.127.bl-good.lab", "A", "NOERROR", False, ["127.0.0.2"]),
    ("1.0.0.127.bl-good.lab", "A", "NXDOMAIN", False, []),
    ("25.145.22.11.bl-good.lab", "A", "NOERROR", False, ["127.0.0.2"]),
    ("2.0.0.127.bl-dead.lab", "A", "NXDOMAIN", False, []),
    ("1.0.0.127.bl-all.lab", "A", "NOERROR", False, ["127.0.0.2"]),
    ("1.0.0.127.bl-refuses.lab", "A", "NOERROR", False, ["127.255.255.254"]),
    ("1.0.0.127.bl-parked.lab", "A", "NOERROR", False, ["1.2.3.4"]),
    ("mta-sts.good.lab", "A", "NOERROR", True, ["11.80.0.1"]),
    ("probe.lab", "A", "NOERROR", True, ["11.9.9.9"]),
    ("9.9.9.11.in-addr.arpa", "PTR", "NOERROR", True, ["probe.lab."]),
    ("25.20.22.11.in-addr.arpa", "PTR", "NXDOMAIN", True, []),
    ("25.21.22.11.in-addr.arpa", "PTR", "NOERROR", True, None),
    ("25.21.22.11.in-addr.arpa", "TXT", "NOERROR", True, ["no PTR here"]),
    ("gone.ptr-nxdomain.lab", "A", "NXDOMAIN", True, []),
    ("elsewhere.ptr-elsewhere.lab", "A", "NOERROR", True, ["11.22.23.99"]),
    ("25.24.22.11.in-addr.arpa", "PTR", "NOERROR", True, ["mx1.two-ptr.lab.", "old.two-ptr.lab."]),
    ("25.26.22.11.in-addr.arpa", "PTR", "NOERROR", True, ["mx1.eleven-ptr.lab."] + [f"www{i}.eleven-ptr.lab." for i in range(1, 11)]),
    ("25.27.22.11.in-addr.arpa", "PTR", "NOERROR", True, ["25.0-63.27.22.11.in-addr.arpa.", "mx1.rfc2317.lab."]),
    ("25.28.22.11.in-addr.arpa", "PTR", "NXDOMAIN", True, ["25.0-63.28.22.11.in-addr.arpa."]),
    ("25.29.22.11.in-addr.arpa", "PTR", "NOERROR", True, ["alias.ptr-target-cname.lab."]),
    ("alias.ptr-target-cname.lab", "A", "NOERROR", True, ["mx1.ptr-target-cname.lab.", "11.22.29.25"]),
    ("25.30.22.11.in-addr.arpa", "PTR", "NOERROR", True, ["localhost.localdomain."]),
    ("six.ptr-other-family.lab", "A", "NOERROR", True, None),
    ("six.ptr-other-family.lab", "AAAA", "NOERROR", True, ["2a0b:bb80:31::25"]),
    ("11-22-32-25.dynamic.isp.lab", "A", "NOERROR", True, ["11.22.32.25"]),
    ("25.33.22.11.in-addr.arpa", "PTR", "SERVFAIL", False, []),
    ("25.34.22.11.in-addr.arpa", "PTR", "SERVFAIL", False, []),
    ("25.247.22.11.in-addr.arpa", "PTR", "NXDOMAIN", True, []),
    ("null-mx.lab", "MX", "NOERROR", True, ["0 ."]),
    ("null-mx-mixed.lab", "MX", "NOERROR", True, ["0 .", "10 mx1.null-mx-mixed.lab."]),
    ("implicit-mx.lab", "MX", "NOERROR", True, None),
    ("implicit-mx.lab", "A", "NOERROR", True, ["11.22.62.25"]),
    ("alias.mx-cname.lab", "A", "NOERROR", True, ["mx1.mx-cname.lab.", "11.22.63.25"]),
    ("loop.mx-cname-loop.lab", "A", "SERVFAIL", False, None),
    ("11.22.65.25", "A", "NXDOMAIN", True, []),
    ("mx1.mx-no-address.lab", "A", "NOERROR", True, None),
    ("gone.mx-one-dead.lab", "A", "NXDOMAIN", True, []),
    ("ms123.msv1.invalid", "A", "NXDOMAIN", False, []),
    ("mx1.mx-private.lab", "A", "NOERROR", True, ["10.0.0.25"]),
    ("no-mx.lab", "MX", "NOERROR", True, None),
    ("no-mx.lab", "A", "NOERROR", True, None),
    ("mx1.blackhole.lab", "A", "NOERROR", True, ["11.66.81.25"]),
]
OWN_REVERSE = {"ptr-bogus.lab", "ptr-servfail.lab", "ptr-stale.lab", "bogus.lab"}     # tested above, or not to be seen


def drill(name, kind, *options):
    text = subprocess.run(["drill", "-D", *options, name, kind], capture_output=True, text=True, errors="replace", timeout=30).stdout
    head = re.search(r"rcode: (\w+)", text)
    flags = re.search(r";; flags:([a-z ]*);", text)
    answer = text.partition("ANSWER SECTION:")[2].partition(";; AUTHORITY")[0]
    records = [" ".join(line.split()) for line in answer.splitlines() if line and "\tRRSIG\t" not in line]
    return head and head[1], " ad" in (flags[1] if flags else ""), records


def check_dns(name, kind, rcode, ad, needles, *options):
    got, got_ad, records = drill(name, kind, *options)
    wrong = []
    if got != rcode:
        wrong.append(f"{got} instead of {rcode}")
    if got_ad != ad:
        wrong.append("AD" if got_ad else "no AD")
    if needles is None and any(f" {kind} " in record for record in records):
        wrong.append(f"has records: {records}")
    wrong += [f"lacks {n!r}" for n in needles or () if not any(n in record for record in records)]
    return wrong


def dns_checks():
    for row in DNS:
        yield f"{row[0]} {row[1]}", check_dns, row
    yield "bogus.lab MX with CD", check_dns, ("bogus.lab", "MX", "NOERROR", False, ["10 mx1.bogus.lab."], "-o", "CD")
    yield "10.in-addr.arpa is ours", check_dns, ("25.0.0.10.in-addr.arpa", "PTR", "NOERROR", True, ["mx1.mx-private.lab."])
    yield "ns1 has the PTR of ptr-stale.lab", check_dns, ("25.247.22.11.in-addr.arpa", "PTR", "NOERROR", False, ["mx1.ptr-stale.lab."], "@11.53.0.1")
    yield "ns4 lacks a record of ns-differ.lab", check_dns, ("ns-differ.lab", "TXT", "NOERROR", False, ["v=spf1 mx -all"], "@11.53.0.4")
    for domain in DOMAINS:
        if domain.name in NOT_VALIDATED:
            continue
        yield f"{domain.name} SOA", check_dns, (domain.name, "SOA", "NOERROR", True, ["ns1.lab."])
        targets = ["0 ." if mx == "0 ." else mx.split()[1] for mx in domain.mx]
        if targets:
            yield f"{domain.name} MX", check_dns, (domain.name, "MX", "NOERROR", True, targets)
        for host in domain.hosts:
            for address in host.addresses:
                kind = "AAAA" if ":" in address else "A"
                yield f"{host.fqdn} {kind}", check_dns, (host.fqdn, kind, "NOERROR", host.fqdn not in UNSIGNED_HOSTS, [address])
                if host.ptr_names and domain.name not in OWN_REVERSE:
                    yield f"{address} PTR", check_dns, (reverse_name(address), "PTR", "NOERROR", True, host.ptr_names)


# The resolvers that misbehave.

def packets(server, name, edns=False, seconds=0.5):
    """Every UDP packet that comes back for one question."""
    labels = b"".join(bytes([len(part)]) + part.encode() for part in name.split("."))
    query = b"\x12\x34\x01\0\0\1\0\0\0\0" + (b"\0\1" if edns else b"\0\0") + labels + b"\0\0\1\0\1" + (b"\0\0\x29\4\xd0\0\0\0\0\0\0" if edns else b"")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.connect((server, 53))
        udp.send(query)
        got, until = [], time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            udp.settimeout(left)
            try:
                got.append(udp.recv(65536))
            except OSError:
                break
    return query, got


def tcp_answer(server, seconds=1):
    query, _ = packets("127.0.0.1", "mx1.good.lab", seconds=0)
    try:
        with socket.create_connection((server, 53), seconds) as tcp:
            tcp.sendall(len(query).to_bytes(2, "big") + query)
            return tcp.recv(65536)
    except OSError as error:
        return error


def resolver_rows():
    name = "mx1.good.lab"
    honest = bytes([11, 22, 1, 25])

    def truncated(server, tcp_as_expected):
        got = packets(server, name)[1]
        return (len(got) == 1 and bool(got[0][2] & 2), tcp_as_expected(tcp_answer(server)))

    def rcode(server, edns=False):
        got = packets(server, name, edns)[1]
        return got[0][3] & 15 if got else None

    yield "9.1 TC, right over TCP", lambda: truncated("11.53.9.1", lambda tcp: honest in tcp) == (True, True)
    yield "9.2 answers another name", lambda: packets("11.53.9.2", name)[1][0][12:].startswith(b"\3yx1\4good")
    yield "9.3 never answers", lambda: packets("11.53.9.3", name)[1] == [] and tcp_answer("11.53.9.3") and isinstance(tcp_answer("11.53.9.3"), TimeoutError)
    yield "9.4 lower-cases", lambda: b"\3mx1\4good" in packets("11.53.9.4", "Mx1.gOOd.lab")[1][0]
    yield "9.5 sets AD", lambda: bool(packets("11.53.9.5", "mx1.unsigned.lab")[1][0][3] & 0x20)
    yield "9.6 rewrites NXDOMAIN", lambda: packets("11.53.9.6", "no-such.lab")[1][0].endswith(bytes([11, 22, 99, 99]))
    yield "9.7 FORMERR to EDNS", lambda: (rcode("11.53.9.7", True), rcode("11.53.9.7")) == (1, 0)
    yield "9.8 drops EDNS", lambda: (rcode("11.53.9.8", True), rcode("11.53.9.8")) == (None, 0)
    yield "9.9 REFUSED", lambda: rcode("11.53.9.9") == 5
    yield "9.10 forged replies first", lambda: ((got := packets("11.53.9.10", name)[1]) and len(got) == 51 and honest in got[-1]
                                                and all(p[:2] != b"\x12\x34" or b"\3mx1" not in p[12:16] for p in got[:-1]))
    yield "9.11 SERVFAIL", lambda: rcode("11.53.9.11") == 2
    yield "9.12 TC, TCP refused", lambda: truncated("11.53.9.12", lambda tcp: isinstance(tcp, ConnectionRefusedError)) == (True, True)
    yield "9.13 TC, TCP stalls", lambda: truncated("11.53.9.13", lambda tcp: tcp == b"\0") == (True, True)
    yield "0.5 to 0.7 answer three of five", lambda: Counter(rcode(f"11.53.0.{5 + i % 3}") for i in range(5)) == {0: 3, 2: 1, None: 1}
    yield "11.53.0.53 is Unbound as well", lambda: honest in packets("11.53.0.53", name)[1][0]


def answers_after_20_ms():
    query, _ = packets("11.53.9.14", "mx1.good.lab")
    taken = []
    for _ in range(10):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            udp.connect(("11.53.9.14", 53))
            udp.settimeout(2)
            started = time.monotonic()
            udp.send(query)
            udp.recv(65536)
            taken.append(1000 * (time.monotonic() - started))
    return 19.5 <= min(taken) < 25


def check_predicate(predicate):
    return [] if predicate() else ["no"]


def resolver_checks():
    return [(name, check_predicate, (predicate,)) for name, predicate in resolver_rows()]
