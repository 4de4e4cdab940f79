"""Trouble of ours must never be told as a fault of theirs: resolvers that misbehave, and faults of this machine's network."""

import itertools
import json
import re
import subprocess
import threading
import time

from world import DOMAINS

from . import expected
from .program import LAB, at_once, audit_json, by_domain, command, of_status

PACE_S = 120            # until it has changed as it should

# The findings are the same as through Unbound: where AD does not count, the signatures are checked here.
SAME = {
    "11.53.9.1": "truncates everything",
    "11.53.9.4": "lower-cases the question",
    "11.53.9.5": "says that all is authentic",
    "11.53.9.7": "answers EDNS with FORMERR",
    "11.53.9.8": "drops EDNS",
    "11.53.9.10": "fifty forged replies first",
    "11.53.9.3 127.0.0.1": "a dead one, then a good one",
    "11.53.9.9 127.0.0.1": "one that refuses, then a good one",
    "11.53.9.11 127.0.0.1": "one that fails, then a good one",
    "127.0.0.1 11.53.9.3": "a good one, then a dead one",
}
WITHHELD = ("11.53.9.7", "11.53.9.8")      # which show no signatures without EDNS
TRUSTED = {"11.53.9.14 --trust-ad": "answers after 20 ms, and is trusted to validate"}
# Nothing, or nothing certain, is to be learnt: no word against anybody.
NOTHING = {
    "11.53.9.2": "answers another question",
    "11.53.9.3": "dead",
    "11.53.9.6": "rewrites NXDOMAIN",
    "11.53.9.9": "refuses",
    "11.53.9.11": "fails",
    "11.53.9.12": "truncates, and refuses TCP",
    "11.53.9.13": "truncates, and stalls over TCP",
    "11.53.9.3 11.53.9.9": "a dead one, then one that refuses",
}


def _one(outcome):
    documents = outcome.documents()
    return documents[0] if len(documents) == 1 else None


def accuses(document):
    return [f"says {line}" for line in of_status(document, "fail", "warn")]


def explains(document, check, *reasons):
    """The environment's own finding, not passed, with one of these reasons where it is unknown."""
    for f in document["findings"]:
        if f["id"] == check:
            if f["status"] == "unknown" and f["reason"] in reasons or f["status"] == "note" and not reasons:
                return []
            return [f"{check} is {f['status']} ({f.get('reason', 'no reason')}), wanted {' or '.join(reasons) or 'note'}"]
    return [f"no {check}"]


def _not_validated(wanted):
    """What is wanted of good.lab if nobody can validate: whether TLSA records count is unknown, and so is all of DNSSEC."""
    statuses = {"dnssec.status": "unknown", "dane.tlsa": "unknown", "dane.match": "unknown"}
    return [(check, statuses.get(check, status), subject) for check, status, subject in wanted]


def check_resolver(item):
    (servers, _), same = item
    words = [word for server in servers.split() for word in ([server] if server.startswith("--") else ["--resolver", server])]
    outcome = audit_json(*words, "good.lab")
    document = _one(outcome)
    if not document:
        return outcome.trouble(0) or ["no JSON document"]
    if same:
        wanted = expected.read("good.lab")
        return expected.differences(_not_validated(wanted) if servers in WITHHELD else wanted, document, ignore=("env",)) + outcome.trouble(0)
    return accuses(document) + explains(document, "env.resolver", "resolver_down", "refused_by_resolver", "timeout", "servfail") + outcome.trouble(3)


def test_resolvers(tap):
    items = [(item, True) for item in (SAME | TRUSTED).items()] + [(item, False) for item in NOTHING.items()]
    for ((servers, why), _), wrong in zip(items, at_once(check_resolver, items, workers=len(items))):
        tap.test(f"resolver {servers}: {why}", wrong)


class Fault:
    """A fault of this machine's network, for the time of a with statement."""

    def __init__(self, name):
        self.name = name

    def __enter__(self):
        subprocess.run([LAB / "fault", self.name, "on"], check=True)

    def __exit__(self, *_):
        subprocess.run([LAB / "fault", self.name, "off"], check=True)


