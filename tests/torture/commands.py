"""Whole commands that ask no network, and runs over several domains that get no answer, in which an allocation fails.  (threats.md R2)

What may come of it: what comes of it otherwise; or exit status 4, and why.  Never a crash, a leak, a file that is there in part, or
a journal or a store that the next run could not go on with.
"""
import json
import os
import shutil
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from outcome import FAULT, READY, FINDINGS, UNDECIDED, key

LIMIT_S = 60
NOBODY = "127.0.0.1@1"      # nothing listens there
MANY = ("a.example", "b.example", "c.example")
KEPT = {"s.db", "s.db-wal", "s.db-shm", "j"}      # what a run that fails may leave, for the next one
REFUSAL = "550-5.7.25 The IP address sending this message does not have a PTR record"
ZONE = """$ORIGIN lint.net.
@ 3600 SOA ns1 h 1 3600 600 86400 300
@ NS ns1
ns1 A 11.0.0.2
@ MX 10 mx1
mx1 A 11.0.0.1
@ TXT "v=spf1 ip4:11.0.0.1 include:other.lint.net -all"
other TXT "v=spf1 ip4:11.0.0.3 -all"
_dmarc TXT "v=DMARC1; p=rejct; rua=mailto:d@lint.net"
s1._domainkey TXT "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
"""
POLICY = "version: STSv1\nmode: enforce\nmx: mx1.lint.net\nmax_age: 604800\n"
PROJECT = "domain example.org {\n    sender 11.0.0.1=mail.example.org\n    dkim s1\n}\n"

READING = {       # which print, and write nothing
    "checks": ("checks", "--format", "json"),
    "explain a check": ("explain", "ptr.fcrdns"),
    "explain a refusal": ("explain", "--bounce", REFUSAL),
    "explain a log": ("explain", "--bounce", "tests/data/bounces/exim.log"),
    "explain a mailbox": ("explain", "--bounce", "tests/data/bounces/mailbox.mbox"),
    "lint": ("lint", "{}/zone", "{}/mta-sts.txt"),
    "config": ("config", "--sender", "11.0.0.1=mail.example.org", "good.lab"),
    "config of a project": ("config", "--config", "{}/project"),
    "diff": ("diff", "{}/old.json", "{}/new.json"),
    "diff as JSON": ("diff", "--format", "json", "{}/old.json", "{}/new.json"),
    "diff as HTML": ("diff", "--format", "html", "{}/old.json", "{}/new.json"),
    "diff as Markdown": ("diff", "--format", "markdown", "{}/old.json", "{}/new.json"),
    "history": ("history", "good.lab", "--store", "sqlite:{}/s.db"),
    "history as JSON": ("history", "good.lab", "--store", "sqlite:{}/s.db", "--format", "json"),
    "history as HTML": ("history", "good.lab", "--store", "sqlite:{}/s.db", "--format", "html"),
    "store query": ("store", "query", "--store", "sqlite:{}/s.db"),
    "what is new in a store": ("store", "query", "--store", "sqlite:{}/s.db", "--since", "last", "--status", "note", "--format", "json"),
    "store prune": ("store", "prune", "--store", "sqlite:{}/s.db", "--keep", "1m"),
    "manual": ("help", "--man"),
    "completion": ("help", "--completion", "bash"),
}
NAMED = ("audit", "--resolver", NOBODY, "--domains", "{}/list", "-o", "{}/r.json", "--format", "csv={}/r.csv", "-o", "{}/pages/", "--store", "sqlite:{}/s.db")
WRITING = {
    "several domains": (*NAMED, "--jobs", "1", "--journal", "{}/j", "--baseline", "{}/old.json"),
    "several domains in two processes": (*NAMED, "--jobs", "2", "--journal", "{}/j", "--ordered", "--format", "github"),
    "several domains gone on with": (*NAMED, "--jobs", "2", "--resume", "--journal", "{}/j", "--reuse", "12h"),
    "a replay into a store": ("audit", "--replay", "tests/torture/good.json", "-o", "{}/r.json", "-o", "{}/r.html", "--lang", "de", "--store", "sqlite:{}/s.db"),
    "a recording": ("audit", "a.example", "--resolver", NOBODY, "-o", "{}/r.json", "--record", "{}/evidence.json", "--wait", "1s"),
}


