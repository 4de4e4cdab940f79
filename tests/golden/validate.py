#!/usr/bin/env python3
"""Validates JSON reports against the published schema, and the policy of HTML reports against their style sheet.

usage: validate.py FILE...        (.json: one document or an array; .jsonl: one a line; .html)
"""

import base64
import hashlib
import json
import re
import sys
from pathlib import Path

import jsonschema

SCHEMA = Path(__file__).resolve().parents[2] / "docs" / "report-1.schema.json"


def no_twins(pairs):
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member occurs twice")
    return members


def documents(path):
    text = path.read_bytes().decode("utf-8")
    if path.suffix == ".jsonl":
        return [json.loads(line, object_pairs_hook=no_twins) for line in text.splitlines()]
    document = json.loads(text, object_pairs_hook=no_twins)
    return document if isinstance(document, list) else [document]


def check_json(path, validator):
    for document in documents(path):
        for error in validator.iter_errors(document):
            yield f"{path}: /{'/'.join(map(str, error.absolute_path))}: {error.message}"
        statuses = ["suppressed" if "suppressed" in f else f["status"] for f in document["findings"]]
        if any(statuses.count(s) != n for s, n in document["counts"].items()):
            yield f"{path}: counts differ from the findings"


def check_html(path):
    text = path.read_bytes().decode("utf-8")
    style = re.findall(r"<style>(.*?)</style>", text, re.S)
    wanted = "sha256-" + base64.b64encode(hashlib.sha256(style[0].encode()).digest()).decode()
    if len(style) != 1 or f"style-src '{wanted}'" not in text:
        yield f"{path}: the policy does not name the style sheet"
    if re.search(r"<script|<link|<img|<iframe|<object|\sstyle=|\son[a-z]+=|javascript:|(?:src|href)=\"(?!#)", text, re.I):
        yield f"{path}: something that is to be loaded or run"


def main(arguments):
    schema = json.loads(SCHEMA.read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    faults = []
    for name in arguments:
        path = Path(name)
        faults += check_html(path) if path.suffix == ".html" else check_json(path, validator)
    print("\n".join(faults), end="\n" if faults else "")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
