"""A run of several domains that is ended at any moment, in any way, and goes on: the union is what an undisturbed run finds.

KILLS kill -9 at random moments, some with a tail that a power cut would leave; the first signal; a disk that is full. Nothing that is
finished is asked for again, and nothing is lost.  The store (--store) has the union, too: each domain once, in one run; every other series has it on a server of PostgreSQL.  Nor where an allocation fails.  The moments come from SEED, which a failure names.  More of them: JOURNAL_KILLS=2000.
"""

import json
import os
import random
import signal
import sqlite3
import struct
import subprocess
import sys
import time
import zlib
from contextlib import closing, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory

from .program import BUILD, ROOT, at_once, command, is_built_with

sys.path.insert(0, str(ROOT / "tests/postgres"))
import server as postgres  # noqa: E402

KILLS = int(os.environ.get("JOURNAL_KILLS", "200"))
SEED = int(os.environ.get("JOURNAL_SEED", "7"))
WORKERS = 4
LATEST_S = 1.6      # most of an audit; early moments are likelier, and each goes on where the one before was ended
SLOW = "postscreen.lab"     # it greets after 6 s: the first signal cuts it short
TAIL = 400          # octets that a power cut may cost
LIMIT_S = 120
PLACES = 40         # of the program's own allocations, spread over the whole run
DOMAINS = ("good.lab", "opensmtpd.lab", "exim.lab", "unsigned.lab", "no-ptr.lab", "two-ptr.lab", "ptr-elsewhere.lab", "generic-ptr.lab",
           "banner-differs.lab", "ehlo-differs.lab", "ehlo-localhost.lab", "isp.lab")
SIGNALS = ((signal.SIGINT, 0.4), (signal.SIGTERM, 1.2), (signal.SIGINT, 2))
FULL = "/run/lab/full"  # of its own namespace


def _child(pid):
    """tests/lab/exec enters a process namespace, and waits there for the program."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(children[0]) if children else None


def _run(directory, moment=None, number=signal.SIGKILL, more=(), environment=()):
    """(exit status, standard error), ended after so many seconds."""
    words = command("--no-dnsbl", "-q", "--ordered", "--domains", f"{directory}/list", "--format", f"jsonl={directory}/r", "--journal", f"{directory}/j", "--resume",
                    *more, environment=environment)
    with subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        if moment is not None:
            until = time.monotonic() + moment
            while process.poll() is None and (time.monotonic() < until or not _child(process.pid)):
                time.sleep(0.005)
            try:
                child = _child(process.pid)
                if child:
                    os.kill(child, number)
            except (FileNotFoundError, ProcessLookupError):
                pass    # it was over by then
        err = process.communicate(timeout=LIMIT_S)[1]
        return process.returncode, err


def _findings(path):
    return {d["target"]["domain"]: sorted((f["id"], f["status"], f["subject"]) for f in d["findings"]) for d in map(json.loads, path.read_text().splitlines())}


class _File:
    """A store of SQLite."""

    def __init__(self, path):
        self.path, self.url = path, f"sqlite:{path}"

    def exists(self):
        return self.path.exists()

    def faults(self):
        with closing(sqlite3.connect(self.path)) as db:
            return [] if db.execute("PRAGMA integrity_check").fetchall() == [("ok",)] else ["the store is damaged"]

    def rows(self, sql):
        with closing(sqlite3.connect(self.path)) as db:
            return db.execute(sql).fetchall()


class _Server:
    """A store on PostgreSQL, by a socket in a directory: its network is not the lab's."""

    def __init__(self, server):
        self.server, self.database = server, server.new_database()
        self.url = server.url(self.database, options="passfile=" + server.passfile)

    def exists(self):
        return bool(self.server.sql("SELECT 1 FROM pg_namespace WHERE nspname = 'mailready'", self.database))

    def faults(self):
        return ["a finding is not there"] if self.rows("SELECT 1 FROM finding LEFT JOIN said ON said.id = said WHERE said.id IS NULL") else []

    def rows(self, sql):
        return [tuple(row) for row in self.server.sql("SET search_path = mailready; " + sql, self.database)]


def _in_store(store):
    """(what is wrong with it, runs, what the last of them found)"""
    (run, runs), = store.rows("SELECT max(id), count(*) FROM run")
    found = {domain: [] for domain, in store.rows(f"SELECT domain FROM result WHERE run = {run}")}
    for domain, *finding in store.rows(f"SELECT domain, check_id, status, subject FROM result JOIN finding ON result = result.id JOIN said ON said.id = said WHERE run = {run}"):
        found[domain].append(tuple(finding))
    return store.faults(), int(runs), {domain: sorted(findings) for domain, findings in found.items()}


