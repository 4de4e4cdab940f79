"""Signals at any moment of a live audit.

SIGINT: it ends soon, says so, and what it has written is true (threats.md R5).  SIGSTOP, or a lid that is closed: when it
goes on, it finds the same, for what has come in the meantime has come in time.
"""

import json
import os
import signal
import subprocess
import time
from pathlib import Path
from tempfile import TemporaryFile

from . import expected
from .program import at_once, command

DOMAINS = ("good.lab", "exim.lab", "unsigned.lab", "postscreen.lab")
MOMENTS = 12
FINISH_S = 15       # 5 s for what is under way, and a farewell to the servers; machines are noisy
TCP_ONLY = "11.53.9.1"          # a resolver
STOPS = 6
STOP_S = 7          # longer than the patience with a resolver


def _child(pid):
    """tests/lab/exec enters a process namespace, and waits there for the program."""
    return int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])


def _audit(moment, disturb, *arguments):
    """(exit status, documents, lines of the trace, seconds from the disturbance to the end).  The moment is a line of the trace."""
    words = command("--trace", "--format", "jsonl", "--no-dnsbl", *arguments)
    lines, since = 0, None
    with TemporaryFile() as output:     # a pipe that nobody reads fills up
        # Unbuffered, and the pipe small: on a busy machine the audit would be over before we have read of its middle.
        with subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.PIPE, bufsize=0, pipesize=4096) as process:
            for _ in process.stderr:
                lines += 1
                if lines == moment:
                    disturb(process.pid)
                    since = time.monotonic()
        took = time.monotonic() - since if since else 0
        output.seek(0)
        return process.returncode, [json.loads(line) for line in output], lines, took


def _interrupt(entering):
    os.kill(_child(entering), signal.SIGINT)


def _stop(entering):
    """nsenter(1) stops as well when it sees its child stopped, and takes it along when it goes on."""
    child = _child(entering)
    os.kill(child, signal.SIGSTOP)
    time.sleep(STOP_S)
    os.kill(entering, signal.SIGCONT)
    os.kill(child, signal.SIGCONT)


def _slander(document):
    """Faults that are none: an audit that is cut short may only know less."""
    right = set(expected.read(document["target"]["domain"]))
    return [f"says {f['id']} {f['status']} {f['subject']}" for f in document["findings"]
            if f["status"] in ("warn", "fail") and (f["id"], f["status"], f["subject"]) not in right]


def _check_interrupted(moment):
    status, documents, lines, took = _audit(moment, _interrupt, *DOMAINS)
    # Late in the trace all may have been done by then; early, nobody was told.
    wrong = [] if status == 4 or status == 0 and moment > lines // 2 else [f"exit status {status}"]
    if status == 0 and len(documents) != len(DOMAINS):
        wrong.append(f"exit status 0, and {len(documents)} documents")
    if took > FINISH_S:
        wrong.append(f"ends after {took:.1f} s")
    return wrong + [line for document in documents for line in _slander(document)]


def _check_stopped(moment, undisturbed):
    status, documents, _, _ = _audit(moment, _stop, "--resolver", TCP_ONLY, "good.lab")
    if not documents or status != 0:
        return [f"exit status {status}, {len(documents)} documents"]
    wanted = {(f["id"], f["subject"]): f["status"] for f in undisturbed["findings"]}
    found = {(f["id"], f["subject"]): f["status"] for f in documents[0]["findings"]}
    return [f"{' '.join(key)}: {found.get(key)}, not {wanted.get(key)}" for key in sorted(wanted | found) if found.get(key) != wanted.get(key)]


def _test_stopped(tap):
    _, documents, lines, _ = _audit(None, None, "--resolver", TCP_ONLY, "good.lab")
    if not documents:
        tap.test("an audit that nobody stops", ["no document"])
        return
    moments = [1 + lines * n // STOPS for n in range(STOPS)]
    for moment, wrong in zip(moments, at_once(lambda moment: _check_stopped(moment, documents[0]), moments, workers=STOPS)):
        tap.test(f"stopped for {STOP_S} s at line {moment} of {lines} of the trace", wrong)


def test(tap):
    _, documents, lines, _ = _audit(None, None, *DOMAINS)
    tap.test("an audit that nobody interrupts", [] if len(documents) == len(DOMAINS) else [f"{len(documents)} documents"])
    moments = [1 + lines * n // MOMENTS for n in range(MOMENTS)]
    for moment, wrong in zip(moments, at_once(_check_interrupted, moments, workers=4)):
        tap.test(f"SIGINT after line {moment} of {lines} of the trace", wrong)
    _test_stopped(tap)
