"""Several processes audit (--jobs): the same is found, whichever of them dies or hangs, and a mail server cannot tell them from one.  What they may do is little, whoever starts them.

Who has a domain is seen by the connection to its server; that process is killed.  A domain of which two processes died is given up, and
all others are as they are without it.
"""

import csv
import json
import os
import re
import signal
import subprocess
import time
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile

from .journal import DOMAINS, _compare, _findings, _run
from .program import BUILD, LAB_DIR, ROOT, at_once, audit, command, is_built_with, of_status

JOBS = ("--jobs", "3")
HOSTED = ("hosted-google.lab", "hosted-newsletter.lab")     # smtp.google.com. is the first MX
HOLDS = {"silent.lab": "11.22.80.25"}       # accepts, and is silent for as long as the session may last
SLOW = "slow.lab"       # each time: postscreen knows who has waited once
LIMIT_S = 140
ENDS_S = 15


def _children(pid):
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _inodes(pid, address):
    """Of the process's connections to this address, as /proc/net/tcp spells it."""
    spelt = bytes(map(int, reversed(address.split(".")))).hex().upper() + ":0019"
    try:
        lines = [line.split() for line in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]]
        own = {os.readlink(path) for path in Path(f"/proc/{pid}/fd").iterdir()}
    except OSError:
        return []
    return [words[9] for words in lines if words[2] == spelt and f"socket:[{words[9]}]" in own]


class Run:
    """A run in the lab with several processes, and what became of it."""

    def __init__(self, *arguments, **how):
        self.output = TemporaryFile("w+")       # a pipe that nobody reads fills up
        self.process = subprocess.Popen(command("--no-dnsbl", *JOBS, *arguments, **how), stdin=subprocess.DEVNULL, stdout=self.output, stderr=subprocess.PIPE, text=True,
                                        cwd=ROOT)

    def parent(self):
        return next(iter(_children(self.process.pid)), None)

    def workers(self):
        return _children(self.parent()) if self.parent() else []

    def wait_for(self, what, seconds=60):
        """What `what` returns, once that is something."""
        until = time.monotonic() + seconds
        while time.monotonic() < until and self.process.poll() is None:
            if found := what():
                return found
            time.sleep(0.01)
        return None

    def who_has(self, address):
        return self.wait_for(lambda: next((pid for pid in self.workers() if _inodes(pid, address)), None))

    def end(self):
        err = self.process.communicate(timeout=LIMIT_S)[1]
        with self.output:
            self.output.seek(0)
            out = self.output.read()
        whole = out[:out.rfind("\n") + 1]       # at the second signal it stops in the middle of a line
        return self.process.returncode, [json.loads(line) for line in whole.splitlines()], err


def _found(documents):
    return {d["target"]["domain"]: sorted((f["id"], f["status"], f["subject"]) for f in d["findings"]) for d in documents}


def _differences(documents, undisturbed, but=()):
    found = _found(documents)
    wrong = [] if sorted(found) == sorted(undisturbed) and len(documents) == len(found) else [f"{len(documents)} documents: {' '.join(sorted(found))}"]
    for domain in sorted(set(found) - set(but)):
        wrong += [f"{domain}: {'also' if key in found[domain] else 'not'} {' '.join(key)}" for key in sorted(set(found[domain]) ^ set(undisturbed.get(domain, [])))]
    return wrong


