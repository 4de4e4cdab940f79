"""The words that world.py is written in: host(), policy(), Domain and Zone.

Names are written as in a zone file: relative to the domain they belong to, "@" for the domain itself, and absolute
with a final dot.  Whatever a line of the table doesn't say is in order: address, PTR, banner, EHLO name, certificate.
"""

from dataclasses import dataclass, field
from ipaddress import ip_address

NAME_SERVERS = {
    "ns1.lab.": ("11.53.0.1", "2a0b:bb80:53::1"),
    "ns2.lab.": ("11.53.0.2", "2a0b:bb80:53::2"),
}
# Apart from the others, although the same NSD: what is lost here as well is not lost by the servers of a zone.
ROOT_SERVERS = {
    "a.root.lab.": ("11.53.0.8", "2a0b:bb80:53::8"),
    "b.root.lab.": ("11.53.0.9", "2a0b:bb80:53::9"),
    "c.root.lab.": ("11.53.0.10", "2a0b:bb80:53::10"),
    "d.root.lab.": ("11.53.0.11", "2a0b:bb80:53::11"),
}
LAME_SERVER = ("ns3.lab.", "11.53.0.3")      # refuses everything: see resolvers.py
OTHER_SERVER = ("ns4.lab.", "11.53.0.4")     # an NSD of its own, with another edition of the zones that are delegated to it
FLAKY_SERVERS = {f"ns{i}.lab.": f"11.53.0.{i}" for i in (5, 6, 7)}     # NSD, but two of five answers are lost: see resolvers.py
WEB = ("11.80.0.1", "2a0b:bb80:80::1")

RSASHA1, RSASHA1_NSEC3_SHA1, RSASHA256, ECDSAP256SHA256, ED25519 = 5, 7, 8, 13, 15        # DNSSEC algorithms

OWN_NAME = object()     # "as it should be": the host's own name
OWN_LOGO = object()     # and the domain's own logo


@dataclass
class Host:
    name: str = "mx1"
    at: int = 25                    # last part of the addresses
    v4: object = True               # True: 11.22.N.at, None: none, or an address
    v6: object = None               # True: 2a0b:bb80:N::at, None: none, or an address
    ptr: object = OWN_NAME          # a name, a list of names, or None
    by: str = "postfix"             # who answers on port 25: a server, a script of peers.py, or "nobody"
    banner: object = OWN_NAME
    ehlo: object = OWN_NAME
    starttls: bool = True
    tls_protocols: str = ""         # of Postfix
    options: tuple = ()             # further ones of Postfix
    cert: str = "good"              # or another kind that certs.py knows
    # Filled in by Domain:
    fqdn: str = ""
    addresses: list = field(default_factory=list)
    ptr_names: list = field(default_factory=list)

    def is_of(self, domain):
        """Not of a service, in whose zone its records are."""
        return not self.name.endswith(".") or self.name.endswith("." + domain.origin)


host = Host