def check_port25():
    """Port 25 vanishes, everything else works: one headline, and no word against anybody."""
    with Fault("port25"):
        outcome = audit_json("good.lab", "unsigned.lab")
    wrong = outcome.trouble(3)
    for document in outcome.documents():
        smtp = [f for f in document["findings"] if f["group"] in ("smtp", "banner", "tls")]
        wrong += accuses(document) + explains(document, "env.port25", "port25_blocked_here")
        wrong += [f"{f['id']} {f['subject']} is {f['status']} ({f.get('reason')})" for f in smtp
                  if (f["status"], f.get("reason"), f.get("side")) != ("unknown", "port25_blocked_here", "us")]
    return wrong if len(outcome.documents()) == 2 else wrong + ["not two documents"]


def check_ipv6():
    """No IPv6 here: what needs it is unknown, the rest is judged as ever."""
    with Fault("ipv6"):
        outcome = audit_json("good.lab")
        only = audit_json("ipv6-only.lab")
    wrong = outcome.trouble(0, 3) + only.trouble(3)
    for document, name in ((_one(outcome), "good.lab"), (_one(only), "ipv6-only.lab")):
        if not document:
            return wrong + [f"{name}: no document"]
        wrong += accuses(document) + explains(document, "env.ipv6")
        wanted = []
        for check, status, subject in expected.read(name):
            session = check.startswith(("smtp.", "banner.", "tls.", "dane.match"))
            if session and "::" in subject or check == "smtp.reachable" and name == subject == "ipv6-only.lab":
                status = "unknown"
            elif check.startswith("env.") or check.startswith("helo.") and "::" in subject:
                continue        # the banner that would stand in for a HELO name was not seen
            wanted.append((check, status, subject))
        kept = {**document, "findings": [f for f in document["findings"] if not (f["group"] == "helo" and "::" in f["subject"])]}
        wrong += expected.differences(wanted, kept, ignore=("env",))
        wrong += [f"{f['id']} {f['subject']}: unknown for {f['reason']}, not no_ipv6_here" for f in document["findings"]
                  if f["status"] == "unknown" and f["group"] in ("smtp", "banner", "tls") and f["reason"] != "no_ipv6_here"]
    return wrong


def check_no_resolver():
    with Fault("resolver"):
        outcome = audit_json("good.lab", "no-ptr.lab", "null-mx.lab")
    wrong = outcome.trouble(3)
    for document in outcome.documents():
        wrong += accuses(document) + explains(document, "env.resolver", "resolver_down", "timeout")
    return wrong if len(outcome.documents()) == 3 else wrong + ["not three documents"]


def check_rejected_udp():
    """A firewall rejects questions over UDP: TCP is tried at once, and all is as ever."""
    with Fault("udp53"):
        outcome = audit_json("--trace", "good.lab")
    document = _one(outcome)
    if not document:
        return outcome.trouble(0) or ["no JSON document"]
    wrong = expected.differences(expected.read("good.lab"), document, ignore=("env",)) + outcome.trouble(0)
    told = {word for word in (b"not permitted", b"connection refused", b"no reply") if b"dns<" in outcome.err and word in outcome.err}
    return wrong + ([] if told == {b"not permitted", b"connection refused"} else [f"the trace tells {told}"])


def check_unusable_resolver():
    """The only name server of resolv.conf cannot be used: it is named, and no other is asked in its place."""
    line = "nameserver fe80::53%nowhere"
    mounted = f"echo '{line}' >/run/resolv.conf && mount --bind /run/resolv.conf /etc/resolv.conf && exec \"$@\""
    outcome = audit_json("good.lab", within=("unshare", "-m", "sh", "-c", mounted, "sh"))
    document = _one(outcome)
    if not document:
        return outcome.trouble(3) or ["no JSON document"]
    named = [] if line.encode() in outcome.err else ["the line is not named"]
    return outcome.trouble(3) + accuses(document) + explains(document, "env.resolver", "resolver_down") + named


def check_lossy_dns():
    """Two of five DNS packets get lost, whoever they are for: whatever is found out by luck, nobody is to blame, and all is to be repeated."""
    domains = ("good.lab", "unsigned.lab", "opensmtpd.lab", "exim.lab")
    with Fault("dns"):
        outcome = audit_json(*domains)
    documents = outcome.documents()
    lost = [f for document in documents for f in document["findings"] if f["id"] == "ns.consistent" and f["status"] == "unknown"]
    wrong = outcome.trouble(3) + [line for document in documents for line in accuses(document)]
    wrong += [f"ns.consistent {f['subject']}: {f['reason']}, {f['side']}" for f in lost if (f["reason"], f["side"]) != ("timeout", "network")]
    wrong += [] if lost else ["no question is known to be lost"]
    return wrong if len(documents) == len(domains) else wrong + [f"{len(documents)} documents instead of {len(domains)}"]


