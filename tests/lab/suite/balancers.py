"""A load balancer: a second connection shows another name, and each is judged.  (checks.md, section 6)

Alone in the lab: the peers show their names by turns.
"""

from . import variants

LOOK = ("--only", "helo.fqdn,helo.resolves,helo.matches_ptr,banner")
VARIANTS = [
    ("two-names.balancer", 0, "two-names.lab", LOOK),                               # it raises the question by itself
    ("one-bad-name.balancer", 0, "one-bad-name.lab", LOOK + ("--sessions", "2")),
    ("two-names.one-session", 0, "two-names.lab", ("--only", "banner.greeting", "--sessions", "1")),
]


def test(tap):
    for variant in VARIANTS:
        tap.test(f"load balancer: {variant[0]}", variants.check(variant))
