"""Our clock is wrong, by two years, or is set in mid-run: no word against anybody.  (threats.md T5, R6)"""

import subprocess
import tempfile
from pathlib import Path

from . import expected
from .disturbances import accuses, explains
from .program import LAB_DIR, LIMIT_S, Outcome, at_once, audit_json, command, findings

# The exit status, and what differs from expected/, since it hangs on the time of day.  Who tells it: exim.lab the greeting; good.lab
# the Date of a web server whose certificate seems to be out of its time.
WRONG = {
    "exim.lab": (0, {"tls.expiry": "unknown"}),     # no policy binds senders to the certificate, so nothing required is undecided
    "good.lab": (3, {"tls.expiry": "unknown", "mta_sts.fetch": "unknown", "mta_sts.policy": "unknown", "mta_sts.mx_match": "unknown",
                     "tls.name": "skipped"}),       # TLSA records alone bind then
}
GREETING_MS = 13500     # of slow.lab, at least: postscreen would not make wait whom it has seen


def faketime(**settings):
    """For `env`: the words that put a program on another clock."""
    library = next(Path(LAB_DIR, "root").glob("usr/lib/*/faketime/libfaketime.so.1"))
    # A sanitizer's runtime wants to be the first library.
    return [f"LD_PRELOAD=/{library.relative_to(Path(LAB_DIR, 'root'))}", "ASAN_OPTIONS=verify_asan_link_order=0",
            *(f"{name}={value}" for name, value in settings.items())]


def check_wrong(item):
    (domain, (status, different)), offset = item
    outcome = audit_json(domain, environment=faketime(FAKETIME=offset))
    documents = outcome.documents()
    if len(documents) != 1:
        return outcome.trouble(status) + ["no document"]
    document = documents[0]
    wrong = outcome.trouble(status) + accuses(document) + explains(document, "env.clock", "clock")
    found = {(check, state) for check, state, _ in findings(document) if check in different}
    wrong += [f"{check} {state}: {'found' if (check, state) in found else 'not found'}" for check, state in found ^ set(different.items())]
    alike = {**document, "findings": [f for f in document["findings"] if f["id"] not in different]}
    return wrong + expected.differences([line for line in expected.read(domain) if line[0] not in different], alike, ignore=("env",))


def check_jump(offset):
    """The clock is set while the greeting is waited for: deadlines stand, and so does the time by which certificates are judged."""
    with tempfile.TemporaryDirectory() as directory:
        clock = Path(directory, "clock")
        clock.write_text("+0")
        environment = faketime(FAKETIME_TIMESTAMP_FILE=clock, FAKETIME_NO_CACHE=1, FAKETIME_DONT_FAKE_MONOTONIC=1)
        arguments = ("--trace", "--format", "jsonl", "--no-dnsbl", "slow.lab")
        with open(Path(directory, "report"), "w+b") as report, \
                subprocess.Popen(command(*arguments, environment=environment), stdin=subprocess.DEVNULL, stdout=report,
                                 stderr=subprocess.PIPE, text=True) as process:
            trace = ""
            for line in process.stderr:
                trace += line
                if not clock.read_text() == offset and " smtp " in line and line.rstrip().endswith("greeting"):
                    clock.write_text(offset)
            process.wait(LIMIT_S)
            report.seek(0)
            output = report.read()
            set_in_time = clock.read_text() == offset
    outcome = Outcome(arguments, subprocess.CompletedProcess(arguments, process.returncode, output, trace.encode()))
    documents = outcome.documents()
    wrong = outcome.trouble(0) + ([] if set_in_time else ["the clock was not set"])
    for document in documents:
        took = document["vantage"]["elapsed_ms"]
        wrong += expected.differences(expected.read("slow.lab"), document, ignore=("env",))
        wrong += [] if GREETING_MS <= took < 4 * GREETING_MS else [f"took {took} ms"]
    return wrong if documents else wrong + ["no document"]


def test(tap):
    offsets = ("+2y", "-2y")
    items = [(item, offset) for item in WRONG.items() for offset in offsets]
    for (item, offset), wrong in zip(items, at_once(check_wrong, items)):
        tap.test(f"our clock is wrong, {offset}: {item[0]}", wrong)
    for offset, wrong in zip(offsets, at_once(check_jump, offsets)):
        tap.test(f"our clock is set in mid-run, {offset}", wrong)
