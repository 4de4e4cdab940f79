"""The lab, up for as long as a program needs it, and down after it, whatever signal ends the program."""

import os
import signal
import subprocess
from pathlib import Path

LAB = Path(__file__).resolve().parent
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def _handle(handler):
    """What whoever called us ignores, the programs that we start would ignore as well, and tests send them SIGINT."""
    for number in SIGNALS:
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:   # nohup
            signal.signal(number, handler)


def _end(number, _):
    raise SystemExit(128 + number)


def _take_down_and_end(number, _):
    """At once: threads may wait for programs in the lab, which end with it."""
    take_down()
    os._exit(128 + number)


def bring_up():
    """(exit status of `up`, what it said, whether the lab was down before)"""
    _handle(_end)
    with subprocess.Popen([LAB / "up"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as up:
        try:
            lines = up.communicate()[0].strip().splitlines() or ["no word"]
        finally:
            up.terminate()      # which stops what it has begun, if we are told to end meanwhile
    ours = up.returncode == 0 and not any("already" in line or "starting again" in line for line in lines)
    if ours:
        _handle(_take_down_and_end)
    return up.returncode, lines, ours


def take_down():
    subprocess.run([LAB / "down"], check=False)