def _compare(found, undisturbed):
    wrong = [] if list(found) in (list(undisturbed), list(undisturbed)[:-1]) else [f"domains: {' '.join(found)}"]
    for domain in found:
        for key in sorted(set(found[domain]) ^ set(undisturbed.get(domain, []))):
            wrong.append(f"{domain}: {'also' if key in found[domain] else 'not'} {' '.join(key)}")
    return wrong


def _entries(path):
    """(where, number and domain) of each finished audit that is whole; cmd/io/journal_file.h draws the file."""
    octets = path.read_bytes() if path.exists() else b""
    at = octets.find(b"\n") + 1
    mark, entries = bytes.fromhex(octets[:at].split()[-1].decode()) if at else b"", []
    while at and octets[at:at + 8] == mark:
        length, checksum = struct.unpack_from("<II", octets, at + 8)
        entry = octets[at + 16:at + 16 + length]
        if len(entry) < length or zlib.crc32(octets[at + 8:at + 12] + entry) != checksum:
            break
        if entry.startswith(b"audit "):
            entries.append((at, entry.split(b"\n")[0]))
        at += 16 + length
    return entries


def _lose_tail(path, entries, chance):
    """As after a power cut: the last octets were not on the disk, or only their number was."""
    octets = path.read_bytes()
    keep = max(entries[0][0], len(octets) - chance.randrange(TAIL))
    path.write_bytes(octets[:keep] + bytes(len(octets) - keep if chance.random() < 0.5 else 0))


def _round(directory, store, chance, kills, undisturbed, number):
    """(what is wrong, kills) until the run comes to its end, or so many are spent."""
    journal, wrong, done, before = directory / "j", [], 0, []
    while True:
        moment = LATEST_S * chance.random() ** 2 if done < kills else None
        status, err = _run(directory, moment, more=("--store", store.url, *(() if chance.random() < 0.5 else ("--jobs", "2"))))
        if moment is None or status in (0, 1):
            break
        done += 1
        if (directory / "r").exists():      # it was about to end, and may have removed the journal
            break
        entries = _entries(journal)
        if entries[:len(before)] != before:
            wrong.append(f"after kill {done}: what was finished is gone")
        if len({words for _, words in entries}) != len(entries):
            wrong.append(f"after kill {done}: a domain was audited again that was finished")
        if store.exists() and chance.random() < 0.3:
            wrong += [f"after kill {done}: {line}" for line in store.faults()]
        if entries and chance.random() < 0.3:
            _lose_tail(journal, entries, chance)
        before = _entries(journal)
    if not (directory / "r").exists():
        return [*wrong, f"ends with status {status}: {err[-300:]}"], done
    wrong += _compare(_findings(directory / "r"), undisturbed)
    damage, runs, stored = _in_store(store)
    wrong += damage + [f"the store: {line}" for line in _compare({name: stored[name] for name in undisturbed if name in stored}, undisturbed)]
    if status in (0, 1) and runs != number:
        wrong.append(f"{number} runs are {runs} in the store")
    if status in (0, 1) and journal.exists():
        wrong.append("the journal is left")
    journal.unlink(missing_ok=True)
    (directory / "r").unlink()
    return wrong, done


def _list(directory, *more):
    (directory / "list").write_text("".join(name + "\n" for name in (*DOMAINS, *more)))


def _kills(seed, undisturbed, server):
    chance, left, wrong, rounds = random.Random(seed), KILLS // WORKERS, [], 0
    with TemporaryDirectory() as name:
        directory = Path(name)
        _list(directory)
        store = _Server(server) if server else _File(directory / "s")
        while left > 0 and not wrong:
            rounds += 1
            wrong, done = _round(directory, store, chance, left, undisturbed, rounds)
            left -= done
    return [f"JOURNAL_SEED={seed}: {line}" for line in wrong]


def _signal(number, moment, undisturbed):
    with TemporaryDirectory() as name:
        directory = Path(name)
        _list(directory, SLOW)
        status, err = _run(directory, moment, number)
        wrong = [] if status in (0, 1) or status == 4 and "partial" in err else [f"exit status {status}: {err[-300:]}"]
        if status == 4:
            partial = _findings(directory / "r.partial")
            is_cut = partial.get(SLOW) != undisturbed.get(SLOW)     # it may end within the five seconds that the first signal leaves it
            if list(partial) != list(undisturbed):
                wrong.append("the partial report lacks what was under way")
            if is_cut and any(SLOW.encode() in words for _, words in _entries(directory / "j")):
                wrong.append("what the signal cut short is kept")
            status, err = _run(directory)
        if status not in (0, 1):
            return [*wrong, f"then exit status {status}: {err[-300:]}"]
        return wrong + _compare(_findings(directory / "r"), undisturbed)


