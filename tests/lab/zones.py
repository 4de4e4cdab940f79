"""Zone files from the table, signed, and the configurations of NSD and Unbound.

Zones with the same algorithm share one key, which is used for everything, so that signing ninety of them takes half a
second: the lab shows whether validation is understood, not how to manage keys.
"""

import base64
import hashlib
import shutil
import struct
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from model import (ECDSAP256SHA256, FLAKY_SERVERS, LAME_SERVER, NAME_SERVERS, OTHER_SERVER, ROOT_SERVERS, RSASHA1, RSASHA1_NSEC3_SHA1, RSASHA256,
                   ED25519, WEB, Zone, absolute, reverse_name)
from world import DOMAINS, ZONES

DAYS_VALID = 30
TTL = 300
BURST_BYTES = 4 << 20   # of packets that wait for a name server: the kernel's 208 KiB lost some when 200 audits asked at once
TXT_STRING = 255        # octets in one string of a TXT record
KEYGEN = {                                             # what ldns-keygen wants
    RSASHA1: ["RSASHA1", "-b", "2048"],
    RSASHA1_NSEC3_SHA1: ["RSASHA1-NSEC3-SHA1", "-b", "2048"],
    RSASHA256: ["RSASHA256", "-b", "2048"],
    ECDSAP256SHA256: ["ECDSAP256SHA256"],
    ED25519: ["ED25519"],
}
WITH_DS = ("signed", "bogus", "expired", "other-ds", "no-keys")
DENIAL = {"nsec": [], "nsec3": ["-n", "-t", "5", "-s", "beef"], "opt-out": ["-n", "-p", "-t", "0"]}


def _txt(text):
    return " ".join(f'"{text[i:i + TXT_STRING]}"' for i in range(0, len(text), TXT_STRING))


def _host_records(host):
    records = [f"{host.name} {'AAAA' if ':' in a else 'A'} {a}" for a in host.addresses]
    return records if host.name == "@" else [*records, f'{host.name} TXT "v=spf1 a -all"']


def _domain_records(domain, certs):
    records = [f"@ MX {mx}" for mx in domain.mx]
    if domain.spf:
        records.append(f"@ TXT {_txt(domain.spf)}")
    if domain.dmarc:
        records.append(f"_dmarc TXT {_txt(domain.dmarc)}")
    for selector, text in domain.dkim.items():
        records.append(f"{selector}._domainkey TXT {_txt(text.format_map(certs.dkim_keys()))}")
    if domain.mta_sts:
        owner = domain.mta_sts.alias or "mta-sts"
        records += [f"_mta-sts TXT {_txt(record)}" for record in domain.mta_sts.records]
        records += [f"mta-sts CNAME {owner}"] if domain.mta_sts.alias else []
        records += [f"{owner} {'AAAA' if ':' in a else 'A'} {a}" for a in domain.mta_sts.addresses]
    if domain.bimi:
        url = f"https://{domain.bimi_host}"
        records += [f"default._bimi TXT {_txt(f'v=BIMI1; l={url}/logo.svg; a={url}/mark.pem')}"]
        records += [f"bimi {'AAAA' if ':' in a else 'A'} {a}" for a in WEB]
    for host in domain.hosts:
        if host.is_of(domain):
            records += _host_records(host)
        records += [f"{domain.dane_at.format(host.name)} TLSA {certs.tlsa(host.fqdn, host.cert, words)}" for words in domain.dane]
    return records + domain.records


def reverse_origin(domain):
    return f"{domain.number}.22.11.in-addr.arpa."


def _reverse_zone(domain):
    if domain.reverse == "lame":
        return Zone(reverse_origin(domain), [], "lame", (LAME_SERVER[0],))
    if domain.reverse == "stale":
        return Zone(reverse_origin(domain), list(domain.reverse_records), "signed", (next(iter(NAME_SERVERS)), OTHER_SERVER[0]), " PTR ")
    if domain.reverse == "flaky":
        return Zone(reverse_origin(domain), list(domain.reverse_records), "signed", tuple(FLAKY_SERVERS))
    return Zone(reverse_origin(domain), list(domain.reverse_records), domain.reverse)