def _status(pid):
    """What /proc/PID/status says of a process."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: rest.split() for name, _, rest in (line.partition(":") for line in lines)}


def _rights_kept(pid):
    """What is wrong with the rights of a process that meets peers."""
    status = _status(pid)
    wrong = [f"{name} {' '.join(status[name])}" for name in ("CapInh", "CapPrm", "CapEff", "CapAmb") if int(status[name][0], 16)]
    wrong += [f"{name} {' '.join(status[name])}" for name in ("Uid", "Gid") if "0" in status[name] or len(set(status[name])) > 1]
    wrong += [f"Groups {' '.join(status['Groups'])}"] if status["Groups"] else []
    return wrong + [f"{name} is not {value}" for name, value in (("NoNewPrivs", "1"), ("Seccomp", "2")) if status[name] != [value]]


def _is_unconfined():
    """For sanitizers, which have work to do when a process ends (Makefile)."""
    return is_built_with(b"__asan_init")


def _test_rights(tap):
    """Started as root: who meets peers is another user, and has no rights; what it needs of root's files was read before."""
    domain, address = next(iter(HOLDS.items()))
    with TemporaryDirectory() as name:      # root's alone
        report, keys = Path(name) / "report.json", Path(name) / "keys"
        authority = Path(name) / "ca.pem"
        authority.write_bytes((LAB_DIR / "ca.pem").read_bytes())
        authority.chmod(0o600)
        for what, arguments in (("a single audit", ("--jobs", "1")), ("several processes", ("exim.lab",)), ("--wait", ("--wait", "1s", "--fail-on", "warn"))):
            report.unlink(missing_ok=True)
            run = Run("--timeout", "20", "--ca-file", str(authority), *(("--record", str(Path(name) / "recording")) if "exim.lab" not in arguments else ()),
                      "--format", f"jsonl={report}", domain, *arguments, environment=(f"SSLKEYLOGFILE={keys}",))
            pid = run.who_has(address)
            wrong = [f"process that audits: {line}" for line in _rights_kept(pid)] if pid else ["nobody audits"]
            wrong += [] if pid in run.workers() else ["the process that writes the reports audits"]
            status, _, err = run.end()
            documents = [json.loads(line) for line in report.read_text().splitlines()] if report.exists() else []
            if status not in (1, 3) or not documents or keys.exists():
                wrong.append(f"exit status {status}, {len(documents)} documents, keys {keys.exists()}: {err[-300:]}")
            wrong += [f"{d['target']['domain']} is unconfined" for d in documents if "unconfined" in d["vantage"]]
            tap.test(f"rights, started as root: {what}", wrong)


def _test_kinds_of_root(tap):
    """Who cannot become another user is told no fault for it, nor said to have kept what it gave up; who must not become one is."""
    with TemporaryDirectory() as name, TemporaryDirectory() as copies:      # the first is root's alone
        authority = Path(name) / "ca.pem"
        authority.write_bytes((LAB_DIR / "ca.pem").read_bytes())
        kinds = (("of a namespace of its own", ("unshare", "-U", "-r"), (), False),
                 ("that may not change users", ("setpriv", "--bounding-set", "-setuid"), (), False),
                 ("that may not end other users' processes", ("setpriv", "--bounding-set", "-kill"), (), False),
                 ("without capabilities", ("setpriv", "--bounding-set", "-all"), (), False),
                 ("whose authorities nobody else may read", (), (f"SSL_CERT_FILE={authority}",), True))
        outcomes = at_once(lambda kind: audit("--format", "json", "--only", "tls,mx", "good.lab", within=kind[1], environment=kind[2], copies=copies,
                                              **({"trust": ()} if kind[3] else {})), kinds)
        for (kind, _, _, is_kept), outcome in zip(kinds, outcomes):
            documents = outcome.documents()
            said = [bool(d["vantage"].get("unconfined")) for d in documents]
            tap.test(f"rights, started as root {kind}", outcome.trouble(0) + ([] if said == [is_kept] else [f"unconfined: {said}"]))


def _test_ordinary(tap):
    """Started as somebody else: it is one process, which has no rights either."""
    domain, address = next(iter(HOLDS.items()))
    with TemporaryDirectory() as name:
        run = Run("--jobs", "1", "--timeout", "20", "--format", "jsonl", domain, within=("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"),
                  copies=name)
        found = bool(run.wait_for(lambda: run.parent() and _inodes(run.parent(), address)))
        wrong = [f"process that audits: {line}" for line in _rights_kept(run.parent())] if found else ["nobody audits"]
        wrong += [f"process {pid} beside it" for pid in run.workers()]
        status, documents, err = run.end()
    wrong += [] if status in (1, 3) and documents and "unconfined" not in documents[0]["vantage"] else [f"exit status {status}: {err[-300:]}"]
    tap.test("rights, started as an ordinary user", wrong)


