"""SIGINT at any moment of a live audit: it ends soon, says so, and what it has written is true.  (threats.md R5)"""

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


def _child(pid):
    """tests/lab/exec enters a process namespace, and waits there for the program."""
    return int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])


def _audit(interrupt_at):
    """(exit status, documents, lines of the trace, seconds from the signal to the end).  The moment is a line of the trace."""
    words = command("--trace", "--format", "jsonl", "--no-dnsbl", *DOMAINS)
    lines, since = 0, None
    with TemporaryFile() as output:     # a pipe that nobody reads fills up
        with subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.PIPE) as process:
            for _ in process.stderr:
                lines += 1
                if lines == interrupt_at:
                    os.kill(_child(process.pid), signal.SIGINT)
                    since = time.monotonic()
        took = time.monotonic() - since if since else 0
        output.seek(0)
        return process.returncode, [json.loads(line) for line in output], lines, took


def _slander(document):
    """Faults that are none: an audit that is cut short may only know less."""
    right = set(expected.read(document["target"]["domain"]))
    return [f"says {f['id']} {f['status']} {f['subject']}" for f in document["findings"]
            if f["status"] in ("warn", "fail") and (f["id"], f["status"], f["subject"]) not in right]


def _check(moment):
    status, documents, _, took = _audit(moment)
    wrong = [] if status == 4 or status == 0 and moment > 1 else [f"exit status {status}"]
    if status == 0 and len(documents) != len(DOMAINS):
        wrong.append(f"exit status 0, and {len(documents)} documents")
    if took > FINISH_S:
        wrong.append(f"ends after {took:.1f} s")
    return wrong + [line for document in documents for line in _slander(document)]


def test(tap):
    _, documents, lines, _ = _audit(None)
    tap.test("an audit that nobody interrupts", [] if len(documents) == len(DOMAINS) else [f"{len(documents)} documents"])
    moments = [1 + lines * n // MOMENTS for n in range(MOMENTS)]
    for moment, wrong in zip(moments, at_once(_check, moments, workers=4)):
        tap.test(f"SIGINT after line {moment} of {lines} of the trace", wrong)
