"""Text, HTML and JSON say the same, JSON keeps to its schema, a replay gives the same bytes, and nothing hostile gets through."""

import html
import json
import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path

from .program import LAB_DIR, PROGRAM, ROOT, at_once, audit, of_status

WORDS = {"ok": "pass", "FAIL": "fail"}
TEXT_COUNTS = re.compile(r"^  ((?:\d+\s+(?:fail|warn|unknown|note|ok|skipped)(?:,\s+)?)+); -vv?\s", re.M)
LINES_MAX = {"ready": 25, "warnings": 60, "unknown": 60, "not_ready": 60}   # of a text report without -v
FOR_COPYING = re.compile(r" IN [A-Z]+ |mailready audit ")                   # never broken
TEXT_FINDING = re.compile(r"^  \S (warn|FAIL|unknown|note) +([a-z0-9_]+\.[a-z0-9_]+)  (?:\S|\n +\S)", re.M)
HTML_COUNT = re.compile(r'<li class="(\w+)"><span aria-hidden="true">[^<]*</span> <b>(\d+)</b>')
HTML_FINDING = re.compile(
    r'<article class="card (?P<card>\w+)">.*?<code class="id">(?P<id>[^<]+)</code>.*?<p class="subject">(?P<subjects>.*?)</p>'
    r'|<details class="short">\s*<summary><span class="badge (?P<badge>\w+)">'
    r'|<tr><th scope="row"><code>(?P<row>[a-z0-9_]+\.[a-z0-9_]+)</code></th><td data-head="Subject"><code>(?P<of>[^<]*)</code>'
    r'|<p>Undecided because of this, too: (?P<folded>[a-z0-9_., ]+)\.</p>', re.S)
# Words that German does not have and that hardly any English sentence is without; quotations, and what servers say when they refuse.
ENGLISH = re.compile(r"(?<![^\s(])(?:and|are|be|been|but|by|cannot|does|from|has|have|is|it|its|may|more|not|nothing|of|only|or|other|should|than|that|the|their"
                     r"|this|those|to|until|when|which|whose|with|without|you|your)(?=$|\s|[,;:.)](?:$|[\s)]))")
QUOTED = re.compile(r'"[^"]*"|\u201e[^\u201c]*\u201c|(?<![\w.])[245]\d\d[ -][^;\u201e\u201c]*')
# What no terminal and no browser may get: C0 but line ends, DEL, C1, bidirectional controls, invisible characters.
HOSTILE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


def check_text(text, document):
    wrong = []
    line = TEXT_COUNTS.search(text)
    counts = {WORDS.get(word, word): int(n) for n, word in re.findall(r"(\d+)\s+(\w+)", line[1])} if line else {}
    wanted = {status: n for status, n in document["counts"].items() if n}
    if counts != wanted:
        wrong.append(f"text counts {counts}, JSON {wanted}")
    shown = {(check, WORDS.get(word, word)) for word, check in TEXT_FINDING.findall(re.split(r"\nWhat to fix(?:, in this order)?\n", text)[0])}
    told = {(check, status) for check, status, _ in told_apart(document) if status in ("fail", "warn", "unknown", "note")}
    wrong += [f"only in JSON, not in text: {' '.join(item)}" for item in told - shown]
    wrong += check_hosted_in_text(text, document)
    return wrong + [f"only in text, not in JSON: {' '.join(item)}" for item in shown - told]


def check_brief(text, document):
    """The report as most people see it: short, the verdict in the last lines, every failure in it, and nothing wider than the terminal."""
    lines = text.splitlines()
    most = LINES_MAX[document["verdict"]]
    wrong = [f"{len(lines)} lines for {document['verdict']}, more than {most}"] if len(lines) > most else []
    verdict = text.rpartition("\u2500" * 80 + "\n")[2]
    words = {"ready": "READY", "warnings": "READY WITH WARNINGS", "unknown": "CAN'T TELL", "not_ready": "NOT READY"}[document["verdict"]]
    if not re.match(rf"\S {re.escape(document['target']['domain'])}:\s+{words}", verdict) or verdict.count("\n") > 9:
        wrong.append(f"the last lines are no verdict: {verdict!r}")
    ids = set(re.findall(r"[a-z0-9_]+\.[a-z0-9_]+", text))
    wrong += [f"{cause['cause']} is not in it" for cause in document["causes"] if cause["cause"].partition("/")[0] not in ids]
    return wrong + [f"wider than the terminal: {line}" for line in lines if len(line) > 80 and not FOR_COPYING.search(line)]


