"""Do other tools say the same?  Each is asked what mailready is asked, about the same domains and in the same place.

A tool's answer and mailready's are brought to the same words.  Where these differ, expected/differences.txt must hold the
difference and its reason; a line there that has become untrue is wrong, too.  A tool that is not there is skipped.
"""

import re
import shlex
import subprocess
from ipaddress import ip_address

from world import DOMAINS, PROBE

from .expected import DIRECTORY
from .program import LAB, LAB_DIR, LIMIT_S, PROGRAM, ROOT, at_once, audit_json

TABLE = DIRECTORY / "differences.txt"
WORKERS = 4             # processes that compute
WAITING_WORKERS = 24    # processes that mostly wait
END = "\x1e"            # of what was said for one line; no tool says that


def in_lab(command, lines=()):
    """What the shell command says inside the lab, standard error included, with the lines as its input."""
    return subprocess.run([LAB / "exec", "sh", "-c", command], input="".join(f"{line}\n" for line in lines), stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace", cwd=ROOT, timeout=LIMIT_S).stdout


def for_each(command, lines, workers=WORKERS):
    """What the shell command says for every line, whose words are its $1, $2 and so on.  A process of ours for each would cost more."""
    loop = f"set -f; while read -r line; do set -- $line; {command} </dev/null; echo {END}; done"
    said = at_once(lambda first: in_lab(loop, lines[first::workers]).split(f"{END}\n"), range(workers), workers)
    return [said[i % workers][i // workers] for i in range(len(lines))]


def has(tool):
    return bool(in_lab(f"command -v {tool}"))


# SPF.

SPFQUERY = {"spfquery.mail-spf-perl": "spfquery.mail-spf-perl --file -", "spfquery.libspf2": "spfquery.libspf2 -file -"}
SPF_RESULT = re.compile(r"^(?:pass|fail|softfail|neutral|none|temperror|permerror|\(invalid\))$", re.M)


def spf_questions():
    """(name, address): of every domain, for its hosts, all addresses in its records, and one from elsewhere; and of every HELO name."""
    questions = []
    for domain in DOMAINS:
        hosts = [(host.fqdn, address) for host in domain.hosts for address in host.addresses]
        mentioned = re.findall(r"\b\d+\.\d+\.\d+\.\d+\b(?![/.])", " ".join([domain.spf or "", *domain.records]))
        questions += [(domain.name, address) for address in [*(address for _, address in hosts), *mentioned, *PROBE]] + hosts
    return list(dict.fromkeys(questions))


def compare_spf():
    questions = spf_questions()
    ours = [text.partition("\n")[0] for text in for_each(f"{shlex.quote(PROGRAM)} spf $1 --ip $2", [" ".join(question) for question in questions])]
    for tool, command in SPFQUERY.items():
        if has(tool):
            theirs = SPF_RESULT.findall(in_lab(command, [f"{address} postmaster@{name} {name}" for name, address in questions]))
            yield tool, [(" ".join(question), *words) for question, *words in zip(questions, theirs, ours, strict=True)]


# DKIM.

# Beside those of the table: names without a record, and a zone whose signatures are wrong.
MORE_SELECTORS = {"bogus.lab": ["s1"], "unsigned.lab": ["s1"], "dkim-keys.lab": ["nowhere"]}
OPENDKIM = {"key OK": "usable", "Revoked key": "revoked", "record not found": "absent", "query timed out": "unknown", "unexpected reply": "unknown"}
OPENDKIM_RESOLVER = "Nameservers 127.0.0.1\nTrustAnchorFile /run/lab/conf/root.anchor\n"


def selectors(domain):
    records = [record.partition("._domainkey ") for record in domain.records]
    names = [name.replace("*", "any") for name, separator, _ in records if separator]
    return list(dict.fromkeys([*domain.dkim, *names, *MORE_SELECTORS.get(domain.name, [])]))


def opendkim_word(text):
    word = next((word for words, word in OPENDKIM.items() if words in text), "unusable")
    return "usable, secure" if word == "usable" and "key secure" in text else word


def our_keys(domain):
    """A word for each selector of the domain."""
    words = [word for selector in selectors(domain) for word in ("--dkim", selector)]
    document, = audit_json("--only", "dkim", *words, domain.name).documents()
    return [our_key(document, selector) for selector in selectors(domain)]


def our_key(document, selector):
    status = {f["id"]: f["status"] for f in document["findings"] if f["subject"] == selector}
    if status["dkim.exists"] == "unknown":
        return "unknown"
    for check, word in (("dkim.exists", "absent"), ("dkim.revoked", "revoked"), ("dkim.syntax", "unusable"), ("dkim.strength", "unusable")):
        if status[check] == "fail":
            return word
    answer = document["evidence"][f"dns:{selector}._domainkey.{document['target']['domain']}/TXT"]
    return "usable, secure" if answer["security"] == "secure" else "usable"


def compare_keys():
    if not has("opendkim-testkey"):
        return
    configuration = LAB_DIR / "opendkim.conf"
    configuration.write_text(OPENDKIM_RESOLVER)
    domains = [domain for domain in DOMAINS if selectors(domain)]
    questions = [(selector, domain.name) for domain in domains for selector in selectors(domain)]
    ours = sum(at_once(our_keys, domains), [])
    theirs = for_each(f"opendkim-testkey -vvv -x {shlex.quote(str(configuration))} -s $1 -d $2", [" ".join(question) for question in questions])
    yield "opendkim-testkey", [("._domainkey.".join(question), opendkim_word(text), word) for question, text, word in zip(questions, theirs, ours)]


# TLS and DANE: TLSA records must match, and where there are none, authority, name and dates of the certificate must be in order.

# Who lets a client wait, until one of the two has enough of it; and where a policy does, that mailready wants for its judgement.
SLOW = ("silent.lab", "blackhole.lab", "tarpit.lab", "slow.lab", "injection.lab", "sts-blackhole.lab", "sts-drip.lab")
POSTTLS_FINGER = "MAIL_CONFIG=/run/lab/conf/postfix posttls-finger -c -t 30 -T 30 -l dane -F /run/lab/conf/ca.pem"
SESSION = re.compile(r"(\S+)\[(\S+)\]")
NOT_VERIFIED = {"self-signed certificate": "tls.chain", "certificate has expired": "tls.expiry", "hostname mismatch": "tls.name",
                "signature digest algorithm too weak": "tls.key", "no matching DANE TLSA records": "dane.match"}


def posttls_finger_word(text):
    if "Verified TLS connection established" in text:
        return "verified"
    if "TLS connection established" in text:
        return next((check for words, check in NOT_VERIFIED.items() if words in text), "not verified")
    if "SSL_connect error" in text:
        return "tls.handshake"
    return "smtp.starttls" if "STARTTLS rejected" in text or not text.strip() else "not seen"


def our_session_word(status):
    """What stands in the way; status: that of each check of this session."""
    if status["smtp.starttls"] != "pass":
        return "smtp.starttls" if status["smtp.starttls"] in ("warn", "fail") else "not seen"
    if status["tls.handshake"] != "pass":
        return "tls.handshake"
    match = status.get("dane.match", "skipped")
    if match != "skipped":
        return "dane.match" if match == "fail" else "verified"
    return ", ".join(check for check in ("tls.chain", "tls.name", "tls.expiry", "tls.key") if status[check] != "pass") or "verified"


def compare_sessions():
    if not has("posttls-finger"):
        return
    documents = audit_json("--only", "smtp.starttls,tls,dane", *(domain.name for domain in DOMAINS if domain.name not in SLOW)).documents()
    sessions = {}
    for finding in (finding for document in documents for finding in document["findings"]):
        session = SESSION.fullmatch(finding["subject"])
        if session and ip_address(session[2]).is_global:       # others are contacted by nobody
            sessions.setdefault(session.groups(), {})[finding["id"]] = finding["status"]
    lines = [f"[{name}]:25 {'ipv6' if ':' in address else 'ipv4'}" for name, address in sessions]
    theirs = for_each(f"{POSTTLS_FINGER} -o inet_protocols=$2 $1", lines, WAITING_WORKERS)
    yield "posttls-finger", [(f"{name}[{address}]", posttls_finger_word(text), our_session_word(status))
                             for ((name, address), status), text in zip(sessions.items(), theirs)]


# DNS: everything that mailready asked is asked again, and every zone is validated once more, from the root's key.

NO_ANSWER = "no answer"
CHASE = {"Chase successful": "secure", "Bogus DNSSEC signature": "bogus", "DNSSEC signature has expired": "bogus", "No DNSSEC public key": "insecure"}


def drill_word(text, kind):
    header = re.search(r"rcode: (NOERROR|NXDOMAIN),.*\n;; flags: ([a-z ]*);", text)
    if not header:
        return NO_ANSWER
    answer = text.partition(";; ANSWER SECTION:\n")[2].partition(";; AUTHORITY SECTION:\n")[0]
    rows = [line.split(None, 4) for line in answer.splitlines() if line]
    return dns_word(header[1], "ad" in header[2].split(), [plain(row[4]) for row in rows if row[3] == kind])


def zone_word(finding):
    """Of dnssec.status: an old algorithm may be what a secure zone is warned of."""
    if finding["status"] in ("fail", "unknown"):
        return "bogus" if finding["status"] == "fail" else "unknown"
    return "secure" if "validates" in finding["message"] else "insecure"


def plain(data):
    """As in a report: names without their last dot, a text in one piece."""
    if data.startswith('"'):
        return "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', data)).replace('\\"', '"')
    return " ".join(word.rstrip(".") or "." for word in data.split())


def our_dns_word(answer):
    if answer["status"] == "unknown":
        return NO_ANSWER
    records = [record["text"] if isinstance(record, dict) else record for record in answer.get("records", [])]
    return dns_word("NXDOMAIN" if answer["status"] == "nxdomain" else "NOERROR", answer["security"] == "secure", records)


def dns_word(rcode, authentic, records):
    return " ".join([rcode, *["AD"] * authentic, *sorted(f"[{record}]" for record in records)])


def compare_dns():
    names = [domain.name for domain in DOMAINS if not domain.other_lacks]       # else it is a matter of luck which server is asked
    documents = audit_json("--only", "domain,mx,ip,ptr,spf,dmarc,ns,dnssec", *names).documents()
    answers = {tuple(key.removeprefix("dns:").rsplit("/", 1)): answer for document in documents for key, answer in document["evidence"].items()
               if key.startswith("dns:") and "#" not in key}
    zones = {finding["subject"]: zone_word(finding) for document in documents for finding in document["findings"] if finding["id"] == "dnssec.status"}
    asked = for_each("drill -D $1 $2", [f"{name or '.'} {kind}" for name, kind in answers])
    chased = for_each("drill -S -k /run/lab/conf/root.anchor $1 SOA", list(zones))
    yield "drill", [(f"{name}/{kind}", drill_word(text, kind), our_dns_word(answer)) for ((name, kind), answer), text in zip(answers.items(), asked)] + [
        (f"zone {zone}", next((word for words, word in CHASE.items() if words in text), "unknown"), word_of_ours)
        for (zone, word_of_ours), text in zip(zones.items(), chased)]


# Our own eyes, behind a resolver that says nothing of DNSSEC: every zone is what other validators find it to be.

UNBOUND_HOST = {"(secure)": "secure", "(insecure)": "insecure", "(BOGUS": "bogus"}
DELV = {"; fully validated": "secure", "; unsigned answer": "insecure", "resolution failed": "bogus"}
STRIPS_AD = "127.0.0.61"


def first_of(words, text):
    return next((word for spelled, word in words.items() if spelled in text), "unknown")


def compare_chains():
    documents = audit_json("--resolver", STRIPS_AD, "--only", "dnssec", *(domain.name for domain in DOMAINS)).documents()
    ours = {finding["subject"]: zone_word(finding) for document in documents for finding in document["findings"] if finding["id"] == "dnssec.status"}
    for tool, words, command in (("unbound-host", UNBOUND_HOST, "unbound-host -r -v -f /run/lab/conf/root.anchor -t SOA $1."),
                                 ("delv", DELV, "delv -a /run/lab/conf/root.keys +root=. @127.0.0.1 $1. SOA")):
        if has(tool):
            yield tool, [(f"zone {zone}", first_of(words, text), ours[zone]) for zone, text in zip(ours, for_each(command, list(ours)))]


TOOLS = (*SPFQUERY, "opendkim-testkey", "posttls-finger", "drill", "unbound-host", "delv")
COMPARISONS = (compare_spf, compare_keys, compare_sessions, compare_dns, compare_chains)


def known_differences():
    """(tool, subject, its word, our word)"""
    return [re.split("  +", line.strip()) for line in TABLE.read_text().splitlines() if line.startswith(" ")]


def check(tool, rows):
    found = [[tool, *row] for row in rows if row[1] != row[2]]
    known = [row for row in known_differences() if row[0] == tool]
    return [f"{subject}: it says {theirs}, mailready {ours}" for _, subject, theirs, ours in found if [tool, subject, theirs, ours] not in known] + \
        [f"{TABLE.name}, {row[1]}: there is no such difference" for row in known if row not in found]


def test(tap):
    compared = dict(sum(at_once(lambda compare: list(compare()), COMPARISONS), []))
    for tool in TOOLS:
        if tool in compared:
            tap.test(f"comparison with {tool}: {len(compared[tool])} answers", check(tool, compared[tool]))
        else:
            tap.test(f"comparison with {tool} # SKIP it is not there", [])
    tap.test("comparison: every known difference is one of a tool", [f"no tool {row[0]}" for row in known_differences() if row[0] not in TOOLS])
