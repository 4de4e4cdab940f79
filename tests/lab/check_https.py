"""What the lab's web servers must say about MTA-STS policies.  Used by check, inside the lab."""

import re
import socket
import ssl

from world import DOMAINS

PLAIN = rb"(?s)HTTP/1\.1 200 OK\r\n.*Content-Type: text/plain\r\n.*\r\n\r\n%s"
# What isn't a policy as text/plain.
ANSWER = {      # domain: what the response looks like
    "sts-redirect.lab": rb"(?s)HTTP/1\.1 301 .*\r\nLocation: https://mta-sts\.good\.lab/.*",
    "sts-404.lab": rb"(?s)HTTP/1\.1 404 .*",
    "sts-html.lab": rb"(?s)HTTP/1\.1 200 OK\r\n.*Content-Type: text/html\r\n.*",
    "sts-gzip.lab": rb"(?s)HTTP/1\.1 200 OK\r\n.*Content-Type: text/plain\r\n.*Content-Encoding: gzip\r\n.*\r\n\r\n\x1f\x8b.*",
    "sts-header-bomb.lab": rb"HTTP/1\.1 200 OK\r\nContent-Type: text/plain\r\n(X-Bomb: 1\r\n){1000,}.*",
    "sts-endless.lab": rb"(?s)HTTP/1\.1 200 OK\r\n.*\r\n\r\nx{100000,}",
    "sts-drip.lab": rb"(?s)HTTP/1\.1 200 OK\r\n.*\r\n\r\nx{1,10}",
    "sts-chunks.lab": rb"(?s)HTTP/1\.1 200 OK\r\n.*Transfer-Encoding: chunked\r\n\r\n1;x{60000}\r\nv\r\n1;x.*",
    "sts-bomb.lab": rb"(?s)HTTP/1\.1 200 OK\r\n.*Transfer-Encoding: gzip\r\n\r\n\x1f\x8b.*",
}
CERTIFICATE = {"sts-expired.lab": "certificate has expired", "sts-wrongname.lab": "Hostname mismatch", "sts-selfsigned.lab": "self-signed certificate"}
SECOND_TIME = ("sts-reset-once.lab",)
NO_CONNECTION = {"sts-private.lab": ConnectionRefusedError, "sts-refused.lab": ConnectionRefusedError, "sts-blackhole.lab": TimeoutError}
ENOUGH = 200000


def fetch(host, address):
    """Some of the response: two seconds, or ENOUGH octets."""
    context = ssl.create_default_context(cafile="/run/lab/conf/ca.pem")
    data = b""
    with context.wrap_socket(socket.create_connection((address, 443), 2), server_hostname=host) as secure:
        secure.sendall(b"GET /.well-known/mta-sts.txt HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n" % host.encode())
        try:
            while len(data) < ENOUGH and (more := secure.recv(65536)) and not (more == b"x" and data.endswith(b"xx")):
                data += more
        except TimeoutError:
            pass
    return data


def check_policy(domain, address, again=True):
    try:
        data = fetch(domain.mta_sts.fqdn, address)
    except OSError as error:
        if domain.name in SECOND_TIME and again:
            return check_policy(domain, address, again=False)
        if domain.name in CERTIFICATE:
            return [] if CERTIFICATE[domain.name] in str(error) else [repr(error)]
        return [] if isinstance(error, NO_CONNECTION.get(domain.name, ())) else [repr(error)]
    if domain.name in CERTIFICATE or domain.name in NO_CONNECTION:
        return [f"talks: {data[:200]!r}"]
    text = domain.mta_sts.text(domain).replace("\n", "\r\n").encode()
    return [] if re.fullmatch(ANSWER.get(domain.name, PLAIN % re.escape(text)), data) else [f"{data[:300]!r}"]


def https_checks():
    for domain in DOMAINS:
        for address in domain.mta_sts.addresses if domain.mta_sts else ():
            yield f"https {domain.mta_sts.fqdn} {address}", check_policy, (domain, address)
