"""Live audits in which an allocation fails: sessions, resolver, policies, not only their replay.  (threats.md R2)

What may come of it is what tests/torture/outcome.py says, as for replays: never a fault that is not there, never a silent loss.
"""

import json
import sys
import tempfile
from pathlib import Path

from .program import BUILD, ROOT, audit, at_once, is_built_with

sys.path.insert(0, str(ROOT / "tests/torture"))

from outcome import wrong_with

LIBRARY = BUILD / "tests/torture/memory.so"     # relative: a path that holds a space or a colon ends the name
DOMAINS = ("good.lab", "dane-wrong.lab", "no-ptr.lab")
PLACES = 40                                     # of each kind and domain, spread over the whole run
KINDS = {"one of the program's allocations": ("FAIL_OWN=1",), "one of all allocations": (), "all from there on": ("FAIL_ON=1",)}


def run(domain, *settings):
    """(exit status, document or None, counts or None, complaint, what was left)"""
    with tempfile.TemporaryDirectory() as place:
        count, report = Path(place, "count"), Path(place, "report.json")
        outcome = audit("--format", f"json={report}", domain, environment=(f"LD_PRELOAD={LIBRARY}", f"COUNT_FILE={count}", *settings))
        document = json.loads(report.read_text(encoding="utf-8")) if report.exists() else None
        counts = [int(word) for word in count.read_text(encoding="ascii").split()] if count.exists() else None
        left = {path.name for path in Path(place).iterdir()} - {"count", "report.json"}
    return outcome.status, document, counts, outcome.err.decode("utf-8", "replace").strip(), left


def test(tap):
    if is_built_with(b"__asan_init"):
        tap.test("memory # SKIP a sanitizer has an allocator of its own", [])
        return
    for domain in DOMAINS:
        status, sound, counts, complaint, _ = run(domain)
        if not sound or not counts:
            tap.test(f"memory: {domain}", [f"the audit does not work at all: status {status}, {complaint}"])
            continue
        for name, settings in KINDS.items():
            total = counts["FAIL_OWN=1" in settings]
            places = range(1, total + 1, max(1, total // PLACES))
            outcomes = at_once(lambda n: run(domain, f"FAIL_AT={n}", *settings), places, workers=4)
            wrong = [f"FAIL_AT={n} {' '.join(settings)}: {fault}" for n, outcome in zip(places, outcomes)
                     if (fault := wrong_with(outcome, sound, status, may_skip=True))]
            tap.test(f"memory: {domain}, {name}", wrong)
