"""Runs mailready inside the lab, and counts what the tests say, as TAP."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

LAB = Path(__file__).resolve().parent.parent
ROOT = LAB.parent.parent
BUILD = Path(os.environ.get("BUILD", "build"))
PROGRAM = str(ROOT / BUILD / "mailready")
LAB_DIR = Path(os.environ.get("LAB_DIR", ROOT / "build/lab")).resolve()
LIMIT_S = 150           # one process; a hang is longer
TRUST = ["--ca-file", str(LAB_DIR / "ca.pem")]
ROOT_KEY = ["--trust-anchor", str(LAB_DIR / "conf/root.anchor")]
CANARIES = ["--bogus-canary", "bogus.lab"] + [word for n in (1, 2, 3) for word in ("--canary", f"mx1.canary{n}.lab")]


def is_built_with(*symbols):
    program = Path(ROOT, BUILD, "mailready").read_bytes()
    return any(symbol in program for symbol in symbols)


class Tap:
    """Tests, numbered as they end; what went wrong stands under the line, as a comment."""

    def __init__(self):
        self.lock = threading.Lock()
        self.count = self.failed = 0

    def test(self, name, wrong):
        """wrong: a list of lines; empty means that all is well."""
        with self.lock:
            self.count += 1
            self.failed += bool(wrong)
            print(f"{'not ok' if wrong else 'ok'} {self.count} - {name}")
            for line in wrong:
                print(f"#   {line}")
            sys.stdout.flush()


class Outcome:
    """How one process ended."""

    def __init__(self, arguments, done):
        self.arguments = arguments
        self.status, self.out, self.err = done.returncode, done.stdout, done.stderr

    def documents(self):
        """The JSON documents on standard output, be it an object, an array or lines."""
        text = self.out.decode()
        if not text.strip():
            return []
        if text.lstrip().startswith("["):
            return json.loads(text)
        try:
            return [json.loads(text)]
        except ValueError:
            return [json.loads(line) for line in text.splitlines()]

    def trouble(self, *expected):
        """What is wrong with the exit status, as a list."""
        if self.status in expected:
            return []
        words = " ".join(self.arguments)
        last = self.err.decode("utf-8", "replace").strip().splitlines()[-3:]
        return [f"exit status {self.status} instead of {' or '.join(map(str, expected))}: {words}", *last]


def _open_copy(path, directory):
    """For everybody, whatever the umask under which it was built; of its own, since one that runs cannot be replaced."""
    place = tempfile.mkdtemp(dir=directory)
    copy = shutil.copy(path, place)
    for made in (directory, place, copy):
        os.chmod(made, 0o755)
    return copy


def command(*arguments, environment=(), within=(), trust=TRUST, copies=None):
    """mailready audit inside the lab, with the lab's CA and canaries, and as people run it, not CI.  within: a command of the lab that
    runs it.  copies: a directory for copies of the program and the files that it reads, since the checkout may be closed to others."""
    words = [PROGRAM, "audit", *trust, *ROOT_KEY]
    if copies:
        words = [_open_copy(word, copies) if os.path.isfile(word) else word for word in words]
    return [str(LAB / "exec"), *within, "env", "-u", "CI", *environment, *words, *CANARIES, *arguments]


def audit(*arguments, **how):
    """Runs it as command() says, with a blocklist only if one is named."""
    if "--dnsbl" not in arguments:
        arguments = ("--no-dnsbl", *arguments)
    words = command(*arguments, **how)
    try:
        done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT, timeout=LIMIT_S)
    except subprocess.TimeoutExpired as late:
        done = subprocess.CompletedProcess(words, "hang", late.stdout or b"", late.stderr or b"")
    return Outcome(arguments, done)


def audit_json(*arguments, **how):
    return audit("--format", "jsonl", *arguments, **how)


def at_once(function, items, workers=8):
    """The function for every item, several at a time; results in the order of the items."""
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(function, items))


def findings(document):
    return [(f["id"], f["status"], f["subject"]) for f in document["findings"]]


def of_status(document, *statuses):
    return [f"{i} {status} {subject}" for i, status, subject in findings(document) if status in statuses]


def by_domain(documents):
    return {document["target"]["domain"]: document for document in documents}
