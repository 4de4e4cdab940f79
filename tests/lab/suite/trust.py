"""Where this machine keeps the certificates of authorities: the audit, which opens no other file, finds the lab's in each place."""

import subprocess
import tempfile
from pathlib import Path

from .program import LAB_DIR, audit_json

# Without DANE, which needs no authority, and with a policy, for which senders have to trust the web server.
DOMAINS = ("unsigned.lab", "sts-testing.lab")
CHECKS = ("tls.chain", "mta_sts.fetch")
AUTHORITY = LAB_DIR / "ca.pem"
# "openssl x509 -hash", the name by which OpenSSL looks for an authority in a directory.
HASH = "openssl x509 -noout -subject_hash -in".split()


def places(directory, subject_hash):
    """What is tried, and the environment that says so.  The linked file lies outside of every directory that is named."""
    empty, linked, plain = directory / "empty", directory / "linked", directory / "plain"
    kept = directory / "kept" / "authority"
    for made in (empty, linked, plain, kept.parent):
        made.mkdir()
    kept.write_bytes(AUTHORITY.read_bytes())
    (plain / f"{subject_hash}.0").write_bytes(AUTHORITY.read_bytes())
    (linked / f"{subject_hash}.0").symlink_to(kept)
    nowhere = f"SSL_CERT_FILE={directory / 'nowhere'}"
    return (("a file", f"SSL_CERT_FILE={kept}", f"SSL_CERT_DIR={empty}"),
            ("a directory", nowhere, f"SSL_CERT_DIR={plain}"),
            ("the second of two directories, by a link", nowhere, f"SSL_CERT_DIR={empty}:{linked}"))


def told(*environment):
    """What is said of each certificate, by check."""
    outcome = audit_json("--only", ",".join(CHECKS), *DOMAINS, environment=environment, trust=())
    said = [f for d in outcome.documents() for f in d["findings"] if f["id"] in CHECKS and f["status"] != "skipped"]
    return {check: {(f["status"], f.get("reason")) for f in said if f["id"] == check} for check in CHECKS}


def test(tap):
    with tempfile.TemporaryDirectory() as made:
        directory = Path(made)
        subject_hash = subprocess.run([*HASH, AUTHORITY], stdout=subprocess.PIPE, check=True, text=True).stdout.strip()
        for name, *environment in places(directory, subject_hash):
            said = told(*environment)
            tap.test(f"authorities in {name}", [f"{check}: {said[check]}" for check in CHECKS if said[check] != {("pass", None)}])
        said = told(f"SSL_CERT_FILE={directory / 'nowhere'}", f"SSL_CERT_DIR={directory / 'empty'}")
        tap.test("a machine without any authority cannot tell",
                 [f"{check}: {said[check]}" for check in CHECKS if said[check] != {("unknown", "resources")}])
