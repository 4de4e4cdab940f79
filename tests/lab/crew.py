#!/usr/bin/env python3
"""crew.py DOMAINS KILLS CUTS: a fleet in the lab, whose workers are killed and cut off.  To be run inside it; suite/fleet.py does.

PostgreSQL is in a namespace of its own, to which each worker has a link of its own.  While domains are audited, workers are killed, with
all that belongs to them, or their links are taken down; one is asked to end, and the server is killed once.  Each line of standard output
is a test: JSON, its name and what is wrong, none is well.
"""
import contextlib
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(HERE), str(ROOT / "tests/postgres")]
sys.dont_write_bytecode = True

from server import Server, programs
from world import CREW

PROGRAM = ROOT / os.environ.get("BUILD", "build") / "mailready"
LAB_DIR = Path(os.environ.get("LAB_DIR", ROOT / "build/lab")).resolve()
ASKS = ("--no-dnsbl", "--ca-file", LAB_DIR / "ca.pem", "--trust-anchor", LAB_DIR / "conf/root.anchor", "--bogus-canary", "bogus.lab",
        *(word for n in (1, 2, 3) for word in ("--canary", f"mx1.canary{n}.lab")))
WORKERS = 4
DOWN_S = 22         # longer than the server waits: FLEET_DROP_MS
LIMIT_S = 600
OF_WORKERS = 0x6d7277   # fleet.h: FLEET_OF_WORKERS
SILENT_S = 11           # FLEET_BEAT_MS, FLEET_ANSWER_MS, and what a busy machine takes
DROPPED_S = 12, 40      # FLEET_DROP_MS
HOLDS = "silent.lab"        # its server accepts, and says nothing
AT_ONCE = 3         # disturbances

# Who has a domain, and when: nobody else looks at the table but this.
WATCH = """CREATE TABLE watched (at timestamptz DEFAULT clock_timestamp(), domain bigint, shard integer, state integer, worker integer);
CREATE FUNCTION watch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.watched (domain, shard, state, worker)
VALUES (new.id, old.shard, new.state, coalesce(new.worker, old.worker)); RETURN NULL; END $$;
CREATE TRIGGER watch AFTER UPDATE ON mailready_fleet.domain FOR EACH ROW EXECUTE FUNCTION watch();"""


def report(name, wrong):
    print(json.dumps([name, wrong]), flush=True)


def ip(*words, within=None):
    subprocess.run([*(("nsenter", "-t", str(within), "-n") if within else ()), "ip", *words], check=True)


class Net:
    """The server's namespace, and a link to it for each worker."""

    def __init__(self):
        self.process = subprocess.Popen(["unshare", "--net", "sleep", "infinity"])
        until = time.monotonic() + 10
        while os.readlink(f"/proc/{self.process.pid}/ns/net") == os.readlink("/proc/self/ns/net") and time.monotonic() < until:
            time.sleep(0.01)
        ip("link", "set", "lo", "up", within=self.process.pid)
        for n in range(WORKERS + 1):
            ip("link", "add", f"crew{n}", "type", "veth", "peer", "name", "to", "netns", str(self.process.pid))
            ip("link", "set", "to", "name", f"to{n}", within=self.process.pid)
            ip("addr", "add", f"10.98.{n}.2/30", "dev", f"to{n}", within=self.process.pid)
            ip("link", "set", f"to{n}", "up", within=self.process.pid)
            ip("addr", "add", f"10.98.{n}.1/30", "dev", f"crew{n}")
            ip("link", "set", f"crew{n}", "up")

    def enter(self):
        return "nsenter", "-t", str(self.process.pid), "-n"

    @staticmethod
    def cut(n):
        ip("link", "set", f"crew{n}", "down")

    @staticmethod
    def mend(n):
        ip("link", "set", f"crew{n}", "up")

    def remove(self):
        self.process.kill()
        self.process.wait()


