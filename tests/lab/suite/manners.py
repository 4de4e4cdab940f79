"""Was mailready a good guest?  (checks.md, section 18)  Judged by what the network and the servers saw, and by its own trace."""

import re
import subprocess

from .program import LAB, LAB_DIR

POLITE = {"EHLO", "HELO", "STARTTLS", "QUIT"}
RUDE = re.compile(r"PREGREET|HANGUP|COMMAND (PIPELINING|TIME|COUNT)|improper command pipelining|fatal|panic")
INTERVAL_S = 0.99       # between connections to one address; 1 s, and a clock that rounds


class Watch:
    """Looks at every packet of the lab, for the time of a with statement: who is contacted that must not be?"""

    def __enter__(self):
        self.process = subprocess.Popen([LAB / "exec", "/usr/bin/python3", "-B", LAB / "suite/packets.py"],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.process.stdout.readline()          # "watching"
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.seen = self.process.stdout.read().split()
        self.process.wait()

    def check(self):
        return [f"a packet to {address}" for address in self.seen if not address.startswith("saw")] or self._blind()

    def _blind(self):
        """It must have seen the rest, or it proves nothing."""
        return [] if any(word.startswith("saw") and word != "saw0" for word in self.seen) else ["the watch saw no packets at all"]


def size_of_logs():
    return {path: path.stat().st_size for path in (LAB_DIR / "log").iterdir()}


def new_text(path, sizes):
    """What was added to a log since then."""
    with open(path, "rb") as file:
        file.seek(sizes.get(path, 0))
        return file.read().decode("utf-8", "replace")


def check_postfix(sizes):
    log = new_text(LAB_DIR / "log/postfix.log", sizes)
    wrong = [line[:200] for line in log.splitlines() if RUDE.search(line)]
    return wrong if "PASS NEW" in log or "PASS OLD" in log else wrong + ["postscreen let nobody pass"]


def commands(sizes):
    """(address, verb) of all that the scripted peers were told since then."""
    lines = new_text(LAB_DIR / "log/peers.out", sizes).splitlines()
    return [tuple(line.split()[:2]) for line in lines if line.startswith("11.")]


def check_commands(sizes):
    """Every command that the scripted peers were given."""
    given = commands(sizes)
    wrong = [f"{address} was told {verb}" for address, verb in given if verb not in POLITE]
    return wrong if len(given) > 50 else wrong + [f"the peers saw {len(given)} commands"]


def check_silent(sizes):
    """Who has not been greeted says nothing."""
    lines = [line for line in new_text(LAB_DIR / "log/peers.out", sizes).splitlines() if line.startswith("11.22.80.25 ")]
    return [f"said before any greeting: {line}" for line in lines]


def check_intervals(trace):
    """One connection at a time to an address, and a second between two."""
    last, open_since, wrong = {}, {}, []
    for line in trace.splitlines():
        match = re.match(r"\s*([\d.]+) smtp +(\S+) +(connecting|known)", line)
        if not match:
            continue
        at, (address, _, _), what = float(match[1]), match[2].rpartition(":"), match[3]
        if what == "known":
            open_since.pop(address, None)
            continue
        if address in open_since:
            wrong.append(f"{address}: a second connection at {at} s, beside the one of {open_since[address]} s")
        if address in last and at - last[address] < INTERVAL_S:
            wrong.append(f"{address}: again after {at - last[address]:.2f} s")
        last[address] = open_since[address] = at
    return wrong if len(last) > 60 else wrong + [f"the trace shows {len(last)} connections"]