def check_german(page):
    """Of texts between tags, but for records, commands and quotations."""
    page = re.sub(r"<(pre|code|q|samp|style)\b[^>]*>.*?</\1>", "", page, flags=re.S)
    texts = re.split(r"<[^>]*>", page) + re.findall(r'aria-label="([^"]*)"', page)
    left = {text for text in (html.unescape(text).strip() for text in texts) if ENGLISH.search(QUOTED.sub("", text))}
    return [f"is English, or half of it: {text[:300]!r}" for text in sorted(left)]


def is_folded(finding):
    """Undecided because another is.  What is known and follows from another stands for itself, without a remedy."""
    return finding["status"] == "unknown" and "because" in finding


def is_hosted(finding):
    """About a server that a service runs: told with the service."""
    return "service" in finding


def told_apart(document):
    """The findings that are shown each by themselves: not those that only follow from another, or that are a service's."""
    return [(f["id"], f["status"], f["subject"]) for f in document["findings"] if not is_folded(f) and not is_hosted(f)]


def check_hosted_in_text(text, document):
    noticed = re.search(r"; noticed there: (.*?)\.\n\n", text, re.S)
    told = set(re.split(r",\s+", noticed[1])) if noticed else set()
    wanted = {f["id"] for f in document["findings"] if is_hosted(f) and f["status"] == "note"}
    return [f"noticed on servers of services, in text: {sorted(told)}, in JSON: {sorted(wanted)}"] if told != wanted else []


def check_hosted_in_html(page, document):
    section = page.partition("<h2>Who sends for this domain</h2>")[2].partition("</section>")[0]
    rows = Counter((match["row"], html.unescape(match["of"])) for match in HTML_FINDING.finditer(section) if match["row"])
    wanted = Counter((f["id"], f["subject"]) for f in document["findings"] if is_hosted(f))
    return [f"found on servers of services: in HTML {rows - wanted}, only in JSON {wanted - rows}"] if rows != wanted else []


def check_html(page, document):
    counts = {status: int(n) for status, n in HTML_COUNT.findall(page)}
    wanted = {status: n for status, n in document["counts"].items() if n}
    wrong = [] if counts == wanted else [f"HTML counts {counts}, JSON {wanted}"]
    shown, folded, badge = Counter(), set(), None
    for match in HTML_FINDING.finditer(page.partition("<h2>All findings</h2>")[2]):
        if match["badge"]:
            badge = match["badge"]
        elif match["row"]:
            shown[match["row"], badge, html.unescape(match["of"])] += 1
        elif match["folded"]:
            folded |= set(match["folded"].split(", "))
        else:
            for subject in re.findall(r"<code>([^<]*)</code>", match["subjects"]):
                shown[match["id"], match["card"], html.unescape(subject)] += 1
    told = Counter(told_apart(document))
    wrong += check_hosted_in_html(page, document)
    consequences = {f["id"] for f in document["findings"] if is_folded(f) and not is_hosted(f)}
    if folded != consequences:
        wrong.append(f"HTML folds {' '.join(sorted(folded ^ consequences))} in another way than JSON")
    wrong += [f"only in JSON, not in HTML: {' '.join(item)}" for item in told - shown]
    return wrong + [f"only in HTML, not in JSON: {' '.join(map(str, item))}" for item in shown - told]


def check_harmless(name, data):
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        return [f"{name} is no UTF-8: {error}"]
    found = HOSTILE.search(text)
    return [f"{name} holds U+{ord(found[0]):04X}: {text[max(0, found.start() - 40):found.end() + 20]!r}"] if found else []


