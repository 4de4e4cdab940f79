"""Situations that no recording can show: who waits for whom, and what is left where memory is short.  (threats.md N8, N9)"""

import json
import subprocess
import time

from .program import audit_json, at_once, by_domain, command

MEMORY_KIB = 300000     # of addresses, libraries included
MANY = 1100
EARLY_S = 15            # tarpit.lab greets after 20 s
UNDER_WAY = 5           # connections of one audit to a network, and the addresses that are too many
NEIGHBOUR_S = 8         # it takes 0.1 s alone


def check_silent_first():
    """The first of many is slow: the others are told before it, and all is told under a limit of memory."""
    names = ["tarpit.lab", *(f"n{i}.many.lab" for i in range(MANY))]
    words = command("--no-dnsbl", "--only", "mx,smtp", "--format", "jsonl", "--domains", "-", within=("sh", "-c", f'ulimit -v {MEMORY_KIB}; exec "$@"', "sh"))
    begun, came = time.monotonic(), []
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        process.stdin.write("\n".join(names).encode())
        process.stdin.close()
        for line in process.stdout:
            came.append((json.loads(line)["target"]["domain"], time.monotonic() - begun))
    wrong = [] if process.returncode == 0 else [f"exit status {process.returncode}"]
    wrong += [] if sorted(name for name, _ in came) == sorted(names) else [f"{len(came)} documents"]
    early = sum(at < EARLY_S for name, at in came if name != "tarpit.lab")
    return wrong + ([] if early == MANY else [f"{early} of {MANY} came before the first one had ended"])


def check_neighbour(alone, hostile, is_first, jobs):
    """The audit of a domain with hostile ones beside it is as ever, and not late; what was not learnt of those is told."""
    names = (*hostile, "neighbour.lab") if is_first else ("neighbour.lab", *hostile)
    documents = by_domain(audit_json("--timeout", "15", "--jobs", str(jobs), *names).documents())
    if len(documents) != len(names) or len(alone) != 1:
        return [f"{len(documents)} documents, {len(alone)} alone"]
    wanted, found = ({(f["id"], f["subject"]): f["status"] for f in d["neighbour.lab"]["findings"] if f["group"] != "env"} for d in (alone, documents))
    wrong = [f"{key}: {found.get(key)}, alone {wanted.get(key)}" for key in wanted | found if found.get(key) != wanted.get(key)]
    took = documents["neighbour.lab"]["vantage"]["elapsed_ms"] / 1000
    wrong += [] if took < NEIGHBOUR_S else [f"the neighbour's took {took:.1f} s"]
    for name in hostile:
        left = [f["message"] for f in documents[name]["findings"] if f["id"] == "smtp.reachable" and f.get("reason") == "budget"]
        wrong += [] if left else [f"all of {name} was reached"]
        others = [message for message in left if "for its turn at 11.66." not in message]
        wrong += others if len(others) > UNDER_WAY else []
    return [f"{' '.join(names)}, --jobs {jobs}: {line}" for line in wrong]


def test(tap):
    alone = by_domain(audit_json("neighbour.lab").documents())
    hostile = (("crowd.lab",), ("flock.lab",), ("usurper.lab",), ("crowd.lab", "flock.lab", "usurper.lab"))
    checks = [(check_silent_first,), *((check_neighbour, alone, names, is_first, jobs) for names in hostile for is_first in (True, False) for jobs in (1, 2))]
    first, *beside = at_once(lambda item: item[0](*item[1:]), checks)
    tap.test("the first of many is slow, and memory is short", first)
    tap.test("hostile domains beside another, in both orders, with one process and two", [line for wrong in beside for line in wrong])