def _in_lab(*words):
    return subprocess.run([command()[0], *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=True).stdout


def _test_full_disk(tap, undisturbed):
    """A file system that holds half of the journal.  With room, the run goes on with that half."""
    _in_lab("mkdir", "-p", FULL)
    _in_lab("mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", FULL)
    try:
        _in_lab("sh", "-c", f"printf '%s\\n' {' '.join(DOMAINS)} >{FULL}/list")
        status, err = _run(FULL)
        with TemporaryDirectory() as name:
            copy = Path(name) / "j"
            copy.write_bytes(_in_lab("cat", f"{FULL}/j"))
            kept = len(_entries(copy))
        tap.test("a full disk is said, and what fits is kept", [] if status == 4 and "No space left on device" in err and 0 < kept < len(DOMAINS)
                 else [f"exit status {status}, {kept} are kept: {err[-300:]}"])
        _in_lab("mount", "-o", "remount,size=16m", FULL)
        status, err = _run(FULL)
        with TemporaryDirectory() as name:
            copy = Path(name) / "r"
            copy.write_bytes(_in_lab("cat", f"{FULL}/r") if status in (0, 1) else b"")
            tap.test("with room it goes on", _compare(_findings(copy), undisturbed) if status in (0, 1) else [f"exit status {status}: {err[-300:]}"])
    finally:
        _in_lab("umount", FULL)


def _test_memory(tap, undisturbed):
    """Going on with all that is finished, in a run in which the n-th allocation fails: the report is right, or the journal stays."""
    library = BUILD / "tests/torture/memory.so"
    if is_built_with(b"__asan_init"):
        tap.test("memory # SKIP a sanitizer has an allocator of its own", [])
        return
    with TemporaryDirectory() as name:
        place = Path(name)
        _list(place)
        _run(place, more=("--format", "text", "--format", "lines=/dev/full"))
        whole = (place / "j").read_bytes() if (place / "j").exists() else b""

        def going_on(settings):
            with TemporaryDirectory() as own:
                directory = Path(own)
                _list(directory)
                (directory / "j").write_bytes(whole)
                status, err = _run(directory, environment=(f"LD_PRELOAD={library}", f"COUNT_FILE={directory}/count", *settings))
                found = _findings(directory / "r") if (directory / "r").exists() else None
                counts = (directory / "count").read_text().split() if (directory / "count").exists() else None
                left = (directory / "j").read_bytes() == whole if (directory / "j").exists() else False
            return status, err, found, counts, left
        status, err, found, counts, _ = going_on(())
        right = _compare(found, undisturbed) if found else [f"exit status {status}: {err[-300:]}"]
        tap.test("all is finished, and told again", right)
        wrong = []
        places = [n for n in range(1, int(counts[1]), max(1, int(counts[1]) // PLACES))] if counts and not right else []
        for n, (status, err, found, counts, left) in zip(places, at_once(lambda n: going_on((f"FAIL_AT={n}", "FAIL_OWN=1")), places, workers=WORKERS)):
            if status not in (0, 1, 3, 4):
                wrong.append(f"FAIL_AT={n}: exit status {status}: {err[-300:]}")
            elif not left and (found is None or _compare(found, undisturbed)):
                wrong.append(f"FAIL_AT={n}: the report is not whole, and the journal is gone: {err[-300:]}")
            if counts and counts[2] != "0":
                wrong.append(f"FAIL_AT={n}: leaks {counts[2]}")
        tap.test(f"an allocation fails, at {len(places)} places", wrong)


def test(tap):
    with TemporaryDirectory() as name:
        directory = Path(name)
        _list(directory, SLOW)
        status, err = _run(directory)
        tap.test("a run that nobody ends", [] if status in (0, 1) else [f"exit status {status}: {err[-300:]}"])
        if status not in (0, 1):
            return
        undisturbed = _findings(directory / "r")
    with postgres.Server() if postgres.programs() else nullcontext() as server:
        series = [(SEED * WORKERS + n, undisturbed, server if n % 2 else None) for n in range(WORKERS)]
        for (_, _, on), wrong in zip(series, at_once(lambda one: _kills(*one), series, workers=WORKERS)):
            tap.test(f"{KILLS // WORKERS} kills, series with {'PostgreSQL' if on else 'SQLite'}: what the union says", wrong)
    if not server:
        tap.test("kills with PostgreSQL # SKIP there is none: tests/postgres/fetch unpacks it", [])
    for how, wrong in zip(SIGNALS, at_once(lambda how: _signal(*how, undisturbed), SIGNALS)):
        tap.test(f"{how[0].name} after {how[1]} s, and on", wrong)
    _test_full_disk(tap, undisturbed)
    _test_memory(tap, undisturbed)
