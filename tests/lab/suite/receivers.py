"""Who would take the mail?  The outcomes of expected/receivers.txt, by the published rules of the receivers."""

from .expected import DIRECTORY
from .program import at_once, audit_json

COLUMNS = ("gmail", "gmail-bulk", "yahoo", "yahoo-bulk", "outlook", "outlook-bulk", "exchange-ipv6", "icloud", "t-online", "gmx", "orange",
           "laposte", "comcast", "godaddy", "rackspace", "zoho", "wp-pl", "seppmail", "strict-postfix")
OUTCOMES = {"R": "rejects", "A": "at_risk", "N": "no_obstacle_found", "U": "unknown"}
NO_ROW, NOT_SETTLED = ".", "?"


def _cases():
    """(domain, sender, what is declared, letters)"""
    lines = [line.split() for line in (DIRECTORY / "receivers.txt").read_text().splitlines() if not line.startswith("#")]
    return [(words[0], words[1], words[2:-len(COLUMNS)], words[-len(COLUMNS):]) for words in lines]


def _check(case):
    domain, sender, declared, letters = case
    documents = audit_json(*declared, domain).documents()
    if len(documents) != 1:
        return [f"{len(documents)} documents"]
    if "receivers" not in documents[0]:
        return None
    rows = {row["receiver"]: row for row in documents[0]["receivers"] if row["sender"] == sender}
    wrong = [f"{name} is not in the table" for name in rows if name not in COLUMNS]
    for name, letter in zip(COLUMNS, letters):
        row = rows.get(name)
        got, wanted = row["outcome"] if row else "no row", OUTCOMES.get(letter, "no row")
        if letter != NOT_SETTLED and got != wanted:
            because = "; ".join(reason["check"] for reason in row["reasons"]) if row else ""
            wrong.append(f"{name}: {got}, wanted {wanted}" + (f" ({because})" if because else ""))
    return wrong


def test(tap):
    cases = _cases()
    for (domain, sender, declared, _), wrong in zip(cases, at_once(_check, cases)):
        name = f"receivers: {' '.join([domain, sender, *declared])}"
        if wrong is None:
            tap.test(f"{name} # SKIP the documents say nothing of receivers", [])
        else:
            tap.test(name, wrong)
