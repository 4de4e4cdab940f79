"""Compares findings with the files in expected/.

A file has a line `id status subject` for each finding, sorted.  The subject is as the program prints it; "*" in it stands
for anything, for this machine's name and resolver (env.*) and for names that change with each connection.
"""

import re

from .program import LAB, findings

DIRECTORY = LAB / "expected"


def read(name):
    lines = (DIRECTORY / name).read_text().splitlines()
    return [tuple(line.split(" ", 2)) for line in lines]


def _matches(wanted, subject):
    return wanted == subject or "*" in wanted and re.fullmatch(re.escape(wanted).replace(r"\*", ".*"), subject)


def differences(wanted, document, ignore=()):
    """The lines in which the findings differ from what is wanted; groups and ids in ignore are not looked at."""
    def looked_at(item):
        return item[0] not in ignore and item[0].partition(".")[0] not in ignore

    messages = {(f["id"], f["subject"]): f"{f['message']}{' (' + f['reason'] + ')' if 'reason' in f else ''}" for f in document["findings"]}
    left = [item for item in findings(document) if looked_at(item)]
    wrong = []
    for check, status, subject in filter(looked_at, wanted):
        match = next((item for item in left if item[0] == check and _matches(subject, item[2])), None)
        if not match:
            wrong.append(f"{check} {subject}: no finding, wanted {status}")
            continue
        left.remove(match)
        if match[1] != status:
            wrong.append(f"{check} {match[2]}: {match[1]}, wanted {status}: {messages[check, match[2]]}")
    return wrong + [f"{check} {subject}: {status}, wanted no such finding: {messages[check, subject]}" for check, status, subject in left]


def compare(name, document, ignore=()):
    if not (DIRECTORY / name).exists():
        return [f"no file {DIRECTORY.relative_to(LAB.parent.parent)}/{name}"]
    return differences(read(name), document, ignore)


def check_counts(document):
    """The document agrees with itself: counts, verdict."""
    counts = {}
    for _, status, _ in findings(document):
        counts[status] = counts.get(status, 0) + 1
    wrong = [f"counts say {n} {status}, there are {counts.get(status, 0)}" for status, n in document["counts"].items() if n != counts.get(status, 0)]
    verdict = document["verdict"]
    if (verdict == "not_ready") != ("fail" in counts) or verdict == "warnings" and "warn" not in counts:
        wrong.append(f"verdict {verdict} with {counts}")
    return wrong