class Record:
    """One domain, audited with all reports and a recording at once."""

    def __init__(self, directory, domain):
        self.domain = domain
        self.files = {suffix: directory / f"{domain}.{suffix}" for suffix in ("txt", "html", "json", "record", "replay.json", "brief.txt", "de.html")}
        self.outcome = audit(*(word for suffix, name in (("txt", "text"), ("html", "html"), ("json", "json"))
                               for word in ("--format", f"{name}={self.files[suffix]}")), "--record", str(self.files["record"]), "-v", domain)
        try:
            document = json.loads(self.files["json"].read_text())
            self.document = document[0] if isinstance(document, list) else document
        except (OSError, ValueError):
            self.document = None

    def check(self):
        if not self.document:
            return self.outcome.trouble(0, 1, 3) or ["no JSON document"]
        text, page = (self.files[suffix].read_bytes() for suffix in ("txt", "html"))
        wrong = check_harmless("text", text) + check_harmless("html", page) + check_harmless("json", self.files["json"].read_bytes())
        return wrong or check_text(text.decode(), self.document) + check_html(page.decode(), self.document) + self.replay() + self.exit_status() + self.brief() + self.german()

    def brief(self):
        text = self.files["brief.txt"].read_bytes()
        return check_harmless("brief text", text) or check_brief(text.decode(), self.document)

    def german(self):
        done = subprocess.run([PROGRAM, "audit", "--lang", "de", "--format", f"html={self.files['de.html']}", "--replay", str(self.files["record"])],
                              cwd=ROOT, capture_output=True, timeout=60)
        if done.returncode != self.outcome.status:
            return [f"in German: exit status {done.returncode} instead of {self.outcome.status}: {done.stderr.decode('utf-8', 'replace')[-200:]}"]
        page = self.files["de.html"].read_bytes()
        return check_harmless("German html", page) or check_german(page.decode())

    def exit_status(self):
        """interface.md: 1 if anything fails, else 3 if a required check is undecided, else 0.  Which checks are required the program knows."""
        if of_status(self.document, "fail"):
            return self.outcome.trouble(1)
        if self.document["verdict"] == "unknown":
            return self.outcome.trouble(3)
        return self.outcome.trouble(0) if not of_status(self.document, "unknown") else self.outcome.trouble(0, 3)

    def replay(self):
        """Without any network: in a network namespace of its own, with nothing in it."""
        done = subprocess.run(["unshare", "-n", PROGRAM, "audit", "--format", f"json={self.files['replay.json']}",
                               "--format", f"text={self.files['brief.txt']}", "--replay", str(self.files["record"])], cwd=ROOT, capture_output=True, timeout=60)
        if done.returncode != self.outcome.status:
            return [f"replay: exit status {done.returncode} instead of {self.outcome.status}: {done.stderr.decode('utf-8', 'replace')[-200:]}"]
        first, second = (self._without_times(self.files[suffix].read_text()) for suffix in ("json", "replay.json"))
        if first == second:
            return []
        pairs = [(a, b) for a, b in zip(first.splitlines(), second.splitlines()) if a != b]
        return ["replay differs: " + (f"{pairs[0][0].strip()[:200]} | {pairs[0][1].strip()[:200]}" if pairs else "in length")]

    @staticmethod
    def _without_times(text):
        return re.sub(r'("(?:elapsed_ms)":\s*)\d+', r"\1 0", text)


def records(domains):
    """Every domain in a process of its own; all at once, since they mostly wait."""
    directory = Path(LAB_DIR) / "records"
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir()
    return at_once(lambda domain: Record(directory, domain), domains, workers=len(domains))


def schema_checker():
    """A function from a document to what is wrong with it; None where python3-jsonschema is missing."""
    try:
        from jsonschema import Draft202012Validator
    except ImportError:
        return None
    validator = Draft202012Validator(json.loads((ROOT / "docs/report-1.schema.json").read_text()))
    return lambda document: [f"{'/'.join(map(str, e.path))}: {e.message[:200]}" for e in validator.iter_errors(document)]
