"""What a domain's findings must be: expected/DEFAULTS, and what expected/DOMAIN says instead.

A line is `id status subject`.  Subjects are as the program prints them; "*" in one stands for anything, for this machine's
name and resolver (env.*) and for names that change with each connection.  The subjects of DEFAULTS are words in braces, each
of which stands for what world.py says about the domain.  A domain's own file holds the exceptions, one after the other: another
status, a further finding, or `absent` for one that there must not be, `any` for a group that depends on what else happens in the lab; a line with "*" in the id is about all that are there
before it.  A file that belongs to no domain, because something is declared, is complete.
"""

import re
from ipaddress import ip_address

from model import absolute
from world import DOMAINS

from .program import LAB, findings

DIRECTORY = LAB / "expected"
BY_NAME = {domain.name: domain for domain in DOMAINS}


def _subjects(domain):
    """What each word in braces stands for: if all of the domain is as it seems, and its MX addresses are its senders."""
    targets = [absolute(mx.split()[1], domain.origin)[:-1] for mx in domain.mx if mx.split()[1] != "."]
    by_name = {host.fqdn: host for host in domain.hosts}
    targets = targets or [domain.name] * (domain.name in by_name)
    hosts = [by_name[name] for name in targets if name in by_name]
    pairs = [(host, address) for host in hosts for address in host.addresses]
    return {
        "domain": [domain.name],
        "mx": targets,
        "session": [f"{host.fqdn}[{address}]" for host, address in pairs],
        "ip": [address for _, address in pairs],
        "ip-of-domain": [f"{address} {domain.name}" for _, address in pairs],
        "reverse-name": [f"{address} {name[:-1]}" for host, address in pairs for name in host.ptr_names],
        "helo": [f"{address} {host.banner}" for host, address in pairs],
        "policy": [f"https://mta-sts.{domain.name}/.well-known/mta-sts.txt"],
        "zone": sorted({domain.name} | {_reverse_zone(domain, address) for _, address in pairs if ip_address(address).is_global}),
    }


def _reverse_zone(domain, address):
    if ip_address(address).version == 6:
        return "0.8.b.b.b.0.a.2.ip6.arpa"
    return f"{domain.number}.22.11.in-addr.arpa" if domain.reverse else "11.in-addr.arpa"


def _lines(name):
    lines = (DIRECTORY / name).read_text().splitlines()
    return [tuple(line.split(" ", 2)) for line in lines if line and not line.startswith("#")]


def defaults(domain):
    subjects = _subjects(domain)
    return [(check, status, subject) for check, status, words in _lines("DEFAULTS")
            for subject in (subjects[words.strip("{}")] if words.startswith("{") else [words])]


def read(name):
    """Every finding that is wanted, as (id, status, subject)."""
    own = _lines(name)
    if name not in BY_NAME:
        return own
    wanted = defaults(BY_NAME[name])
    for check, status, subject in own:
        meant = [item for item in wanted if _matches(check, item[0]) and _matches(subject, item[2])]
        wanted = [item for item in wanted if item not in meant]
        if "*" not in check:
            meant = [(check, status, subject)]
        if status not in ("absent", "any"):
            wanted += [(item[0], status, item[2]) for item in meant]
    return wanted


def _matches(wanted, text):
    return wanted == text or "*" in wanted and re.fullmatch(re.escape(wanted).replace(r"\*", ".*"), text)


def differences(wanted, document, ignore=()):
    """The lines in which the findings differ from what is wanted; groups and ids in ignore are not looked at."""
    def looked_at(item):
        return item[0] not in ignore and item[0].partition(".")[0] not in ignore

    messages = {(f["id"], f["subject"]): f"{f['message']}{' (' + f['reason'] + ')' if 'reason' in f else ''}" for f in document["findings"]}
    left = [item for item in findings(document) if looked_at(item)]
    wrong = []
    for check, status, subject in filter(looked_at, wanted):
        match = next((item for item in left if item[0] == check and _matches(subject, item[2])), None)
        if not match:
            wrong.append(f"{check} {subject}: no finding, wanted {status}")
            continue
        left.remove(match)
        if match[1] != status:
            wrong.append(f"{check} {match[2]}: {match[1]}, wanted {status}: {messages[check, match[2]]}")
    return wrong + [f"{check} {subject}: {status}, wanted no such finding: {messages[check, subject]}" for check, status, subject in left]


def _open_groups(name):
    return [check.removesuffix(".*") for check, status, _ in _lines(name) if status == "any"]


def compare(name, document, ignore=()):
    if not (DIRECTORY / name).exists():
        return [f"no file {DIRECTORY.relative_to(LAB.parent.parent)}/{name}"]
    return differences(read(name), document, [*ignore, *_open_groups(name)])


def untruths(name, document):
    """Where less could be learnt than there is: what is a fault and none is wanted, or is said to be in order and is not."""
    wrong, bad = [], ("warn", "fail")
    wanted, groups = read(name), _open_groups(name)
    for f in document["findings"]:
        statuses = [status for check, status, subject in wanted if check == f["id"] and _matches(subject, f["subject"])]
        accused, faulty = f["status"] in bad, any(status in bad for status in statuses)
        if f["group"] not in groups and (accused and not faulty or f["status"] == "pass" and statuses and "pass" not in statuses and faulty):
            wrong.append(f"{name}: {f['id']} {f['subject']}: {f['status']}, wanted {' or '.join(statuses) or 'no such finding'}: {f['message']}")
    return wrong


def check_counts(document):
    """The document agrees with itself: counts, verdict."""
    counts = {}
    for _, status, _ in findings(document):
        counts[status] = counts.get(status, 0) + 1
    wrong = [f"counts say {n} {status}, there are {counts.get(status, 0)}" for status, n in document["counts"].items() if n != counts.get(status, 0)]
    verdict = document["verdict"]
    if (verdict == "not_ready") != ("fail" in counts) or verdict == "warnings" and "warn" not in counts:
        wrong.append(f"verdict {verdict} with {counts}")
    return wrong
