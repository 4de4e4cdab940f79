"""--wait sees a change at the zone's servers at once, though the resolver has the old record for as long as it may."""

import subprocess
import threading
import time

from .program import LAB, command
from .remedies import RELOAD_S, Zones

LIMIT_S = 120
DOMAIN = "dmarc-none.lab"
CHANGED = f'_dmarc.{DOMAIN}. 3600 IN TXT "v=DMARC1; p=reject; rua=mailto:dmarc@{DOMAIN}"'
AUDIT = ("--only", "expect", "--expect", "dmarc at least reject", "--format", "json", DOMAIN)


class ServersOnly(Zones):
    """NSD reads its files again, and the resolver keeps what it has."""

    def reload(self):
        subprocess.run([LAB / "exec", "sh", "-c", "kill -HUP $(cat /run/lab/pid/nsd)"], check=True)
        until = time.monotonic() + RELOAD_S
        while "p=reject" not in subprocess.run([LAB / "exec", "drill", "@11.53.0.1", f"_dmarc.{DOMAIN}", "TXT"], capture_output=True, text=True).stdout:
            if time.monotonic() > until:
                raise RuntimeError("NSD does not read its zones again")
            time.sleep(0.1)


def audit(*args):
    return subprocess.Popen(command("--no-dnsbl", *args, *AUDIT), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def test(tap):
    with Zones() as restored:
        zones = ServersOnly()
        waiting = audit("--wait", "100s")
        said = [waiting.stderr.readline()]      # the first round is over
        reader = threading.Thread(target=lambda: said.extend(waiting.stderr), daemon=True)
        reader.start()
        origin = zones.publish(CHANGED)
        restored.saved.update(zones.saved)
        zones.serve([origin])
        changed = time.monotonic()
        status = waiting.wait(LIMIT_S)
        seconds = time.monotonic() - changed
        reader.join(LIMIT_S)
        tap.test("wait: says what is missing", [] if said[0].startswith(f"mailready: --wait: {DOMAIN}: still expect.dmarc {DOMAIN} (expected") else said)
        tap.test("wait: ends with 0 within a step", [] if status == 0 and seconds < 40 else [f"status {status} after {seconds:.0f} s", *said])
        old = audit()
        tap.test("wait: without it the resolver's old record is judged", [] if old.wait(LIMIT_S) == 1 else [f"status {old.returncode}"])
    short = audit("--wait", "3s")
    began = time.monotonic()
    tap.test("wait: gives up when time is up", [] if short.wait(LIMIT_S) == 1 and time.monotonic() - began < 60 else [f"status {short.returncode}"])