def _test_same(tap, undisturbed):
    for arguments in (("--format", "jsonl"), ("--format", "json", "--ordered"), ("--format", "jsonl", "--in-flight", "1")):
        outcome = audit(*JOBS, *arguments, *DOMAINS)
        documents = outcome.documents()
        wrong = outcome.trouble(1) + _differences(documents, undisturbed)
        if "--ordered" in arguments and [d["target"]["domain"] for d in documents] != list(DOMAINS):
            wrong.append("not in the order of the list")
        tap.test(f"three processes find what one does: {' '.join(arguments)}", wrong)
    one, three = (audit(*arguments, "--ordered", "--format", "csv", *DOMAINS) for arguments in (("--jobs", "1"), JOBS))
    # Messages tell how long a server took.
    tables = [[row[:5] for row in csv.reader(outcome.out.decode().splitlines())] for outcome in (one, three)]
    tap.test("the same table", one.trouble(1) + three.trouble(1) + ([] if tables[0] == tables[1] else ["another one"]))


def _test_kept_apart(tap):
    """What many domains share is asked once, by one process."""
    outcome = audit("--trace", *JOBS, *HOSTED)
    times = re.findall(r"^ *[\d.]+ smtp +(\S+) +connecting", outcome.err.decode("utf-8", "replace"), re.M)
    again = {address for address in times if times.count(address) > 1}
    tap.test("a mail server of many domains is visited once", outcome.trouble(0, 1, 3) + [f"{address} was visited again" for address in again] +
             ([] if times else ["no server was visited"]))


def _test_killed(tap, undisturbed):
    """Each of them once, as soon as it is there."""
    for order in range(3):
        run = Run("--format", "jsonl", *DOMAINS, SLOW)
        run.wait_for(lambda: len(run.workers()) == 3)
        time.sleep(0.3 * order)
        workers = run.workers()
        if len(workers) == 3:
            os.kill(workers[order], signal.SIGKILL)
        status, documents, err = run.end()
        wrong = [] if status == 1 and len(workers) == 3 else [f"exit status {status}, {len(workers)} of three: {err[-300:]}"]
        if "ended (signal 9)" not in err:
            wrong.append(f"nothing is said: {err[-300:]}")
        tap.test(f"process {order + 1} of three is killed", wrong + _differences(documents, undisturbed))


def _test_stopped(tap, undisturbed):
    """SIGSTOP: it is there and does nothing."""
    domain, address = next(iter(HOLDS.items()))
    run = Run("--format", "jsonl", "--timeout", "20", *DOMAINS, domain)
    pid = run.who_has(address)
    if pid:
        os.kill(pid, signal.SIGSTOP)
    status, documents, err = run.end()
    wrong = [] if status == 1 and pid else [f"exit status {status}: {err[-300:]}"]
    if "no sign of life" not in err:
        wrong.append(f"nothing is said: {err[-300:]}")
    wrong += [f"{domain} is {d['verdict']}" for d in documents if d["target"]["domain"] == domain and "worker_crashed" in json.dumps(d)]
    tap.test("a process is stopped", wrong + _differences(documents, {**undisturbed, domain: []}, but=(domain,)))


def _test_stuck(tap, undisturbed):
    """One of them goes round in a circle, in the middle of what it does."""
    if is_built_with(b"__asan_init"):
        tap.test("a process is stuck # SKIP a sanitizer wants to be loaded first", [])
        return
    run = Run("--format", "jsonl", *DOMAINS, environment=(f"LD_PRELOAD={BUILD / 'tests/torture/calls.so'}", "FAIL_WITH=hang", "FAIL_IN=worker", "FAIL_AT=2500"))
    status, documents, err = run.end()
    wrong = [] if status == 1 and err.count("no sign of life") == 1 else [f"exit status {status}: {err[-300:]}"]
    tap.test("a process is stuck", wrong + _differences(documents, undisturbed))


