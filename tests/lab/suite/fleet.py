"""Many machines and one database (mailready fleet): crew.py, inside the lab.

FLEET="DOMAINS KILLS CUTS" makes it longer: 10000 20 5 takes a quarter of an hour.
"""

import json
import os
import subprocess

from .program import LAB

SKIPPED = 77
USUAL = "1500 5 2"
LIMIT_S = 3600


def test(tap):
    words = [str(LAB / "exec"), "python3", str(LAB / "crew.py"), *os.environ.get("FLEET", USUAL).split()]
    done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=LIMIT_S, check=False)
    for line in done.stdout.splitlines():
        name, wrong = json.loads(line)
        tap.test(f"fleet: {name}", wrong)
    if done.returncode == SKIPPED:
        print("# fleet: skipped: there is no PostgreSQL: tests/postgres/fetch unpacks one")
    elif done.returncode:
        tap.test("fleet: comes to its end", [f"exit status {done.returncode}", *done.stderr.strip().splitlines()[-5:]])
