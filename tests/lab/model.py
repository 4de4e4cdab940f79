"""The words that world.py is written in: host(), Domain and Zone.

Names are written as in a zone file: relative to the domain they belong to, "@" for the domain itself, and absolute
with a final dot.  Whatever a line of the table doesn't say is in order: address, PTR, banner, EHLO name, certificate.
"""

from dataclasses import dataclass, field
from ipaddress import ip_address

NAME_SERVERS = {
    "ns1.lab.": ("11.53.0.1", "2a0b:bb80:53::1"),
    "ns2.lab.": ("11.53.0.2", "2a0b:bb80:53::2"),
}
LAME_SERVER = ("ns3.lab.", "11.53.0.3")      # refuses everything: see resolvers.py
WEB = ("11.80.0.1", "2a0b:bb80:80::1")

OWN_NAME = object()     # "as it should be": the host's own name


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
    cert: str = "good"              # or "selfsigned", "expired", "wrongname"
    # Filled in by Domain:
    fqdn: str = ""
    addresses: list = field(default_factory=list)
    ptr_names: list = field(default_factory=list)


host = Host


def absolute(name, origin):
    """The name in full, with its final dot; origin has one too."""
    if name == "@":
        return origin
    return name if name.endswith(".") else f"{name}.{origin}"


class Domain:
    """One line of the table, and one zone below lab."""

    def __init__(self, name, number, why, *hosts, mx=None, spf="v=spf1 mx -all", dmarc="v=DMARC1; p=reject; rua=mailto:dmarc@{}",
                 records=(), zone="signed", reverse=None, reverse_records=(), dkim=False, dane=False, mta_sts=None):
        self.name, self.number, self.why = f"{name}.lab", number, why
        self.origin = self.name + "."
        self.hosts = list(hosts)
        self.mx = [f"{10 * (i + 1)} {h.name}" for i, h in enumerate(hosts)] if mx is None else mx
        self.spf, self.dmarc = spf, dmarc and dmarc.format(self.name)
        self.records = list(records)
        self.zone = zone                        # signed, unsigned or bogus
        self.reverse = reverse                  # None: in the common reverse zone; else a zone of its own: signed, bogus or lame
        self.reverse_records = list(reverse_records)
        # True: a good key at s1.  Else records by selector, with {rsa2048} and the like for the keys of certs.py.
        self.dkim = {"s1": "v=DKIM1; k=rsa; p={rsa2048}"} if dkim is True else dkim or {}
        self.dane, self.mta_sts = dane, mta_sts
        for h in self.hosts:
            self._complete(h)

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
    state: str = "signed"           # signed, unsigned, bogus, or lame: delegated, but no server knows it


def reverse_name(address):
    return ip_address(address).reverse_pointer + "."
