"""Tests that an operator asks for with servers of his own: --active, --own.  (checks.md, sections 7 and 18.3)

Alone in the lab: what the peers are told is compared with what they may be told.
"""

from . import manners, variants
from .program import at_once

TESTS = ("--only", "smtp.postmaster,smtp.relay,smtp.starttls_injection", "--active", "postmaster,relay=example.com,injection")
OLD_TLS = ("--only", "tls.version", "--active", "old-tls")
VARIANTS = [
    ("active.no-postmaster", 0, "no-postmaster.lab", TESTS + ("--own", "no-postmaster.lab")),
    ("active.open-relay", 1, "open-relay.lab", TESTS + ("--own", "mx1.open-relay.lab")),
    ("active.command-injection", 1, "command-injection.lab", TESTS + ("--own", "command-injection.lab")),
    ("active.unsigned", 0, "unsigned.lab", TESTS + ("--own", "unsigned.lab")),      # OpenSMTPD
    ("active.exim", 0, "exim.lab", TESTS + ("--own", "exim.lab")),
    ("active.good", 0, "good.lab", TESTS + ("--own", "good.lab")),                  # Postfix
    ("active.old-tls", 0, "old-tls.lab", OLD_TLS + ("--own", "old-tls.lab")),
    ("active.slow", 0, "slow.lab", OLD_TLS + ("--own", "slow.lab")),
    ("active.tls-1-0", 0, "tls-1-0.lab", OLD_TLS + ("--own", "tls-1-0.lab")),
]
NOT_OWN = ("active.not-own", 0, "no-postmaster.lab", TESTS + ("--own", "good.lab"))
OWN = {"11.22.116.25", "11.22.117.25", "11.22.133.25"}
TOLD = manners.POLITE | {"MAIL", "RCPT", "NOOP"}


def check_commands(told):
    """Recipients are named to the hosts that --own named and to nobody else; DATA is said to none."""
    wrong = [f"{address} was told {verb}" for address, verb in told if verb not in (TOLD if address in OWN else manners.POLITE)]
    return wrong + [f"{address} was not told RCPT" for address in OWN - {"11.22.133.25"} if (address, "RCPT") not in told]


def test(tap):
    sizes = manners.size_of_logs()
    tap.test(f"active: {NOT_OWN[0]}", variants.check(NOT_OWN))
    tap.test("active: nothing is tried with a host that is not named", [f"{a} was told {v}" for a, v in manners.commands(sizes) if v not in manners.POLITE])
    for variant, wrong in zip(VARIANTS, at_once(variants.check, VARIANTS)):
        tap.test(f"active: {variant[0]}", wrong)
    tap.test("active: what the peers were told", check_commands(manners.commands(sizes)))
