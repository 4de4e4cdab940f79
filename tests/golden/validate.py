#!/usr/bin/env python3
"""Judges reports by the published schema or parser of their format, and looks in all of them for what a log would obey.

usage: validate.py FILE...        by suffix: .json .jsonl .html .lines .csv .xml .sarif .github .gitlab.json .nagios .prom .md

Schemas of others are in ../shared/corpora/schemas.  What cannot be looked at here is skipped, and says so.
"""

import base64
import collections
import csv
import hashlib
import html.parser
import io
import json
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree
from pathlib import Path

import jsonschema

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
SCHEMAS = ROOT.parent / "shared" / "corpora" / "schemas"
SKIPPED = set()


def skip(why):
    if why not in SKIPPED:
        print(f"SKIP {why}")
    SKIPPED.add(why)


def is_here(program):
    if not shutil.which(program):
        skip(f"no {program}")
    return shutil.which(program)


def no_twins(pairs):
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member occurs twice")
    return members


def parse_json(text):
    return json.loads(text, object_pairs_hook=no_twins)


def schema_of(document):
    """The published one that it names."""
    schema = json.loads((DOCS / f"{document['schema'].rpartition('/')[2].removesuffix('.json')}.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def check_json(text, jsonl=False):
    if jsonl and any("/compact-1.json" in line and len(line.encode()) >= 4096 for line in text.splitlines()):
        yield "is not compact"
    documents = [parse_json(line) for line in text.splitlines()] if jsonl else parse_json(text)
    for document in documents if isinstance(documents, list) else [documents]:
        for error in schema_of(document).iter_errors(document):
            yield f"/{'/'.join(map(str, error.absolute_path))}: {error.message}"
        if "evidence" not in document:
            continue
        statuses = ["suppressed" if "suppressed" in f else f["status"] for f in document["findings"]]
        if any(statuses.count(s) != n for s, n in document["counts"].items()):
            yield "counts differ from the findings"


def check_html(text):
    styles = re.findall(r"<style>(.*?)</style>", text, re.S)
    wanted = ["'sha256-" + base64.b64encode(hashlib.sha256(style.encode()).digest()).decode() + "'" for style in styles]
    if f"style-src {' '.join(wanted)};" not in text:
        yield "the policy does not name the style sheets"
    yield from check_page(text, "img-src" in text)


class HtmlPage(html.parser.HTMLParser):
    """What a page has, as a browser reads it: tags with their attributes, the open ones, ids, and where links lead."""

    def __init__(self):
        super().__init__()
        self.tags, self.open, self.faults = [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes nothing at {self.getpos()}")


VOID = {"meta", "img", "br", "hr", "link", "input"}
TAGS = VOID - {"link", "input", "hr"} | set("html head title style body main nav header footer section article div p h1 h2 h3 h4 ul ol li dl dt dd b i strong "
                                     "code pre a span details summary table thead tbody tr th td meter svg g rect circle path text".split())


PAGE = re.compile(r"[a-z0-9._=-]+\.html")     # beside this one: see reports/html/html_index.h


def check_page(text, may_have_images):
    page = HtmlPage()
    page.feed(text)
    page.close()
    yield from page.faults
    if page.open:
        yield f"not closed: {page.open}"
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    if len(set(ids)) != len(ids):
        yield "an id occurs twice"
    for tag, attrs in page.tags:
        if tag not in TAGS or any(name.startswith("on") or name in ("style", "srcset", "action", "srcdoc") for name in attrs):
            yield f"something that is to be loaded or run: <{tag} {attrs}>"
        if tag == "img" and not (may_have_images and re.fullmatch(r"data:image/(png|jpeg);base64,[A-Za-z0-9+/]+=*", attrs["src"]) and attrs.get("alt")):
            yield "an image that is no logo, or that the policy forbids"
        link = attrs.get("href", "#")
        if link.startswith("#") and len(link) > 1 and link[1:] not in ids:
            yield f"{link} leads nowhere"
        if not link.startswith("#") and not PAGE.fullmatch(link) and not (re.fullmatch(r"https://[a-z0-9./?=&#_-]+", link, re.I) and attrs.get("rel") == "noreferrer"):
            yield f"a link that leaves the page is no source: {attrs}"


def check_lines(text):
    for line in text.splitlines():
        if not re.fullmatch(r"(PASS|SKIPPED|NOTE|UNKNOWN|WARN|FAIL) [a-z_0-9]+\.[a-z_0-9]+ .*?: .*|[a-z0-9.-]+: [A-Z' ]+( as far as asked \(.*\))?(; not checked: .*)? \(.*\)", line):
            yield f"neither a finding nor a verdict: {line}"


def check_csv(text):
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    for number, row in enumerate(rows, 1):
        if len(row) != len(rows[0]):
            yield f"row {number} has {len(row)} fields"
        for field in row:
            if field.startswith(tuple("=+-@\t\r\0＝＋－＠")):
                yield f"row {number} has a formula: {field}"
    prints = [row[-1] for row in rows]
    if len(set(prints)) != len(prints):
        yield "two findings have one fingerprint"
    if not text.endswith("\r\n") or text.count("\r\n") != len(rows):
        yield "lines do not end in CR LF"


def check_xml(text, path):
    suites = xml.etree.ElementTree.fromstring(text)
    for suite in suites:
        cases = suite.findall("testcase")
        seen = {"tests": len(cases), "failures": len(suite.findall("testcase/failure")), "errors": 0,
                "skipped": len(suite.findall("testcase/skipped"))}
        if any(int(suite.get(name)) != count for name, count in seen.items()):
            yield f"{suite.get('name')}: counts {seen}"
    schema = SCHEMAS / "JUnit.xsd"
    if not schema.exists():
        skip("no JUnit.xsd")
    elif is_here("xmllint"):
        done = subprocess.run(["xmllint", "--nonet", "--noout", "--schema", schema, path], capture_output=True, text=True, timeout=60, check=False)
        if done.returncode:
            yield done.stderr


def check_sarif(text):
    document = parse_json(text)
    schema = SCHEMAS / "sarif-schema-2.1.0.json"
    if schema.exists():
        content = json.loads(schema.read_text("utf-8"))
        for error in jsonschema.validators.validator_for(content)(content).iter_errors(document):
            yield f"/{'/'.join(map(str, error.absolute_path))}: {error.message}"
    else:
        skip("no SARIF schema")
    for run in document["runs"]:
        rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
        prints = [result["partialFingerprints"]["mailready/v1"] for result in run["results"]]
        if len(set(prints)) != len(prints) or len(set(rules)) != len(rules):
            yield "a fingerprint or a rule occurs twice"
        if len(prints) > 5000:
            yield "more results than GitHub takes"
        for result in run["results"]:
            status, accepted = result["properties"]["status"], result.get("suppressions", [])
            mild = status in ("unknown", "note")
            kind = "informational" if status == "note" and accepted else "open" if mild else "fail"
            if (result["kind"], result["level"] == "none") != (kind, mild):
                yield f"{result['properties']['status']} is told as {result['kind']}, {result['level']}"
            if any((s["kind"], s["status"]) != ("external", "accepted") or not s["justification"] for s in accepted):
                yield f"suppressions {accepted}"
            if bool(accepted) != ("(suppressed until" in result["message"]["text"]):
                yield f"{len(accepted)} suppressions: {result['message']['text']}"
            if result["ruleId"] not in rules:
                yield f"no rule {result['ruleId']}"


def check_gitlab(text):
    entries = parse_json(text)
    for entry in entries:
        if not all(isinstance(entry[name], str) and entry[name] for name in ("description", "check_name", "fingerprint")):
            yield f"something is missing: {entry}"
        if entry["severity"] not in ("info", "minor", "major", "critical", "blocker"):
            yield f"severity {entry['severity']}"
        if not entry["location"]["path"] or entry["location"]["lines"]["begin"] < 1:
            yield f"location {entry['location']}"
        mild = re.search(r"could not be decided|undecided because of this|\(suppressed until", entry["description"]) is not None
        if mild != (entry["severity"] == "info"):
            yield f"{entry['severity']}: {entry['description']}"
    if len({entry["fingerprint"] for entry in entries}) != len(entries):
        yield "two entries have one fingerprint: GitLab drops the second"


def commands(text):
    """What the runner of GitHub Actions obeys, as its ActionCommand.cs reads lines: (command, properties, data)."""
    for line in text.splitlines():
        new = re.match(r"::([^\s:]+)(?: (.*?))?::(.*)", line.lstrip())
        if new:
            properties = dict(pair.split("=", 1) for pair in (new[2] or "").split(",") if "=" in pair)
            yield new[1], properties, new[3]
        old = re.search(r"##\[([^\s\]]+)(.*?)\](.*)", line)
        if old:
            yield "##[" + old[1], {}, old[3]
        for other in ("##vso[", "##teamcity["):
            if other in line:
                yield other, {}, line


def check_github(text):
    found = list(commands(text))
    if len(found) != len(text.splitlines()):
        yield f"{len(found)} commands in {len(text.splitlines())} lines"
    for command, properties, data in found:
        if command not in ("error", "warning", "notice") or not set(properties) <= {"file", "line", "title"}:
            yield f"a command that is not ours: {command} {properties}"
        mild = re.search(r"could not be decided|undecided because of this|\(suppressed until", data) is not None
        if mild != (command == "notice"):
            yield f"{command}: {data}"
    if any(count > 10 for count in collections.Counter(command for command, *_ in found).values()):
        yield "more than GitHub shows"


def check_nagios(text):
    first, *others = text.splitlines()
    state = r"MAILREADY (OK|WARNING|CRITICAL|UNKNOWN) - [^|]+ \|"
    figure = r" [a-z]+=\d+(ms)?;\d*;\d*;\d*"
    if not re.fullmatch(f"{state}({figure})+", first):
        yield f"no state and figures: {first}"
    if any("|" in line for line in others):
        yield "figures where there are none"


def check_prom(text, path):
    last = None
    names = []
    for line in text.splitlines():
        sample = re.fullmatch(r'(?:# (?:HELP|TYPE) )?([a-z_]+)(?:\{[a-z]+="[a-z0-9._-]*"(?:,[a-z]+="[a-z0-9._]*")*\} [0-9.]+| .*)', line)
        if not sample:
            yield f"no sample: {line}"
            continue
        if sample[1] != last:
            names.append(sample[1])
        last = sample[1]
    if len(set(names)) != len(names):
        yield "the samples of a metric do not stand together"
    if is_here("promtool"):
        done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True, timeout=60, check=False)
        if done.returncode:
            yield done.stderr


class Page(html.parser.HTMLParser):
    """Elements of a page, and the text outside of code."""

    def __init__(self):
        super().__init__()
        self.elements, self.cells, self.words, self.within = collections.Counter(), [], [], []

    def handle_starttag(self, tag, attrs):
        self.elements[tag] += 1
        self.within.append(tag)
        if tag == "tr":
            self.cells.append(0)
        elif tag in ("td", "th"):
            self.cells[-1] += 1

    def handle_endtag(self, tag):
        while self.within and self.within.pop() != tag:
            pass

    def handle_data(self, data):
        if "code" not in self.within:
            self.words.append(data)


def check_md(text):
    if not is_here("cmark-gfm"):
        return
    done = subprocess.run(["cmark-gfm", "--unsafe", "-e", "table", "-e", "autolink", "-e", "strikethrough", "-e", "tasklist"], input=text,
                          capture_output=True, text=True, timeout=60, check=True)
    page = Page()
    page.feed(done.stdout)
    strangers = set(page.elements) - {"h2", "p", "code", "table", "thead", "tbody", "tr", "td", "th", "ol", "ul", "li"}
    if strangers:
        yield f"elements made by data: {strangers}"
    if set(page.cells) - {4}:
        yield f"rows of {set(page.cells)} cells"
    if re.search(r"[@|<>`\\]|://|::|www\.", "".join(page.words)):
        yield f"data outside of code: {[word for word in page.words if re.search('[@|<>`]|://|::', word)]}"


def check_text(_):
    return []


def check_log(text):
    """Nothing that a CI system obeys, wherever the report is printed."""
    for command, *_ in commands(text):
        yield f"a command in a log: {command}"


CHECKS = {".json": check_json, ".jsonl": lambda text: check_json(text, True), ".html": check_html, ".lines": check_lines, ".csv": check_csv,
          ".sarif": check_sarif, ".github": check_github, ".gitlab.json": check_gitlab, ".nagios": check_nagios, ".md": check_md,
          ".txt": check_text}
CHECKS_OF_FILES = {".xml": check_xml, ".prom": check_prom}


def faults_of(path):
    text = path.read_bytes().decode("utf-8")
    suffix = ".gitlab.json" if path.name.endswith(".gitlab.json") else path.suffix
    yield from CHECKS_OF_FILES[suffix](text, path) if suffix in CHECKS_OF_FILES else CHECKS[suffix](text)
    if suffix != ".github":
        yield from check_log(text)


def main(arguments):
    faults = [f"{path}: {fault}" for path in map(Path, arguments) for fault in faults_of(path)]
    print("\n".join(faults), end="\n" if faults else "")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
