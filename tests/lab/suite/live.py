"""Situations that no recording can show: who waits for whom, and what is left where memory is short.  (threats.md N8, N9)"""

import json
import subprocess
import time

from .program import audit_json, at_once, by_domain, command

MEMORY_KIB = 300000     # of addresses, libraries included
MANY = 1100
EARLY_S = 15            # tarpit.lab greets after 20 s
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


def check_crowd(names):
    """Thirty silent MX hosts in a neighbour's /24: the neighbour's audit is as ever, and not late."""
    documents = by_domain(audit_json("--timeout", "15", *names).documents())
    alone = by_domain(audit_json("neighbour.lab").documents())
    if len(documents) != 2 or len(alone) != 1:
        return [f"{len(documents)} documents, {len(alone)} alone"]
    wanted, found = ({(f["id"], f["subject"]): f["status"] for f in d["neighbour.lab"]["findings"] if f["group"] != "env"} for d in (alone, documents))
    wrong = [f"{key}: {found.get(key)}, alone {wanted.get(key)}" for key in wanted | found if found.get(key) != wanted.get(key)]
    took = documents["neighbour.lab"]["vantage"]["elapsed_ms"] / 1000
    wrong += [] if took < NEIGHBOUR_S else [f"the neighbour's took {took:.1f} s"]
    left = [f for f in documents["crowd.lab"]["findings"] if f["id"] == "smtp.reachable" and f.get("reason") == "budget"]
    return wrong + ([] if left else ["all thirty were reached"])


def test(tap):
    checks = [(check_silent_first,), (check_crowd, ("crowd.lab", "neighbour.lab")), (check_crowd, ("neighbour.lab", "crowd.lab"))]
    first, *crowds = at_once(lambda item: item[0](*item[1:]), checks)
    tap.test("the first of many is slow, and memory is short", first)
    tap.test("a crowd in a neighbour's network, in both orders", [line for wrong in crowds for line in wrong])
