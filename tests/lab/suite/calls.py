"""Live audits in which a system call fails: the n-th, or the n-th and all after it.  (threats.md R1, R3, J2)

What may come of it is what tests/torture/outcome.py says: the right report, `unknown`, or a complaint and exit status 4.  Where a call
is interrupted, comes too early or does half of what it was asked for, nothing is amiss, and the report is the right one.
Of each kind PLACES are tried, spread over the whole run; CALLS_PLACES=0: all.
"""

import json
import os
import sys
import tempfile
from pathlib import Path

from . import expected
from .journal import DOMAINS, _compare, _findings, _list, _run
from .program import BUILD, ROOT, audit, at_once, is_built_with

sys.path.insert(0, str(ROOT / "tests/torture"))

from outcome import is_ended_early, key, wrong_with

LIBRARY = BUILD / "tests/torture/calls.so"      # relative: a path that holds a space or a colon ends the name
PLACES = int(os.environ.get("CALLS_PLACES", 4))
HARMLESS = ("EINTR", "EAGAIN", "short")
WAYS = (*HARMLESS, "EMFILE", "ENOSPC", "EIO", "ENOBUFS")
LASTING = ("EMFILE", "ENOSPC", "ENOBUFS")       # also from there on
ALONE = ("good.lab", "dane-wrong.lab")
WORKERS = 6
SCARCE = (("EAGAIN", "fork"), ("EAGAIN", "connect"))     # processes, local ports
RESTARTED = ("open64", "openat64", "fopen64", "ftruncate64", "fsync", "fdatasync", "close", "fclose")      # by the kernel, after our signals
# But two-ptr.lab: a name that leads back is enough where another one is not answered (checks.md 4, step 7).
FEW = [domain for domain in DOMAINS if domain != "two-ptr.lab"][:4]


