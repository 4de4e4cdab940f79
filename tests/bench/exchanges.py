"""The exchanges of audits, as lines for tests/bench/floor: those of the evidence in their reports, each once."""
import re
from urllib.parse import urlsplit

TYPES = {"A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "PTR": 12, "MX": 15, "TXT": 16, "AAAA": 28, "DS": 43, "DNSKEY": 48, "TLSA": 52}
KEY = re.compile(r"(?P<kind>dns|dnssec|smtp)(?:@(?P<server>[^:\[]+|\[[^\]]+\]))?:(?P<rest>.*?)(?:#\d+)?$")


def bare(address):
    return address.strip("[]")


def question(key, resolver):
    name, _, kind = key["rest"].rpartition("/")
    server, port = (key["server"], 53) if key["server"] else resolver
    return f"dns {bare(server)} {port} {TYPES[kind]} {name or '.'}{' do' if key['kind'] == 'dnssec' else ''}"


def session(key):
    endpoint, _, host = key["rest"].partition("/")
    address, _, port = endpoint.rpartition(":")
    return f"smtp {bare(address)} {port} {host}"


def fetch(url, evidence):
    parts = urlsplit(url)
    records = evidence.get(f"dns:{parts.hostname}/A", {}).get("records", [])
    return f"https {records[0]} {parts.port or 443} {parts.hostname} {parts.path}" if records else None


def exchanges(reports):
    lines = {}      # in order
    for report in reports:
        resolver = report["vantage"]["resolvers"][0]
        address, _, port = resolver.partition("@")
        for text in report["evidence"]:
            key = KEY.match(text)
            if text.startswith("https:"):
                line = fetch(text[len("https:"):], report["evidence"])
            elif key:
                line = session(key) if key["kind"] == "smtp" else question(key, (address, port or 53))
            else:
                continue
            lines[line] = None
    return [line for line in lines if line]
