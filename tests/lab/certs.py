"""The lab's CA, a certificate for each host of the table, and DKIM keys."""

import base64
import gzip
import hashlib
import shutil
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

from world import DOMAINS

DAYS_VALID = 90
RENEW_AFTER = 7 * 86400     # long before a third of the lifetime is left, which mailready would report

NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
NEW_RSA_KEY = ["-newkey", "rsa:2048", "-nodes"]
NEW_WEAK_KEY = ["-newkey", "rsa:1024", "-nodes"]


def _date(days):
    return time.strftime("%Y%m%d%H%M%SZ", time.gmtime(time.time() + days * 86400))


# Kinds of certificates whose dates are out of the ordinary: the first and the last day.  "soon" stays so for a week.
DATES = {"expired": lambda: ("20240101000000Z", "20240401000000Z"), "soon": lambda: (_date(-80), _date(10))}
ED25519_OCTETS = 32


BRAND_INDICATOR, LOGOTYPE = "1.3.6.1.5.5.7.3.31", "1.3.6.1.5.5.7.1.12"
SHA256 = "300b0609608648016503040201"       # as AlgorithmIdentifier


def _der(tag, *parts):
    contents = b"".join(parts)
    size = len(contents).to_bytes((len(contents).bit_length() + 7) // 8, "big")
    return bytes([tag]) + (size if len(contents) < 128 else bytes([0x80 | len(size)]) + size) + contents


def _logotype(svg):
    """RFC 9399 4.1: LogotypeExtn, with one image of the subject that is held in a data URL."""
    packed = gzip.compress(svg, mtime=0)
    url = b"data:image/svg+xml;base64," + base64.b64encode(packed)
    digest = _der(0x30, bytes.fromhex(SHA256), _der(0x04, hashlib.sha256(packed).digest()))
    details = _der(0x30, _der(0x16, b"image/svg+xml"), _der(0x30, digest), _der(0x30, _der(0x16, url)))
    return _der(0x30, _der(0xa2, _der(0xa0, _der(0x30, _der(0x30, details)))))


def _openssl(*arguments, **more):
    return subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, **more).stdout