class Worker:
    """A process of `fleet work`; `started` again as often as it is killed."""

    def __init__(self, number, server, directory, options):
        self.number, self.server, self.options, self.runs = number, server, options, []
        self.directory = directory
        self.start()

    def start(self):
        log = open(self.directory / f"{self.number}.{len(self.runs)}", "w+b")
        self.process = subprocess.Popen([PROGRAM, "fleet", "work", "--store", url(self.server, self.number), *ASKS, *self.options], stdin=subprocess.DEVNULL,
                                        stdout=log, stderr=log, env={**os.environ, **self.server.environment()})
        self.runs.append((time.time(), log))

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.start()

    def end(self, number=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(LIMIT_S)

    def said(self):
        words = []
        for begun, log in self.runs:
            log.seek(0)
            words.append((begun, log.read().decode("utf-8", "replace")))
        return words


def url(server, number):
    return f"postgresql://auditor@10.98.{number}.2:{server.port}/postgres"


def fleet(server, *words, **how):
    return subprocess.run([PROGRAM, "fleet", *words, "--store", url(server, WORKERS)], capture_output=True, text=True, timeout=LIMIT_S, check=False,
                          env={**os.environ, **server.environment()}, **how)


def numbers(server):
    """Of domains, by their states; {} while the server is not there."""
    with contextlib.suppress(RuntimeError):
        return {int(state): int(count) for state, count in server.sql("SELECT state, count(*) FROM mailready_fleet.domain GROUP BY 1")}
    return {}


def wait_until(what, seconds):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := what():
            return found
        time.sleep(0.1)
    return None


# ---- what is looked at ----

def visits(workers):
    """(address, begin, end, whose) of every conversation with a mail server, from the traces; by the wall clock."""
    for worker in workers:
        for run, (begun, text) in enumerate(worker.said()):
            spans = {}
            for at, address in re.findall(r"^ *([\d.]+) smtp (?:[<>] )? *(\S+) ", text, re.M):
                spans.setdefault(address, []).append(begun + float(at))
            for address, times in spans.items():
                first = last = times[0]
                for at in times[1:]:
                    if at - last > 1:
                        yield address, first, last, (worker.number, run)
                        first = at
                    last = at
                yield address, first, last, (worker.number, run)


def shared_visits(workers):
    wrong, by_address = [], {}
    for address, first, last, whose in visits(workers):
        by_address.setdefault(address, []).append((first, last, whose))
    for address, spans in by_address.items():
        spans.sort()
        for (_, end, one), (begin, _, other) in zip(spans, spans[1:]):
            if one[0] != other[0] and begin < end:
                wrong.append(f"{address}: worker {one[0]} until {end:.2f}, worker {other[0]} since {begin:.2f}")
    return wrong[:5] if by_address else ["nobody was visited"]


def shared_shards(server):
    """A shard whose domains two sessions had at a time, as far as the database saw it."""
    wrong, has = [], {}
    for domain, shard, state, worker in server.sql("SELECT domain, shard, state, worker FROM watched ORDER BY at"):
        holders = has.setdefault(shard, {})
        if state == "1":
            if any(other != worker for other in holders.values()):
                wrong.append(f"shard {shard}: {worker} began {domain} while {holders} were under way")
            holders[domain] = worker
        else:
            holders.pop(domain, None)
    return wrong[:5]


def unlike(server, names):
    """Results that are not one for each domain, or that say what the domain does not deserve."""
    rows = server.sql("SELECT d.name, d.state, r.verdict FROM mailready_fleet.domain d LEFT JOIN mailready_fleet.result r ON r.domain = d.id ORDER BY 1")
    wrong = [f"{len(rows)} rows of {len(names)} domains"] if len(rows) != len(names) else []
    wrong += [f"{name}: state {state}, {verdict}" for name, state, verdict in rows if state not in ("2", "3") or verdict is None][:5]
    return wrong


def unstored(server):
    """Domains of which the store has not what the fleet found, once."""
    rows = server.sql("SELECT d.name, f.verdict, array_agg(s.verdict) FROM mailready_fleet.domain d JOIN mailready_fleet.result f ON f.domain = d.id"
                      " LEFT JOIN mailready.result s ON s.domain = d.name GROUP BY 1, 2 HAVING count(s.id) <> 1 OR min(s.verdict) <> f.verdict")
    return [f"{name}: {verdict}, and in the store {stored}" for name, verdict, stored in rows][:5]


def exported(server, names):
    done = fleet(server, "export", "--compact")
    documents = [json.loads(line) for line in done.stdout.splitlines()]
    found = sorted(d["target"]["domain"] if "target" in d else d["domain"] for d in documents)
    wrong = [] if found == sorted(names) else [f"{len(found)} documents of {len(names)}"]
    return wrong + ([] if done.returncode in (1, 3) else [f"exit status {done.returncode}: {done.stderr[-300:]}"])


# ---- what is done to them ----

def disturb(net, server, workers, total, kills, cuts):
    """Several at once, in the order of a die, spread over the work."""
    deeds = ["kill"] * kills + ["cut"] * cuts + ["term", "server"]
    random.shuffle(deeds)
    rounds = [deeds[at:at + AT_ONCE] for at in range(0, len(deeds), AT_ONCE)]
    cut_off = []

    def mend():
        for at, worker in list(cut_off):
            if at <= time.monotonic():
                net.mend(worker.number)
                cut_off.remove((at, worker))

    for place, together in enumerate(rounds):
        wanted = total * (place + 1) // (len(rounds) + 2)
        wait_until(lambda: mend() or sum(count for state, count in numbers(server).items() if state > 1) >= wanted, LIMIT_S)
        free = [worker for worker in workers if worker not in [cut for _, cut in cut_off]]
        for deed, worker in zip(together, random.sample(free, min(len(free), len(together)))):
            if deed == "kill":
                worker.kill()
            elif deed == "term":
                worker.end()
                worker.start()
            elif deed == "server":
                server.kill()
                server.start()
            else:
                net.cut(worker.number)
                cut_off.append((time.monotonic() + DOWN_S, worker))
    while cut_off:
        mend()
        time.sleep(0.1)


def test_crowd(net, server, directory, count, kills, cuts):
    names = [f"n{i}.crew{i % len(CREW)}.lab" for i in range(count)]
    wrong = [fleet(server, "init").stderr, fleet(server, "add", "--domains", "-", input="\n".join(names)).stderr]
    report("a fleet is made, and has its domains", [line for line in wrong if line])
    server.sql(WATCH)
    begun = time.monotonic()
    workers = [Worker(n, server, directory, ("--jobs", "1", "--in-flight", "4", "--trace", "--progress", "none")) for n in range(WORKERS)]
    disturb(net, server, workers, count, kills, cuts)
    ends = [worker.process.wait(LIMIT_S) for worker in workers]
    took = time.monotonic() - begun
    wrong = [f"worker {worker.number} ended with {status}: {worker.said()[-1][1][-300:]}" for worker, status in zip(workers, ends) if status]
    report(f"{count} domains, {WORKERS} workers, {kills} kills, {cuts} cuts, {took:.0f} s: every domain has one result", wrong + unlike(server, names))
    report("no shard is two workers' at a time", shared_shards(server))
    report("no mail server is visited by two workers at a time", shared_visits(workers))
    report("what is exported has every domain once", exported(server, names))
    report("and so has the store", unstored(server))
    aside = numbers(server).get(3, 0)
    report(f"set aside: {aside}", [] if aside <= kills else [f"{aside} after {kills} kills"])
    status = fleet(server, "status", "--format", "json")
    told = json.loads(status.stdout or "{}")
    report("the status tells the same", [] if told.get("domains") == {"waiting": 0, "under_way": 0, "done": count - aside, "set_aside": aside} else [status.stdout + status.stderr])


def whose(server, name, former=None):
    """The session that has it, if that is another one."""
    rows = server.sql(f"SELECT state, worker FROM mailready_fleet.domain WHERE name = '{name}'")
    return rows[0][1] if rows and rows[0][0] == "1" and rows[0][1] != former else None


def test_killer(server, directory):
    """A domain that a worker dies of twice is set aside, and those beside it are not."""
    fleet(server, "add", HOLDS)
    wrong, session = [], None
    for _ in range(2):
        worker = Worker(0, server, directory, ("--timeout", "90", "--progress", "none"))
        session = wait_until(lambda: whose(server, HOLDS, session), 60)
        if not session:
            wrong.append(f"nobody takes it: {worker.said()[-1][1][-300:]}")
        worker.process.kill()
        worker.process.wait()
    last = Worker(0, server, directory, ("--timeout", "90", "--progress", "none"))
    status = last.process.wait(LIMIT_S)
    rows = server.sql(f"SELECT d.state, r.verdict, r.reasons FROM mailready_fleet.domain d JOIN mailready_fleet.result r ON r.domain = d.id WHERE d.name = '{HOLDS}'")
    if status or rows != [["3", "unknown", "{worker_crashed}"]]:
        wrong.append(f"exit status {status}, {rows}: {last.said()[-1][1][-300:]}")
    documents = [json.loads(line) for line in fleet(server, "export").stdout.splitlines()]
    mine = [document for document in documents if document["target"]["domain"] == HOLDS]
    if [document["verdict"] for document in mine] != ["unknown"] or any(f["status"] in ("fail", "warn") for f in mine[0]["findings"]):
        wrong.append(f"{len(mine)} documents: {[document['verdict'] for document in mine]}")
    report("a domain that two workers died of is set aside, and its report is unknown", wrong)


def processes(worker):
    return Path(f"/proc/{worker.process.pid}/task/{worker.process.pid}/children").read_text().split()


def sessions(server):
    return int(server.sql(f"SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = {OF_WORKERS}")[0][0])


def test_silence(net, server, directory):
    """Without the database, by a cut and by a server that does not answer, nobody is asked any more, and that before the server gives up the session."""
    name = "tarpit.lab"
    fleet(server, "add", name)
    for way in ("cut", "freeze"):
        worker = Worker(2, server, directory, ("--timeout", "90", "--progress", "none"))
        wrong = [] if wait_until(lambda: whose(server, name) and processes(worker), 60) else [f"nobody takes it: {worker.said()[-1][1][-300:]}"]
        begun = time.monotonic()
        if way == "cut":
            net.cut(worker.number)
        else:
            server.freeze()
        wait_until(lambda: not processes(worker), 60)
        silent = time.monotonic() - begun
        wrong += [] if silent <= SILENT_S else [f"silent after {silent:.1f} s"]
        if way == "cut":
            held = sessions(server)
            wait_until(lambda: sessions(server) == 0, 60)
            dropped = time.monotonic() - begun
            wrong += [] if held == 1 and DROPPED_S[0] <= dropped <= DROPPED_S[1] else [f"{held} sessions when it was silent, dropped after {dropped:.1f} s"]
            net.mend(worker.number)
        else:
            server.thaw()
        wrong += [] if wait_until(lambda: processes(worker), 90) else [f"does not come back: {worker.said()[-1][1][-300:]}"]
        worker.end()
        rows = server.sql(f"SELECT state, tries FROM mailready_fleet.domain WHERE name = '{name}'")
        report(f"the database is gone ({way}): silent after {silent:.1f} s", wrong + ([] if rows[0][0] in "02" and rows[0][1] in "01" else [f"then {rows}"]))


def test_given_back(server, directory):
    """SIGTERM: what is under way is given back at once, with nothing counted."""
    name = "tarpit.lab"
    fleet(server, "add", name)
    worker = Worker(1, server, directory, ("--timeout", "90", "--progress", "none"))
    taken = wait_until(lambda: whose(server, name), 60)
    status = worker.end()
    rows = server.sql(f"SELECT state, tries, worker FROM mailready_fleet.domain WHERE name = '{name}'")
    shards = server.sql("SELECT count(*) FROM mailready_fleet.shard WHERE worker IS NOT NULL")
    ok = taken and status == 4 and rows == [["0", "0", None]] and shards == [["0"]]
    report("SIGTERM: a worker gives back what it has", [] if ok else [f"taken {taken}, exit status {status}, {rows}, {shards}: {worker.said()[-1][1][-300:]}"])


def main(count, kills, cuts):
    random.seed(int(os.environ.get("SEED", "14")))
    net = Net()
    with contextlib.ExitStack() as stack:
        stack.callback(net.remove)
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = stack.enter_context(Server(enter=net.enter(), address="*"))
        with open(os.path.join(server.data, "pg_hba.conf"), "a", encoding="ascii") as file:
            file.write("host all all 10.98.0.0/16 scram-sha-256\n")
        server.stop()
        server.start()
        test_crowd(net, server, directory, count, kills, cuts)
        test_killer(server, directory)
        test_given_back(server, directory)
        test_silence(net, server, directory)


if __name__ == "__main__":
    if not programs():
        sys.exit(77)
    main(*map(int, sys.argv[1:]))