def all_zones(certs):
    """Every zone of the lab, with the records of the table but without SOA, NS and delegations."""
    zones = [Zone(z.origin, list(z.records), z.state, z.servers, z.other_lacks, z.algorithms, z.denial) for z in ZONES]
    zones += [Zone(d.origin, _domain_records(d, certs), d.zone, d.servers, d.other_lacks, d.algorithms, d.denial) for d in DOMAINS]
    zones += [_reverse_zone(d) for d in DOMAINS if d.reverse]
    by_origin = {z.origin: z for z in zones}
    for domain in DOMAINS:
        for host in domain.hosts:
            if not host.is_of(domain):
                by_origin[_enclosing(host.name, by_origin)].records += _host_records(host)
            for address in host.addresses:
                owner = reverse_name(address)
                by_origin[_enclosing(owner, by_origin)].records += [f"{owner} PTR {name}" for name in host.ptr_names]
    return by_origin


def _enclosing(name, origins):
    """The closest zone above the name."""
    while name != ".":
        name = name.partition(".")[2] or "."
        if name in origins:
            return name
    return None


class Key:
    """The key of an algorithm, as ldns-signzone wants it for each zone."""

    def __init__(self, directory, algorithm):
        directory.mkdir(parents=True, exist_ok=True)
        pattern = f"K.+{algorithm:03d}+*.key"
        # A file of its own for each zone, because ldns takes the owner name of the DNSKEY from it.
        old = next(directory.glob(pattern), None)
        if not old:
            subprocess.run(["ldns-keygen", "-a", *KEYGEN[algorithm], "-r", "/dev/urandom", "."], cwd=directory, check=True,
                           stdout=subprocess.DEVNULL)
            old = next(directory.glob(pattern))
        self.text = old.read_text().split(";")[0].split(None, 1)[1].strip()
        self.private = old.with_suffix(".private").read_bytes()
        flags, protocol, algorithm, public = self.text.split()[2:6]
        self.rdata = struct.pack("!HBB", int(flags), int(protocol), int(algorithm)) + base64.b64decode(public)

    def tag(self):
        total = sum(byte << 8 if i % 2 == 0 else byte for i, byte in enumerate(self.rdata))     # RFC 4034, appendix B
        return (total + (total >> 16)) & 0xFFFF

    def ds(self, origin):
        wire = b"".join(bytes([len(label)]) + label.encode() for label in origin.lower().split(".") if label) + b"\0"
        return f"{self.tag()} {self.rdata[3]} 2 {hashlib.sha256(wire + self.rdata).hexdigest()}"

    def file_for(self, origin, directory):
        base = directory / f"K{origin}+{self.rdata[3]:03d}+{self.tag():05d}"
        Path(f"{base}.key").write_text(f"{origin} {self.text}\n")
        Path(f"{base}.private").write_bytes(self.private)
        return base


def _zone_text(zone, zones, keys, serial, lacking=""):
    lines = [f"$ORIGIN {zone.origin}", f"$TTL {TTL}",
             f"@ SOA {next(iter(NAME_SERVERS))} hostmaster.lab. {serial} 3600 600 604800 60"]
    lines += [f"@ NS {server}" for server in zone.servers]
    lines += [record for record in zone.records if not lacking or lacking not in record]
    for child in zones.values():
        if child.origin != "." and _enclosing(child.origin, zones) == zone.origin:
            lines += [f"{child.origin} NS {server}" for server in child.servers]
            if child.state in WITH_DS:
                owner = "another.example." if child.state == "other-ds" else child.origin
                lines += [f"{child.origin} DS {keys[algorithm].ds(owner)}" for algorithm in child.algorithms]
    if zone.origin == ".":
        lines += [f"{name} {kind} {a}" for name, pair in (NAME_SERVERS | ROOT_SERVERS).items() for kind, a in zip(("A", "AAAA"), pair)]
    return "\n".join(lines) + "\n"


def _spoil(text):
    """Signatures that are well-formed and wrong: another first octet in each."""
    lines = text.splitlines()
    for i, line in enumerate(lines):
        head, mark, signature = line.rpartition(" ")
        if "\tRRSIG\t" in line:
            lines[i] = head + mark + ("B" if signature[0] == "A" else "A") + signature[1:]
    return "\n".join(lines) + "\n"


def sign(zone, directory, keys):
    plain, signed = directory / f"{zone.origin}plain", directory / f"{zone.origin}zone"
    if zone.state in ("unsigned", "no-keys"):
        shutil.copy(plain, signed)
        return
    now = int(time.time())
    end = now - 2 * 86400 if zone.state == "expired" else now + DAYS_VALID * 86400
    subprocess.run(["ldns-signzone", *DENIAL[zone.denial], "-i", str(now - DAYS_VALID * 86400), "-e", str(end), "-f", str(signed),
                    str(plain), *(str(keys[a].file_for(zone.origin, directory)) for a in zone.algorithms)], check=True)
    if zone.state == "bogus":
        signed.write_text(_spoil(signed.read_text()))