class Certificates:
    """Files NAME.KIND.key and NAME.KIND.pem in one directory, kept from one `up` to the next until they are a week old."""

    def __init__(self, lab):
        self.directory = lab / "tls"
        self._dkim = {}
        self.ca, self.ca_key = lab / "ca.pem", self.directory / "ca.key"
        if not self.ca_key.exists() or time.time() - self.ca_key.stat().st_mtime > RENEW_AFTER:
            shutil.rmtree(self.directory, ignore_errors=True)
            self.directory.mkdir(parents=True)
            self._new_ca()

    def _new_ca(self):
        _openssl("req", "-x509", *NEW_KEY, "-subj", "/CN=mailready lab CA", "-days", 365, "-keyout", self.ca_key, "-out", self.ca,
                 "-addext", "keyUsage=critical,keyCertSign,cRLSign")

    def paths(self, name, kind="good"):
        return self.directory / f"{name}.{kind}.key", self.directory / f"{name}.{kind}.pem"

    def issue_all(self):
        # One server with RSA, since auditors have to see both kinds.
        wanted = [(h.fqdn, h.cert, NEW_RSA_KEY if h.by == "opensmtpd" else NEW_KEY) for d in DOMAINS for h in d.hosts]
        wanted += [(d.mta_sts.fqdn, d.mta_sts.cert, NEW_KEY) for d in DOMAINS if d.mta_sts]
        wanted += [(d.bimi_host, "good", NEW_KEY) for d in DOMAINS if d.bimi]
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda item: self._issue(*item), wanted))
            list(pool.map(self._issue_mark, [d for d in DOMAINS if d.bimi and d.mark]))

    def mark_path(self, domain):
        """Of the mark certificate: a name of its own for each logo, since the files are kept."""
        return self.directory / f"{domain.name}.mark-{hashlib.sha256(domain.mark.encode()).hexdigest()[:8]}.pem"

    def _issue_mark(self, domain):
        pem = self.mark_path(domain)
        if not pem.exists():
            _openssl("req", "-x509", *NEW_KEY, "-subj", f"/CN={domain.name}", "-days", DAYS_VALID, "-keyout", "/dev/null", "-out", pem,
                     "-CA", self.ca, "-CAkey", self.ca_key, "-addext", "basicConstraints=critical,CA:FALSE",
                     "-addext", f"subjectAltName=DNS:{domain.name}", "-addext", f"extendedKeyUsage={BRAND_INDICATOR}",
                     "-addext", f"{LOGOTYPE}=DER:{_logotype(domain.logo(domain.mark).encode()).hex()}")

    def _issue(self, name, kind, new_key):
        key, pem = self.paths(name, kind)
        if pem.exists():
            return
        subject = "www.unrelated.lab" if kind == "wrongname" else name
        names = ["-subj", f"/CN={subject}"] + ([] if kind == "nosan" else ["-addext", f"subjectAltName=DNS:{subject}"])
        new_key = NEW_WEAK_KEY if kind == "rsa1024" else new_key
        if kind in DATES:
            self._issue_dated(name, key, pem, *DATES[kind]())
        elif kind == "selfsigned":
            _openssl("req", "-x509", *new_key, *names, "-days", DAYS_VALID, "-keyout", key, "-out", pem)
        else:
            _openssl("req", "-x509", *new_key, *names, "-days", DAYS_VALID, "-keyout", key, "-out", pem, *(["-sha1"] if kind == "sha1" else []),
                     "-CA", self.ca, "-CAkey", self.ca_key, "-addext", "basicConstraints=critical,CA:FALSE")

    def _issue_dated(self, name, key, pem, start, end):
        """Only `openssl ca` lets one choose the dates, and it wants a directory of its own."""
        work = self.directory / f"{name}.ca"
        work.mkdir(exist_ok=True)
        (work / "index").touch()
        (work / "ca.cnf").write_text(f"""[ca]
default_ca = lab
[lab]
database = {work}/index
new_certs_dir = {work}
rand_serial = yes
default_md = sha256
policy = any
copy_extensions = copy
[any]
commonName = supplied
""")
        request = work / "request"
        _openssl("req", "-new", *NEW_KEY, "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}", "-keyout", key, "-out", request)
        _openssl("ca", "-batch", "-config", work / "ca.cnf", "-cert", self.ca, "-keyfile", self.ca_key, "-in", request, "-out", pem,
                 "-notext", "-startdate", start, "-enddate", end)

    def tlsa(self, name, kind, words):
        """A TLSA record from "USAGE SELECTOR MATCHING [other]": of the host's certificate, with usage 0 or 2 of the CA's."""
        usage, selector, matching, *other = words.split()
        pem = self.ca if usage in "02" else self.paths(name, kind)[1]
        if selector == "0":
            data = _openssl("x509", "-in", pem, "-outform", "DER")
        else:
            data = _openssl("pkey", "-pubin", "-outform", "DER", input=_openssl("x509", "-in", pem, "-pubkey", "-noout"))
        data += b"x" if other else b""
        digest = {"0": bytes.hex, "1": lambda d: hashlib.sha256(d).hexdigest(), "2": lambda d: hashlib.sha512(d).hexdigest()}
        return f"{usage} {selector} {matching} {digest[matching](data)}"

    def dkim_keys(self):
        """Public keys as DKIM records hold them, by kind."""
        if not self._dkim:
            self._dkim = {f"rsa{bits}": self._dkim_key(f"rsa{bits}", "RSA", "-pkeyopt", f"rsa_keygen_bits:{bits}")
                          for bits in (512, 1024, 2048, 4096)}
            self._dkim["ed25519"] = self._dkim_key("ed25519", "ED25519")
        return self._dkim

    def _dkim_key(self, name, algorithm, *options):
        path = self.directory / f"dkim-{name}.key"
        if not path.exists():
            _openssl("genpkey", "-algorithm", algorithm, *options, "-out", path)
        der = _openssl("pkey", "-in", path, "-pubout", "-outform", "DER")
        return base64.b64encode(der[-ED25519_OCTETS:] if algorithm == "ED25519" else der).decode()
