#!/usr/bin/python3
"""The openspf.org suite for RFC 7208, through the real evaluator: turns its YAML into JSON for build/tests/conformance/spf.

Its strings are octets: "\\xEF" is one octet, spelled as bytes_escape() does.  Exit status 77: the suite is not here."""
import json
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SUITE = os.path.join(ROOT, "..", "shared", "corpora", "spf", "rfc7208-tests.yml")


def skip(why):
    print("SKIP conformance/spf: " + why)
    sys.exit(77)


def escaped(text):
    octets = text.encode("latin-1")
    return "".join("\\\\" if o == 0x5C else chr(o) if 0x20 <= o <= 0x7E else f"\\x{o:02x}" for o in octets)


def strings(value):
    return [escaped(str(part)) for part in (value if isinstance(value, list) else [value])]


def zone_of(data):
    """[name, type, values]; what the drivers of the suite agree on: a name's SPF records are its TXT records when it has
    no TXT of its own, "TXT: NONE" is none at all, TIMEOUT answers for everything else."""
    zone = []
    for name, records in data.items():
        has_txt = any(isinstance(r, dict) and "TXT" in r for r in records)
        for record in records:
            if record == "TIMEOUT":
                zone.append([escaped(name), "TIMEOUT", []])
                continue
            (kind, value), = record.items()
            if kind == "SPF" and not has_txt:
                zone.append([escaped(name), "TXT", strings(value)])
            elif kind == "SPF":
                zone.append([escaped(name), "EXISTS", []])
            elif value != "NONE":
                zone.append([escaped(name), kind, strings(value)])
    return zone


def main():
    try:
        import yaml
    except ImportError:
        skip("needs python3-yaml")
    if not os.path.exists(SUITE):
        skip("rfc7208-tests.yml is not at ../shared/corpora/spf")
    with open(SUITE, encoding="utf-8") as file:
        scenarios = list(yaml.load_all(file, yaml.BaseLoader))
    out = []
    for scenario in scenarios:
        tests = []
        for name, test in scenario["tests"].items():
            results = test["result"]
            tests.append({"name": name, "spec": str(test.get("spec", "")), "host": test["host"], "helo": escaped(test["helo"]),
                          "mailfrom": escaped(test["mailfrom"]), "results": results if isinstance(results, list) else [results],
                          "explanation": test.get("explanation")})
        out.append({"description": scenario["description"], "zone": zone_of(scenario["zonedata"]), "tests": tests})
    program = os.path.join(ROOT, os.environ.get("BUILD", "build"), "tests", "conformance", "spf")
    done = subprocess.run([program], input=json.dumps(out).encode(), check=False)
    sys.exit(done.returncode)


main()