def build(lab, conf, certs):
    zones = all_zones(certs)
    keys = {a: Key(lab / "keys", a) for zone in zones.values() for a in zone.algorithms}
    served = [z for z in zones.values() if z.state != "lame"]
    elsewhere = [z for z in served if OTHER_SERVER[0] in z.servers]
    serial = int(time.time())
    jobs = []
    for directory, some, lacking in ((conf / "zones", served, False), (conf / "zones.other", elsewhere, True)):
        directory.mkdir()
        for zone in some:
            (directory / f"{zone.origin}plain").write_text(_zone_text(zone, zones, keys, serial, zone.other_lacks if lacking else ""))
            jobs.append((zone, directory, keys))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda job: sign(*job), jobs))
    _nsd(conf, "nsd", "zones", served, [a for pair in (NAME_SERVERS | ROOT_SERVERS).values() for a in pair])
    _nsd(conf, "nsd-other", "zones.other", elsewhere, [OTHER_SERVER[1]])
    _unbound(conf, keys[ECDSAP256SHA256], lab / "root/usr/sbin/unbound")


def _nsd(conf, name, directory, zones, addresses):
    listen = "\n".join(f"    ip-address: {a}" for a in addresses)
    text = f"""server:
{listen}
    username: nsd
    chroot: ""
    database: ""
    zonesdir: /run/lab/conf/{directory}
    zonelistfile: /run/lab/{name}/zone.list
    xfrdfile: /run/lab/{name}/xfrd.state
    xfrdir: /run/lab/{name}
    pidfile: ""
    logfile: /run/lab/log/{name}.log
    server-count: 1
    tcp-count: 1000
    receive-buffer-size: {BURST_BYTES}
    rrl-ratelimit: 0
    refuse-any: no
remote-control:
    control-enable: no
"""
    for zone in zones:
        text += f'zone:\n    name: "{zone.origin}"\n    zonefile: "{zone.origin}zone"\n'
    (conf / f"{name}.conf").write_text(text)


# Since CVE-2024-33655 (DNSBomb) Unbound leaves what is late or waits in a crowd without any answer: 1.20, and Debian's 1.17.
PATIENCE = {"discard-timeout": 0, "wait-limit": 0}


def _unbound(conf, key, program):
    hints = "".join(f". NS {name}\n{name} A {pair[0]}\n{name} AAAA {pair[1]}\n" for name, pair in ROOT_SERVERS.items())
    (conf / "root.hints").write_text(hints)
    (conf / "root.anchor").write_text(f". {key.text}\n")
    flags, protocol, algorithm, public = key.text.split()[2:6]
    (conf / "root.keys").write_text(f'trust-anchors {{ . static-key {flags} {protocol} {algorithm} "{public}"; }};\n')       # BIND's form
    words = program.read_bytes()
    patience = "".join(f"    {option}: {value}\n" for option, value in PATIENCE.items() if option.encode() in words)
    # do-ip6 stays on for clients, but Unbound itself asks over IPv4, so that the lab works while IPv6 is away.
    (conf / "unbound.conf").write_text(f"""server:
    interface: 127.0.0.1
    interface: ::1
    interface: 11.53.0.53
    interface: 2a0b:bb80:53::53
    so-rcvbuf: {BURST_BYTES}
    access-control: 0.0.0.0/0 allow
    access-control: ::/0 allow
    prefer-ip4: yes
    username: unbound
    chroot: ""
    directory: /run/lab/unbound
    pidfile: /run/lab/pid/unbound
    use-syslog: no
    logfile: /run/lab/log/unbound.log
    log-time-ascii: yes
    val-log-level: 2
    root-hints: /run/lab/conf/root.hints
    trust-anchor-file: /run/lab/conf/root.anchor
    module-config: "validator iterator"
    ede: yes
    unblock-lan-zones: yes
    insecure-lan-zones: no
    outgoing-range: 8192
    num-queries-per-thread: 4096
    incoming-num-tcp: 1000
    msg-cache-size: 32m
    rrset-cache-size: 64m
    infra-host-ttl: 60
{patience}remote-control:
    control-enable: no
""" + "".join(f'stub-zone:\n    name: "{reverse_origin(d)}"\n    stub-addr: {OTHER_SERVER[1]}\n' for d in DOMAINS if d.reverse == "stale"))