def _test_given_up(tap, undisturbed):
    domain, address = next(iter(HOLDS.items()))
    run = Run("--format", "jsonl", "--timeout", "30", *DOMAINS, domain)
    killed = []
    while len(killed) < 2 and (pid := run.who_has(address)):
        os.kill(pid, signal.SIGKILL)
        killed.append(pid)
        run.wait_for(lambda: pid not in run.workers())
    visited = bool(run.wait_for(lambda: next((pid for pid in run.workers() if _inodes(pid, address)), None), 3))
    status, documents, err = run.end()
    wrong = [] if status == 1 and len(set(killed)) == 2 else [f"exit status {status}, {len(killed)} killed: {err[-300:]}"]
    given_up = next((d for d in documents if d["target"]["domain"] == domain), None)
    if visited:
        wrong.append("a third process visits it")
    if not given_up or given_up["verdict"] != "unknown":
        wrong.append(f"{domain} is {given_up and given_up['verdict']}")
    if given_up:
        wrong += [f"{domain}: {line}" for line in of_status(given_up, "warn", "fail", "pass") if not line.startswith("env.")]
        reasons = {f.get("reason") for f in given_up["findings"] if f["status"] == "unknown"}
        if reasons != {"worker_crashed"}:
            wrong.append(f"{domain} is unknown for {reasons}")
    tap.test("two processes die of a domain: it is given up", wrong + _differences(documents, {**undisturbed, domain: []}, but=(domain,)))


def _test_signals(tap, undisturbed):
    for number, twice in ((signal.SIGINT, False), (signal.SIGTERM, False), (signal.SIGINT, True)):
        run = Run("--format", "jsonl", *DOMAINS, "silent.lab")
        workers = run.wait_for(lambda: len(run.workers()) == 3 and run.workers()) or []
        run.who_has(HOLDS["silent.lab"])
        for pid in [run.parent(), *workers]:        # as a terminal does it
            os.kill(pid, number)
        since = time.monotonic()
        if twice:
            time.sleep(0.2)
            os.kill(run.parent(), number)
        status, documents, err = run.end()
        took = time.monotonic() - since
        wrong = [] if status == 4 and (twice or "partial" in err) else [f"exit status {status}: {err[-300:]}"]
        if took > (2 if twice else ENDS_S):
            wrong.append(f"ends after {took:.1f} s")
        found = _found(documents)
        wrong += [f"{domain}: also {' '.join(key)}" for domain in found if domain in undisturbed
                  for key in found[domain] if key[1] in ("warn", "fail") and key not in undisturbed[domain]]
        time.sleep(0.5)
        wrong += [f"process {pid} is left" for pid in workers if Path(f"/proc/{pid}").exists()]
        tap.test(f"{number.name}{' twice' if twice else ''}", wrong)


def _test_journal(tap):
    """kill -9 of the parent: its processes end with it, and the run goes on."""
    with TemporaryDirectory() as name:
        directory = Path(name)
        (directory / "list").write_text("".join(f"{domain}\n" for domain in DOMAINS))
        status, err = _run(directory, more=("--jobs", "1"))
        undisturbed = _findings(directory / "r")
        (directory / "r").unlink()
        for moment in (0.3, 0.7, 1.2, 1.6):
            status, err = _run(directory, moment, more=JOBS)
            if status in (0, 1):
                (directory / "r").unlink()
        status, err = _run(directory, more=JOBS)
        wrong = _compare(_findings(directory / "r"), undisturbed) if status in (0, 1) else [f"exit status {status}: {err[-300:]}"]
        tap.test("ended by kill -9, and gone on with", wrong + (["the journal is left"] if (directory / "j").exists() else []))


def test(tap):
    outcome = audit("--jobs", "1", "--format", "jsonl", *DOMAINS)
    undisturbed = _found(outcome.documents())
    slow = _found(audit("--format", "jsonl", SLOW).documents())
    tap.test("one process", outcome.trouble(1))
    if _is_unconfined():
        tap.test("rights # SKIP built to keep them", [])
    else:
        _test_rights(tap)
        _test_kinds_of_root(tap)
        _test_ordinary(tap)
    _test_same(tap, undisturbed)
    _test_kept_apart(tap)
    _test_killed(tap, {**undisturbed, **slow})
    at_once(lambda how: how(tap, undisturbed), (_test_stopped, _test_stuck))
    _test_given_up(tap, undisturbed)
    _test_signals(tap, undisturbed)
    _test_journal(tap)
