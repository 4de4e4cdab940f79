#!/usr/bin/python3
"""The SPF records that the cases print, published as they are told: what they repair is repaired, they keep every term that
was not the fault, every declared sender passes, and no finding of the audit is worse than before.  (checks.md, section 19)

Prints TAP.
"""
import glob
import json
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.path.join(ROOT, os.environ.get("BUILD", "build"), "mailready")
LIMIT_S = 120

RECORD = re.compile(r'(\S+)\. 3600 IN TXT (".*")\Z', re.S)
STRING = re.compile(r'"((?:[^"\\]|\\.)*)"', re.S)
BAD = {"pass": 0, "skipped": 0, "note": 1, "unknown": 1, "warn": 2, "fail": 3}
JOINT = re.compile(r'\\?"(?:\s|\\x0a)*\\?"')  # between strings that were pasted with their quotation marks


def replay(case):
    plain = {k: v for k, v in case.items() if k not in ("about", "judge", "expect", "records", "services", "yours", "senders", "receivers", "plan")}
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(plain, file)
        file.flush()
        done = subprocess.run([PROGRAM, "audit", "--replay", file.name, "--format", "json"], capture_output=True, timeout=LIMIT_S, check=False)
    return json.loads(done.stdout)["findings"]


def text_of(zone_form):
    """The joined strings, spelled as evidence is."""
    joined = "".join(STRING.findall(zone_form))
    return re.sub(r"\\([0-9]{3})", lambda m: f"\\x{int(m[1]):02x}", joined)


def is_meant(text):
    return re.search(r"spf", text, re.I) and not text.startswith("spf2.0") or text.lower().rstrip(' "').endswith("all")


def published(case, name, text):
    """The case with the record in place of whatever stood or was meant for SPF there."""
    key = f"dns:{name}/TXT"
    before = case["evidence"].get(key)
    others = [t for t in before if isinstance(t, str) and not is_meant(t)] if isinstance(before, list) else []
    return {**case, "evidence": {**case["evidence"], key: others + [text]}}, [t for t in before or [] if is_meant(t)] if isinstance(before, list) else []


def names(text):
    """The host names, addresses and macros in a text."""
    return {part for part in re.split(r'[\s:=,;"~?+]+|\\x..', JOINT.sub("", text).lower()) if "." in part or "%{" in part}


def lost(finding, old, new):
    """Terms of the old records that the new one has not, and that were not at fault."""
    blamed = finding["message"] + " " + (finding.get("remedy") or "")
    if finding["id"] == "spf.lookups":
        return []
    if finding["id"] == "spf.exists":
        return sorted({name for text in old for name in names(text)} - names(new))
    words = {w.strip(',;"') for text in old for w in text.split()[1:]} - set(new.split())
    if finding["id"] == "spf.all":
        words = {w for w in words if not w.lower().endswith("all")}
    if finding["id"] == "spf.ptr_mechanism":
        words = {w for w in words if not w.lower().startswith("ptr")}
    if finding["id"] == "spf.single":
        words = {w for w in words if not w.lower().endswith("all")}
    if finding["id"] == "spf.voids":    # the message names what finds nothing: "gone.example.org/A"
        words = {w for w in words if not any(name + "/" in finding["message"].lower() for name in names(w))}
    if finding["id"] in ("spf.syntax", "spf.voids"):
        words = {w for w in words if w not in blamed.replace('"', " ").replace(",", " ").split()}
    return sorted(words)


def faults(case, findings, finding, record):
    name, text = record[0], text_of(record[1])
    after_case, old = published(case, name, text)
    after = replay(after_case)
    ids = {(f["id"], f["subject"]): f["status"] for f in findings}
    for f in after:
        key = (f["id"], f["subject"])
        if key == (finding["id"], finding["subject"]) and BAD[f["status"]] > 1:
            yield f"still there: {f['id']} {f['status']} {f['subject']}: {f['message']}"
        elif BAD[f["status"]] > 1 and BAD[f["status"]] > BAD[ids.get(key, "pass")] and (key in ids or f["id"].startswith("spf.")):
            yield f"worse than before: {f['id']} {f['status']} {f['subject']}: {f['message']}"
    for sender in case["target"].get("senders", []):
        ip = sender if isinstance(sender, str) else sender.get("ip")
        for f in after:
            if ip and f["id"] == "spf.authorizes" and f["subject"].startswith(ip + " ") and f["status"] not in ("pass", "unknown"):
                yield f"refuses a declared sender: {f['subject']}: {f['message']}"
    for term in lost(finding, old, text):
        yield f"loses {term!r} of {old}"


def main():
    number = 0
    for path in sorted(glob.glob(os.path.join(ROOT, "tests/cases/*/*.json"))):
        with open(path, encoding="utf-8") as file:
            case = json.load(file)
        if not any(check.startswith("spf.") for check in case["judge"]) or "plan" in case or "services" in case:
            continue    # those are not replayed by options alone
        findings = replay(case)
        for finding in findings:
            if not finding["id"].startswith("spf."):
                continue
            for text in finding.get("records", []):
                record = RECORD.match(text)
                if not record:
                    continue
                number += 1
                wrong = list(faults(case, findings, finding, record.groups()))
                print(f"{'not ok' if wrong else 'ok'} {number} - {os.path.relpath(path, ROOT)}: {finding['id']}: {text[:160]}")
                for line in wrong:
                    print(f"# {line}")
    print(f"1..{number}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