def places(total):
    return range(1, total + 1, max(1, -(-total // PLACES)) if PLACES else 1)


def faulty(place, *settings):
    return (f"LD_PRELOAD={LIBRARY}", f"COUNT_FILE={place}/count", *settings)


def counted(place):
    """(how many calls could have failed, the one that did)"""
    path = Path(place, "count")
    total, name = path.read_text(encoding="ascii").split() if path.exists() else (0, "?")
    return int(total), name


def run(domain, *settings):
    """(exit status, document or None, counts, complaint, what was left), and counted()"""
    with tempfile.TemporaryDirectory() as place:
        report = Path(place, "report.json")
        outcome = audit("--format", f"json={report}", domain, environment=faulty(place, *settings))
        document = json.loads(report.read_text(encoding="utf-8")) if report.exists() else None
        left = {path.name for path in Path(place).iterdir()} - {"count", "report.json"}
        return (outcome.status, document, None, outcome.err.decode("utf-8", "replace").strip(), left), counted(place)


def is_harmless(way, call):
    return way in HARMLESS and (way, call) not in SCARCE and not (way == "EINTR" and call in RESTARTED)


def wrong_alone(domain, way, call, outcome, sound, sound_status):
    status, document, _, complaint, _ = outcome
    if is_ended_early(status, complaint):
        return []
    if wrong := wrong_with(outcome, sound, sound_status, may_skip=True):
        return [wrong]
    wrong = expected.untruths(domain, document) if document else []
    if is_harmless(way, call) and not document:
        return [f"exit status {status}: {complaint[-200:]}"]
    if is_harmless(way, call):
        wrong += [f"differs: {difference}" for difference in {key(f) for f in sound["findings"]} ^ {key(f) for f in document["findings"]}]
    return wrong


def _test_alone(tap, domain):
    (status, sound, _, complaint, _), _ = run(domain)
    if not sound:
        tap.test(f"calls: {domain}", [f"the audit does not work at all: status {status}, {complaint}"])
        return
    for way, *on in [(way,) for way in WAYS] + [(way, "FAIL_ON=1") for way in LASTING]:
        settings = (f"FAIL_WITH={way}", *on)
        total = run(domain, f"FAIL_WITH={way}")[1][0]
        outcomes = at_once(lambda n: run(domain, f"FAIL_AT={n}", *settings), places(total), workers=WORKERS)
        wrong = [f"FAIL_AT={n} {' '.join(settings)}: {call}: {line}" for n, (outcome, (_, call)) in zip(places(total), outcomes)
                 for line in wrong_alone(domain, way, call, outcome, sound, status)[:4]]
        tap.test(f"calls: {domain}, {way}{' from there on' if on else ''}, {len(outcomes)} of {total}", wrong if total else ["none is counted"])


def wrong_of(found, sound, is_exact):
    """What differs of a domain's findings, but for what is undecided."""
    undecided = {check for check, status, _ in found if status == "unknown"}
    return [f"{'also' if item in found else 'not'} {' '.join(item)}" for item in sorted(set(found) ^ set(sound))
            if is_exact or not undecided or (item in found and item[1] not in ("unknown", "skipped") and item[0] != "env.ipv6")]


def _gone_on_with(directory, undisturbed):
    status, err = _run(directory)
    if status not in (0, 1) or not (directory / "r").exists():
        return [f"then exit status {status}: {err[-300:]}"]
    return _compare(_findings(directory / "r"), undisturbed) + (["the journal is left"] if (directory / "j").exists() else [])


def _wrong_many(directory, is_exact, status, err, undisturbed):
    """Also whether the run goes on, with nothing wrong any more."""
    if is_ended_early(status, err):
        return []
    if status not in (0, 1, 3, 4) or status == 4 and (is_exact or not err):
        return [f"exit status {status}: {err[-300:]}"]
    whole = (directory / "r").exists()
    wrong = []
    if whole:
        found = _findings(directory / "r")
        wrong += [f"{domain}: {line}" for domain in found for line in wrong_of(found[domain], undisturbed[domain], is_exact)]
        wrong += [] if list(found) == list(undisturbed) or status == 4 else [f"domains: {' '.join(found)}"]
    elif status != 4:
        wrong.append(f"exit status {status}, and no report: {err[-300:]}")
    if (directory / "j").exists():      # also where this machine had no memory for something
        (directory / "r").unlink(missing_ok=True)
        wrong += _gone_on_with(directory, undisturbed)
    elif status == 4 and not whole:
        wrong += _gone_on_with(directory, undisturbed)
    return wrong[:4]


def _test_many(tap, undisturbed, jobs, part):
    """A run with a journal, in which a call of this part of it fails."""
    def many(way, *settings):
        with tempfile.TemporaryDirectory() as name:
            directory = Path(name)
            (directory / "list").write_text("".join(f"{domain}\n" for domain in FEW))
            status, err = _run(directory, more=("--jobs", jobs), environment=faulty(name, f"FAIL_WITH={way}", f"FAIL_IN={part}", *settings))
            total, call = counted(name)
            return [f"{call}: {line}" for line in _wrong_many(directory, is_harmless(way, call), status, err, undisturbed)], total
    for way, *on in [(way,) for way in WAYS] + [(way, "FAIL_ON=1") for way in LASTING]:
        total = many(way)[1]
        outcomes = at_once(lambda n: many(way, f"FAIL_AT={n}", *on), places(total), workers=WORKERS)
        wrong = [f"FAIL_AT={n} FAIL_WITH={way} FAIL_IN={part} {' '.join(on)}: {line}" for n, (lines, _) in zip(places(total), outcomes) for line in lines]
        tap.test(f"calls: {part} of {jobs}, {way}{' from there on' if on else ''}, {len(outcomes)} of {total}", wrong)


def test(tap):
    if is_built_with(b"__asan_init"):
        tap.test("calls # SKIP a sanitizer wants to be loaded first", [])
        return
    for domain in ALONE:
        _test_alone(tap, domain)
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        (directory / "list").write_text("".join(f"{domain}\n" for domain in FEW))
        status, err = _run(directory)
        undisturbed = _findings(directory / "r") if status in (0, 1) else {}
    tap.test("calls: a run in which none fails", [] if undisturbed else [f"exit status {status}: {err[-300:]}"])
    for jobs, part in (("2", "parent"), ("2", "worker")):
        _test_many(tap, undisturbed, jobs, part)