@dataclass
class Policy:
    """MTA-STS: the record, and what the web server mta-sts.NAME.lab does about the policy."""
    mode: str = "enforce"
    mx: object = OWN_NAME           # patterns, relative to the domain; as it should be: its hosts
    max_age: object = 604800
    record: object = "v=STSv1; id=20260101;"    # or a list of records
    by: str = "nginx"               # or a script of peers.py, which has an address of its own, or "nobody"
    at: object = None               # the web server's addresses; None: WEB
    alias: str = None               # mta-sts is a CNAME for this name, which has the addresses
    cert: str = "good"              # or "selfsigned", "expired", "wrongname"
    answer: str = ""                # what nginx does instead of serving the file
    padding: int = 0                # octets of fields that mean nothing
    # Filled in by Domain:
    fqdn: str = ""

    @property
    def records(self):
        return [self.record] if isinstance(self.record, str) else self.record

    @property
    def addresses(self):
        return list(WEB if self.at is None else self.at)

    def text(self, domain):
        patterns = [h.fqdn for h in domain.hosts] if self.mx is OWN_NAME else [absolute(name, domain.origin)[:-1] for name in self.mx]
        lines = ["version: STSv1", f"mode: {self.mode}", *(f"mx: {pattern}" for pattern in patterns), f"max_age: {self.max_age}"]
        lines += ["padding: " + "x" * 91] * (self.padding // 100)
        return "".join(f"{line}\n" for line in lines)


policy = Policy


def absolute(name, origin):
    """The name in full, with its final dot; origin has one too."""
    if name == "@":
        return origin
    return name if name.endswith(".") else f"{name}.{origin}"


LOGO = """<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" version="1.2" baseProfile="tiny-ps" viewBox="0 0 100 100">
<title>{name}</title>
{picture}
</svg>
"""


class Domain:
    """One line of the table, and one zone below lab."""

    def __init__(self, name, number, why, *hosts, mx=None, spf="v=spf1 mx -all", dmarc="v=DMARC1; p=reject; rua=mailto:dmarc@{}",
                 records=(), zone="signed", reverse=None, reverse_records=(), dkim=False, dane=False, mta_sts=None, bimi=None, mark=OWN_LOGO,
                 servers=tuple(NAME_SERVERS), other_lacks="", algorithms=(ECDSAP256SHA256,), denial="nsec", dane_at="_25._tcp.{}"):
        self.name, self.number, self.why = f"{name}.lab", number, why
        self.origin = self.name + "."
        self.hosts = list(hosts)
        self.mx = [f"{10 * (i + 1)} {h.name}" for i, h in enumerate(hosts)] if mx is None else mx
        self.spf, self.dmarc = spf, dmarc and dmarc.format(self.name)
        self.records = list(records)
        self.zone = zone                        # a state of Zone
        self.algorithms = algorithms            # that sign it, each with a key
        self.denial = denial                    # nsec, nsec3, or opt-out: NSEC3 that leaves unsigned delegations out
        self.servers, self.other_lacks = servers, other_lacks       # ns4 lacks the records that hold this text
        self.reverse = reverse                  # None: in the common reverse zone; else a zone of its own: signed, bogus, lame, stale or flaky
        self.reverse_records = list(reverse_records)
        # True: a good key at s1.  Else records by selector, with {rsa2048} and the like for the keys of certs.py.
        self.dkim = {"s1": "v=DKIM1; k=rsa; p={rsa2048}"} if dkim is True else dkim or {}
        # True: "3 1 1".  Else what stands before the digest, and "other" behind it for that of another key.
        self.dane = ["3 1 1"] if dane is True else dane or []
        self.dane_at = dane_at                  # of each host's name; a wildcard, as many publish it
        self.mta_sts = mta_sts
        self.bimi, self.bimi_host = bimi, f"bimi.{self.name}"      # BIMI, and what stands in the logo
        self.mark = bimi if mark is OWN_LOGO else mark             # in that of the mark certificate; None: it is the web server's
        if mta_sts:
            mta_sts.fqdn = f"mta-sts.{self.name}"
        for h in self.hosts:
            self._complete(h)

    @property
    def is_flaky(self):
        """What its audit meets with depends on what other clients ask."""
        return self.servers == tuple(FLAKY_SERVERS) or self.reverse == "flaky"

    def logo(self, picture):
        return LOGO.format(name=self.name, picture=picture)

    def _complete(self, h):
        h.fqdn = absolute(h.name, self.origin)[:-1]
        v4 = f"11.22.{self.number}.{h.at}" if h.v4 is True else h.v4
        v6 = f"2a0b:bb80:{self.number}::{h.at}" if h.v6 is True else h.v6
        h.addresses = [a for a in (v4, v6) if a]
        names = [h.fqdn + "."] if h.ptr is OWN_NAME else [] if h.ptr is None else [h.ptr] if isinstance(h.ptr, str) else h.ptr
        h.ptr_names = [absolute(name, self.origin) for name in names]
        h.banner = h.fqdn if h.banner is OWN_NAME else h.banner
        h.ehlo = h.banner if h.ehlo is OWN_NAME else h.ehlo


@dataclass
class Zone:
    """A zone that belongs to no domain of the table, or one whose origin is generated."""
    origin: str
    records: list = field(default_factory=list)
    # signed, unsigned, bogus; no-ds: signed, but the delegation is not; expired: signed, until two days ago; other-ds: the
    # delegation names another key; no-keys: it names a key, but the zone is not signed; lame: no server knows it
    state: str = "signed"
    servers: tuple = tuple(NAME_SERVERS)
    other_lacks: str = ""           # OTHER_SERVER lacks the records that hold this text
    algorithms: tuple = (ECDSAP256SHA256,)
    denial: str = "nsec"


def reverse_name(address):
    return ip_address(address).reverse_pointer + "."
