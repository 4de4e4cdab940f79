"""The printed list, done step by step: every step repairs what it is for and harms nothing, and after the last one the domain
is READY.  And a plan is judged as if it were published.  (checks.md, section 19)

A round takes the first step with records of each list, publishes these in place of what they replace, and audits again.
"""

import subprocess
import tempfile
from pathlib import Path

from .program import BUILD, LAB_DIR, ROOT, at_once, audit_json
from .remedies import Zones

ROUNDS = 8
WEIGHT = {"note": 1, "warn": 2, "fail": 3}
LISTS = [               # and what is declared
    ("dane-wrong.lab",),
    ("dmarc-missing.lab",),
    ("dmarc-near-miss.lab",),
    ("dmarc-no-leave.lab",),
    ("exim.lab", "--sender", "11.22.1.25=mx1.good.lab"),
    ("implicit-mx.lab",),
    ("no-ptr.lab", "--sender", "11.22.20.25=nowhere.no-ptr.lab"),
    ("ptr-elsewhere.lab", "--sender", "11.22.23.25=mx1.ptr-elsewhere.lab"),
    ("ptr-invalid.lab",),
    ("ptr-nodata.lab",),
    ("ptr-nxdomain.lab",),
    ("ptr-other-family.lab", "--sender", "11.22.31.25=six.ptr-other-family.lab"),
    ("spf-family.lab",),
    ("spf-include-gone.lab",),
    ("spf-none.lab",),
    ("spf-plus-all.lab",),
    ("spf-ptr.lab",),
    ("spf-quoted.lab",),
    ("spf-two.lab",),
    ("spf-voids.lab",),
]


def _audit(arguments):
    return audit_json(*arguments[1:], arguments[0]).documents()[0]


def _weights(document):
    weights = {}
    for f in document["findings"]:
        key = f["id"], f["subject"]
        weights[key] = max(weights.get(key, 0), WEIGHT.get(f["status"], 0))
    return weights


def _first_step(document):
    """The first cause with a step that gives records, and that step; None: there is none."""
    for cause in document["causes"]:
        for step in cause["steps"]:
            if step["after"]:
                return cause, step
    return None


def _harm(before, after, cause):
    """What got worse in a round, and what the cause was to repair and did not."""
    old, new = _weights(before), _weights(after)
    worse = [f"{check} {subject} got worse" for (check, subject), weight in new.items()
             if weight > max(old.get((check, subject), 0), 1) and weight >= WEIGHT[cause["status"]]]
    return worse + [f"{r['id']} {r['subject']} is still there" for r in cause["repairs"]
                    if new.get((r["id"], r["subject"]), 0) >= max(2, old[(r["id"], r["subject"])])]


def test_lists(tap):
    wrong = {arguments: [] for arguments in LISTS}
    steps = dict.fromkeys(LISTS, 0)
    with Zones() as zones:
        documents = dict(zip(LISTS, at_once(_audit, LISTS)))
        for arguments, document in documents.items():
            if document["verdict"] == "ready":
                wrong[arguments].append("nothing is broken")
        for _ in range(ROUNDS):
            todo = {a: _first_step(d) for a, d in documents.items() if d["verdict"] != "ready" and not wrong[a]}
            todo = {arguments: step for arguments, step in todo.items() if step}
            if not todo:
                break
            zones.serve({zones.publish(record) for _, step in todo.values() for record in step["after"]})
            for arguments, after in zip(todo, at_once(_audit, list(todo))):
                wrong[arguments] += _harm(documents[arguments], after, todo[arguments][0])
                documents[arguments] = after
                steps[arguments] += 1
    for arguments, document in documents.items():
        left = [f"{f['status']} {f['id']} {f['subject']}: {f['message']}" for f in document["findings"] if f["status"] in ("warn", "fail")]
        tap.test(f"list of {' '.join(arguments)}: after {steps[arguments]} steps READY",
                 wrong[arguments] + ([] if document["verdict"] == "ready" else [document["verdict"], *left]))


def test_plans(tap):
    """A plan that repairs, one with typing errors, one that breaks: told before anything is published."""
    plain = (LAB_DIR / "conf/zones/ptr-nxdomain.lab.plain").read_text()
    with tempfile.TemporaryDirectory() as directory:
        def plan(name, text):
            path = Path(directory) / name
            path.write_text(text)
            return audit_json("--zone", str(path), "ptr-nxdomain.lab")

        repairs = plan("repairs", plain + "gone A 11.22.22.25\n")
        verdict = [d["verdict"] for d in repairs.documents()]
        tap.test("a plan that repairs ptr-nxdomain.lab is READY", repairs.trouble(0) + ([] if verdict == ["ready"] else verdict or ["no document"]))
        typing = plan("typing", plain + "gone A 11.22.22.256\n")
        where = f"/typing:{len(plain.splitlines()) + 1}: "
        tap.test("a typing error in a plan is told with its line",
                 typing.trouble(2) + ([] if where in typing.err.decode() else [f"{where} is not in {typing.err.decode()}"]))
        breaks = plan("breaks", plain.replace(" MX 10 mx1", " MX 10 mx9") + "gone A 11.22.22.25\n")
        failed = [f["id"] for d in breaks.documents() for f in d["findings"] if f["status"] == "fail"]
        tap.test("a plan that breaks MX fails", breaks.trouble(1) + ([] if "mx.resolves" in failed else failed or ["nothing fails"]))


def test_proposals(tap, recordings):
    """Every record that is printed for a domain of the lab is applied to its recorded evidence, alone."""
    done = subprocess.run([str(ROOT / BUILD / "tests/unit/test_proposals"), *recordings], cwd=ROOT, capture_output=True, text=True, timeout=600)
    said = (done.stdout + done.stderr).strip().splitlines()
    tap.test(f"records of {len(recordings)} domains: {said[-1] if said else ''}", said if done.returncode else [])
