"""Sessions of an earlier run, from a store: mail servers that answered it are not asked again, and the verdict is that of new sessions.

Who is asked is what the peers' own log says.
"""

import re
import tempfile
import time
from pathlib import Path

from .manners import commands, size_of_logs
from .program import audit_json, by_domain

# Scripted peers, whose log tells of each command: those that answer, and those that put us off or break off.
ANSWER = {"delay20.lab": "11.22.89.25", "helo-only.lab": "11.22.98.25", "bare-lf.lab": "11.22.113.25"}
OTHERS = {"ehlo-tempfail.lab": "11.22.100.25", "tls-421.lab": "11.22.168.25", "tls-broken.lab": "11.22.124.25", "starttls-454.lab": "11.22.121.25"}
TOLD = "not asked anew, but judged by what they said in an earlier run: "


def _run(*more):
    """The documents, and who was spoken to."""
    sizes = size_of_logs()
    documents = by_domain(audit_json("--sessions", "1", *more, *ANSWER, *OTHERS).documents())
    return documents, {address for address, _ in commands(sizes)}


def _said(documents):
    """What is said of each domain: of this machine it may be something else."""
    return {name: sorted((f["id"], f["subject"], f["status"], re.sub(r"[\d.]+ (m?s)\b", r"N \1", f["message"])) for f in d["findings"] if not f["id"].startswith("env."))
            for name, d in documents.items()}


def _differences(before, after):
    before, after = _said(before), _said(after)
    return [f"{name}: {line}" for name in before for line in set(before[name]) ^ set(after[name])]


def _told(documents):
    """Domains whose report says whom it did not ask."""
    return {name for name, d in documents.items() for f in d["findings"] if f["id"] == "env.vantage" and f["message"].startswith(TOLD)}


def _test_reused(tap, kind, store, jobs):
    new, asked = _run("--store", store, *jobs)
    tap.test(f"{kind}: a first run asks all", sorted({*ANSWER.values(), *OTHERS.values()} ^ asked))
    again, asked = _run("--store", store, "--reuse", "1h", *jobs)
    tap.test(f"{kind}: who answered is not asked again, who did not is", sorted(set(OTHERS.values()) ^ asked))
    tap.test(f"{kind}: the report says whom it did not ask", sorted(set(ANSWER) ^ _told(again)))
    tap.test(f"{kind}: and says the same of each domain", _differences(new, again))
    time.sleep(1.1)
    _, asked = _run("--store", store, "--reuse", "1s", *jobs)
    tap.test(f"{kind}: what is older counts no more", sorted({*ANSWER.values(), *OTHERS.values()} ^ asked))
    _, asked = _run("--store", store, *jobs)
    tap.test(f"{kind}: without --reuse all are asked", sorted({*ANSWER.values(), *OTHERS.values()} ^ asked))
    _, asked = _run("--store", store, "--reuse", "1h", "--helo", "other.example", *jobs)
    tap.test(f"{kind}: under another name all are asked", sorted({*ANSWER.values(), *OTHERS.values()} ^ asked))


def test(tap):
    with tempfile.TemporaryDirectory() as made:
        _test_reused(tap, "one process", f"sqlite:{Path(made) / 'one.db'}", ("--jobs", "1"))
        _test_reused(tap, "two processes", f"sqlite:{Path(made) / 'two.db'}", ("--jobs", "2"))