class Torture:
    def __init__(self, program, root, library, runs, workers):
        self.program, self.root, self.runs, self.workers = program, root, runs, workers
        self.library = os.path.relpath(library, root)      # a path that holds a space or a colon ends the name

    def start(self, place, words, **settings):
        environment = {"LC_ALL": "C", **settings}
        if "COUNT_FILE" in settings:
            environment["LD_PRELOAD"] = self.library
        command = [self.program, *(word.replace("{}", str(place)) for word in words)]
        try:
            return subprocess.run(command, cwd=self.root, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, timeout=LIMIT_S)
        except subprocess.TimeoutExpired:
            return subprocess.CompletedProcess(command, "hang", b"", b"")

    def prepare(self, place):
        """What the commands read: two reports, a store of two runs, a zone, a list."""
        (place / "zone").write_text(ZONE, encoding="ascii")
        (place / "mta-sts.txt").write_text(POLICY, encoding="ascii")
        (place / "project").write_text(PROJECT, encoding="ascii")
        (place / "list").write_text("".join(f"{name}\n" for name in MANY), encoding="ascii")
        recording = json.loads(Path(self.root, "tests/torture/good.json").read_text(encoding="utf-8"))
        for report in ("old.json", "new.json"):
            (place / "recording").write_text(json.dumps(recording), encoding="utf-8")
            done = self.start(place, ("audit", "--replay", "{}/recording", "--store", "sqlite:{}/s.db", "-o", "{}/" + report))
            if done.returncode not in (READY, FINDINGS):
                return f"no report of what is recorded: {done.stderr.decode()[-200:]}"
            recording["evidence"]["dns:_dmarc.good.lab/TXT"] = ["v=DMARC1; p=none"]
        (place / "recording").unlink()
        return None

    def run(self, source, words, **settings):
        """(completed, counts, the directory that it worked in: a copy of the source)"""
        place = Path(tempfile.mkdtemp(dir=source.parent))
        for path in source.iterdir():
            shutil.copy(path, place)
        done = self.start(place, words, COUNT_FILE=str(place / "count"), **settings)
        count = place / "count"
        counts = [int(word) for word in count.read_text(encoding="ascii").split()] if count.exists() else None
        return done, counts, place

    def places(self, total):
        return range(1, total + 1, max(1, total // self.runs) if self.runs else 1)

    def torture(self, source, name, words, judge):
        """Prints what came of it, a line a kind; of each, whether nothing was wrong."""
        sound, counts, place = self.run(source, words)
        if not counts:
            print(f"FAIL {name}: does not work at all: status {sound.returncode}, {sound.stderr.decode()[-200:]}")
            return [False]
        results = []
        for kind, own, settings in (("one of the program's allocations", True, {"FAIL_OWN": "1"}), ("all from there on", True, {"FAIL_OWN": "1", "FAIL_ON": "1"}),
                                    ("one of all allocations", False, {})):
            def one(n, settings=settings):
                done, counted, where = self.run(source, words, FAIL_AT=str(n), **settings)
                wrong = judge(self, words, (sound, place), (done, counted, where))
                shutil.rmtree(where)
                return wrong
            places = self.places(counts[own])
            with ThreadPoolExecutor(self.workers) as pool:
                faults = [(n, wrong) for n, wrong in zip(places, pool.map(one, places)) if wrong]
            print(f"{'FAIL' if faults else 'ok'} {name}: {kind}: {len(places)} of {counts[own]}")
            for n, wrong in faults[:8]:
                print(f"  FAIL_AT={n} {' '.join(f'{k}={v}' for k, v in settings.items())}: {wrong}")
            results.append(not faults)
        shutil.rmtree(place)
        return results


def wrong_with_end(sound, done, counts):
    """What is wrong with how it ended; None: as it does undisturbed, or it gave up and said why."""
    complaint = done.stderr.decode("utf-8", "replace").strip()
    if done.returncode == FAULT and sound.returncode != FAULT:
        return None if complaint else "gave up without a word"
    if done.returncode not in (sound.returncode, UNDECIDED):
        return f"exit status {done.returncode}: {complaint[-200:]}"
    return f"{counts[2]} blocks leak" if counts and counts[2] else None


def wrong_reading(_, __, before, after):
    (sound, sound_place), (done, counts, place) = before, after
    if wrong := wrong_with_end(sound, done, counts):
        return wrong
    if done.returncode == FAULT:
        return None
    is_same = done.stdout.replace(bytes(place), b"") == sound.stdout.replace(bytes(sound_place), b"") and done.returncode == sound.returncode
    return None if is_same else f"exit status {done.returncode}, printed something else: {done.stdout[-200:]!r}"


def findings(path):
    """domain -> keys"""
    document = json.loads(path.read_text(encoding="utf-8"))
    return {one["target"]["domain"]: {key(f) for f in one["findings"]} for one in (document if isinstance(document, list) else [document])}


def wrong_reports(place, told):
    found = findings(place / "r.json")
    if set(found) != set(told):
        return f"reported: {sorted(found)}"
    for domain, keys in found.items():
        undecided = {check for check, status, _ in keys if status == "unknown"}
        if invented := {k for k in keys - told[domain] if k[1] not in ("unknown", "skipped") and not (undecided and k[0] == "env.ipv6")}:
            return f"invented of {domain}: {invented}"
    return None


def wrong_writing(torture, words, before, after):
    (sound, sound_place), (done, counts, place) = before, after
    if wrong := wrong_with_end(sound, done, counts):
        return wrong
    told = findings(sound_place / "r.json")
    if done.returncode != FAULT:
        return wrong_reports(place, told) if (place / "r.json").exists() else f"no report, and exit status {done.returncode}"
    if (place / "r.json").exists() and (wrong := wrong_reports(place, {name: told[name] for name in findings(place / "r.json")})):
        return wrong
    known = {path.name for path in sound_place.iterdir()} | KEPT
    if left := {path.name for path in place.iterdir() if path.name not in known and not path.name.endswith(".partial")}:
        return f"left {sorted(left)}"
    again = torture.start(place, words)      # goes on with what the first has left
    if again.returncode == 2 and (place / "j").exists():
        again = torture.start(place, (*words, "--resume"))
    if again.returncode != sound.returncode:
        return f"then exit status {again.returncode}: {again.stderr.decode()[-200:]}"
    return wrong_reports(place, told)


def test(program, root, library, runs, workers):
    torture = Torture(program, root, library, runs, workers)
    with tempfile.TemporaryDirectory() as directory:
        source = Path(directory, "source")
        source.mkdir()
        if wrong := torture.prepare(source):
            print(f"FAIL {wrong}")
            return [False]
        return [result for commands, judge in ((READING, wrong_reading), (WRITING, wrong_writing))
                for name, words in commands.items() for result in torture.torture(source, name, words, judge)]
