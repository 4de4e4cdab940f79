"""Situations that no recording can show: who waits for whom, and what is left where memory is short.  (threats.md N8, N9)"""

import json
import subprocess
import time

from world import DOMAINS

from .program import audit_json, at_once, by_domain, command, is_built_with

MEMORY_KIB = 300000     # of addresses, libraries included
MANY = 1100
TIMEOUT_S = 15          # times as many domains stand in the way: each silent host has a place for ten seconds
QUICK = ("good", "hosted", "dnssec", "dane", "dmarc", "dkim", "spf", "banner")
NEIGHBOUR_S = 8         # it takes 0.1 s alone


def check_silent_first(*options):
    """The first of many is slow: the others are told before it, and all is told under a limit of memory."""
    names = ["tarpit.lab", *(f"n{i}.many.lab" for i in range(MANY))]
    words = command("--no-dnsbl", *options, "--only", "mx,smtp", "--format", "jsonl", "--domains", "-", within=("sh", "-c", f'ulimit -v {MEMORY_KIB}; exec "$@"', "sh"))
    begun, came = time.monotonic(), []
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        process.stdin.write("\n".join(names).encode())
        process.stdin.close()
        for line in process.stdout:
            came.append((json.loads(line)["target"]["domain"], time.monotonic() - begun))
    wrong = [] if process.returncode == 0 else [f"exit status {process.returncode}"]
    wrong += [] if sorted(name for name, _ in came) == sorted(names) else [f"{len(came)} documents"]
    slow = dict(came).get("tarpit.lab", 0)
    early = sum(at < slow for name, at in came if name != "tarpit.lab")
    return wrong + ([] if early == MANY else [f"{early} of {MANY} came before the first one had ended"])


def check_little_memory(jobs):
    """With memory for a few audits at once, fewer are under way, and all findings are as with much."""
    names = [domain.name for domain in DOMAINS if domain.name.startswith(QUICK) and not domain.is_flaky]
    much, little = (by_domain(audit_json("--jobs", str(jobs), *memory, *names).documents()) for memory in ((), ("--memory", "32M")))
    wrong = [] if len(much) == len(little) == len(names) else [f"{len(much)} and {len(little)} documents of {len(names)}"]
    for name in much.keys() & little.keys():
        one, other = (sorted((f["id"], f["subject"], f["status"]) for f in documents[name]["findings"] if f["group"] != "env") for documents in (much, little))
        wrong += [] if one == other else [f"{name}: {set(one) ^ set(other)}"]
    return wrong


def check_neighbour(alone, hostile, is_first, jobs):
    """The audit of a domain with hostile ones beside it is as ever, and not late; what was not learnt of those is told."""
    names = (*hostile, "neighbour.lab") if is_first else ("neighbour.lab", *hostile)
    documents = by_domain(audit_json("--timeout", str(TIMEOUT_S * len(hostile)), "--jobs", str(jobs), *names).documents())
    if len(documents) != len(names) or len(alone) != 1:
        return [f"{len(documents)} documents, {len(alone)} alone"]
    wanted, found = ({(f["id"], f["subject"]): f["status"] for f in d["neighbour.lab"]["findings"] if f["group"] != "env"} for d in (alone, documents))
    wrong = [f"{key}: {found.get(key)}, alone {wanted.get(key)}" for key in wanted | found if found.get(key) != wanted.get(key)]
    took = documents["neighbour.lab"]["vantage"]["elapsed_ms"] / 1000
    wrong += [] if took < NEIGHBOUR_S * (1 + 3 * (len(hostile) > 1)) else [f"the neighbour's took {took:.1f} s"]
    for name in hostile:
        left = [f["message"] for f in documents[name]["findings"] if f["id"] == "smtp.reachable" and f.get("reason") == "budget"]
        wrong += [] if left or len(hostile) > 1 else [f"all of {name} was reached"]
        others = [message for message in left if "for its turn at 11.66." not in message]   # under way, or of all hosts together
        wrong += others if len(others) > len(left) // 2 else []
    return [f"{' '.join(names)}, --jobs {jobs}: {line}" for line in wrong]


def test(tap):
    alone = by_domain(audit_json("neighbour.lab").documents())
    hostile = (("crowd.lab",), ("flock.lab",), ("usurper.lab",), ("crowd.lab", "flock.lab", "usurper.lab"))
    checks = [(alone, names, is_first, jobs) for names in hostile for is_first in (True, False) for jobs in (1, 2)]
    if is_built_with(b"__asan_init"):
        tap.test("memory is short # SKIP a sanitizer needs terabytes", [])
    else:
        tap.test("the first of many is slow, and memory is short", check_silent_first())
        tap.test("the first of many is slow, memory is short, and a thousand may be under way", check_silent_first("--in-flight", "1000", "--jobs", "1"))
    tap.test("--memory 32M: the same findings", check_little_memory(1) + check_little_memory(2))
    tap.test("hostile domains beside another, in both orders, with one process and two",
             [line for wrong in at_once(lambda item: check_neighbour(*item), checks) for line in wrong])