def check_lossy_crowd():
    """The same with many domains at once, faulty ones too: no fault is made up, and none is told to be in order."""
    names = [domain.name for domain in DOMAINS[::3] if not domain.is_flaky]
    with Fault("dns"):
        documents = by_domain(audit_json(*names).documents())
    wrong = [line for name, document in documents.items() for line in expected.untruths(name, document)]
    return wrong if len(documents) == len(names) else [*wrong, f"{len(documents)} documents instead of {len(names)}"]


def feed(pipe, is_enough):
    """Names without an end, until it is enough."""
    with pipe:
        for i in itertools.count():
            if is_enough.is_set():
                return
            pipe.write(f"n{i}.many.lab\n".encode())


def told_at_most(process, until):
    """What --progress json tells of how many may be under way, until that is as wanted; None: it never was."""
    limit = time.monotonic() + PACE_S
    for line in process.stderr:
        told = json.loads(line)["at_most"] if line.startswith(b"{") else None
        if told is not None and until(told):
            return told
        if time.monotonic() > limit:
            return None
    return None


def check_pace():
    """Where the network loses questions, fewer audits are under way, never none; where it does not any more, all are again."""
    words = command("--no-dnsbl", "--only", "mx", "--jobs", "2", "--progress", "json", "--format", "jsonl", "--domains", "-")
    is_enough = threading.Event()
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        threading.Thread(target=feed, args=(process.stdin, is_enough), daemon=True).start()
        usual = told_at_most(process, lambda _: True)
        with Fault("dns"):
            fallen = told_at_most(process, lambda told: told <= usual * 2 // 3)
        restored = told_at_most(process, lambda told: told == usual)
        is_enough.set()
        process.stderr.read()
    wrong = [] if usual == 100 and fallen and restored else [f"{usual} at most, then {fallen}, {restored}"]
    return wrong + ([] if process.returncode in (0, 3) else [f"exit status {process.returncode}"])


def check_no_repetition():
    """Where no question is lost, none is asked again, of nobody's servers."""
    outcome = audit_json("--trace", "good.lab")
    again = re.findall(rb"^.* dns> +(?=\S)(?!127\.).* udp$", outcome.err, re.M)     # without EDNS, and not to the resolver
    return outcome.trouble(0) + [line.decode("utf-8", "replace") for line in again]


def check_shared_flaky_zone():
    """Audits at different points look into the same flaky zone at once: each comes to its end, and none makes another begin anew."""
    zone, address = "249.22.11.in-addr.arpa", "11.22.249.25"
    outcome = audit_json("--only", "ns", "--sender", address, *(domain.name for domain in DOMAINS[:40] if not domain.is_flaky))
    found = [f for document in outcome.documents() for f in document["findings"] if f["subject"] == zone]
    wrong = {f"{zone}: {f['message']}" for f in found if f["status"] == "unknown"}
    return [*wrong] if len(found) == len(outcome.documents()) > 1 else [*wrong, f"{len(found)} findings in {len(outcome.documents())} documents"]


def test_faults(tap):
    """One after the other, with nothing else running."""
    tap.test("fault: port 25 is blocked here", check_port25())
    tap.test("fault: no IPv6 here", check_ipv6())
    tap.test("fault: no resolver here", check_no_resolver())
    tap.test("the only resolver cannot be used", check_unusable_resolver())
    try:
        tap.test("fault: DNS loses packets here", check_lossy_dns())
        tap.test("fault: DNS loses packets here, many domains", check_lossy_crowd())
        tap.test("fault: DNS loses packets here, and the pace slows down", check_pace())
        tap.test("fault: DNS over UDP is rejected here", check_rejected_udp())
    except subprocess.CalledProcessError:
        tap.test("fault: DNS loses packets here # SKIP the kernel has no nf_tables", [])
    tap.test("many audits share a flaky zone", check_shared_flaky_zone())
    tap.test("nothing is asked again without need", check_no_repetition())
