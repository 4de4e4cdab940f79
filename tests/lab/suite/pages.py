"""A directory of pages: the index and the pages say what JSON says of the same run, and nothing hostile gets through."""

import re
import shutil
import tempfile
from pathlib import Path

from . import reports
from .program import audit_json, by_domain

DOMAINS = ("good.lab", "ptr-nxdomain.lab", "hostile-banner.lab", "unsigned.lab", "exim.lab", "no-mx.lab", "two-ptr.lab", "ptr-servfail.lab")
SECTION = re.compile(r'<section id="(\w+)">(.*?)</section>', re.S)
LINK = re.compile(r'<a href="([a-z0-9._=-]+)\.html">([a-z0-9.-]+)</a>')


def check(directory, documents):
    index = (directory / "index.html").read_text()
    told = {name: verdict for verdict, rows in SECTION.findall(index) for file, name in LINK.findall(rows) if file == name}
    wanted = {name: document["verdict"] for name, document in documents.items()}
    wrong = [f"{name}: {told.get(name)} in the index, {wanted.get(name)} in JSON" for name in {*told, *wanted} if told.get(name) != wanted.get(name)]
    files = sorted(path.name for path in directory.iterdir())
    if files != sorted([f"{name}.html" for name in wanted] + ["index.html"]):
        wrong.append(f"files: {files}")
    for verdict in set(wanted.values()):
        count = list(wanted.values()).count(verdict)
        if f'<a href="#{verdict}"><b>{count}</b>' not in index:
            wrong.append(f"not {count} are told to be {verdict}")
    for name in wanted:
        page = directory / f"{name}.html"
        if page.exists():
            wrong += reports.check_harmless(page.name, page.read_bytes())
    return wrong + reports.check_harmless("index.html", (directory / "index.html").read_bytes())


def test(tap):
    directory = Path(tempfile.mkdtemp(prefix="mailready-pages-"))
    try:
        outcome = audit_json("-o", f"{directory}/pages/", *DOMAINS)
        documents = by_domain(outcome.documents())
        wrong = outcome.trouble(1) + [f"no document of {name}" for name in DOMAINS if name not in documents]
        tap.test("pages of several domains, and their index", wrong or check(directory / "pages", documents))
    finally:
        shutil.rmtree(directory)
