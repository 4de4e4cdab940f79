"""What the lab's mail servers must say.  Used by check, inside the lab."""

import re
import socket
import ssl
import time

from world import DOMAINS


class Conversation:
    """A plain client; every reply is kept as bytes."""

    def __init__(self, address, seconds=30):
        self.socket = socket.create_connection((address, 25), timeout=seconds)
        self.rest = b""

    def reply(self):
        lines = b""
        while True:
            while b"\n" not in self.rest:
                data = self.socket.recv(65536)
                if not data:
                    return lines + self.rest
                self.rest += data
            line, _, self.rest = self.rest.partition(b"\n")
            lines += line + b"\n"
            if line[3:4] != b"-" or len(lines) > 1 << 20:
                return lines

    def say(self, command):
        self.socket.sendall(command + b"\r\n")
        return self.reply()


EHLO = b"EHLO probe.lab"
# What a peer says that isn't the polite conversation of its host in the table.
GREETING = {        # domain: (seconds at least, what the greeting looks like)
    "postscreen.lab": (5.5, rb"220-mx1\.postscreen\.lab .*\r\n220 mx1\.postscreen\.lab .*\r\n"),
    "postscreen-words.lab": (5.5, rb"220-On patiente\r\n220 mx1\.postscreen-words\.lab .*\r\n"),
    "postscreen-drop.lab": (0, rb"(220-.*\r\n)?521 .*11\.9\.9\.9.*blocked using bl-probe\.lab\r\n"),
    "spamd.lab": (9.5, rb"220 mx1\.spamd\.lab ESMTP spamd .*\r\n"),
    "one-octet.lab": (19.5, rb"220 mx1\.one-octet\.lab .*\r\n"),
    "needs-ptr.lab": (0, rb"554 .* PTR\r\n"),
    "teaser-521.lab": (0, rb"220-.*\r\n521 .*\r\n"),
    "teaser-421.lab": (0, rb"220-.*\r\n421 .*\r\n"),
    "banner-escapes.lab": (0, rb"220 m\\120\.banner-escapes\.lab\0 .*\r\n"),
    "tarpit.lab": (19.5, rb"220 mx1\.tarpit\.lab .*\r\n"),
    "slow.lab": (13.5, rb"220 mx1\.slow\.lab .*\r\n"),
    "close-after-connect.lab": (0, rb""),
    "reject-554.lab": (0, rb"554 5\.7\.1 no SMTP service here\r\n"),
    "reject-us.lab": (0, rb"554 .*11\.9\.9\.9.*blocked.*\r\n"),
    "busy-421.lab": (0, rb"421 .*\r\n"),
    "endless-greeting.lab": (0, rb"(220-.*\r\n){1000,}"),
    "bad-code.lab": (0, rb"2x0 hello\r\n"),
    "bare-lf.lab": (0, rb"220 mx1\.bare-lf\.lab [^\r]*\n"),
    "starred-banner.lab": (0, rb"220 \*{11}2\*{4}\r\n"),
    "hostile-banner.lab": (0, rb"220 .*<script>.*\x1b\[31m.*\xe2\x80\xae.*\xff\xfe.*\0.*\r\n"),
    "two-names.lab": (0, rb"220 node[12]\.two-names\.lab .*\r\n"),
    "one-bad-name.lab": (0, rb"220 (mx1|old)\.one-bad-name\.lab .*\r\n"),
}
REPLY = {           # domain: what the reply to EHLO looks like
    "close-after-ehlo.lab": rb"",
    "helo-only.lab": rb"500 .*\r\n",
    "ehlo-refused.lab": rb"550 .*\r\n",
    "ehlo-tempfail.lab": rb"450 .*\r\n",
    "one-octet.lab": rb"250 mx1\.one-octet\.lab\r\n",
    "spamd.lab": rb"250 Hello, spam sender.*\r\n",
    "ehlo-no-codes.lab": rb"250-.*\r\nPIPELINING\r\n",
    "mixed-codes.lab": rb"250-.*\r\n250-.*\r\n251-.*\r\n250 .*\r\n",
    "long-line.lab": rb"(?s).*\r\n250-X-LONG x{587}\r\n.*",
    "auth-before-tls.lab": rb"(?s).*250-AUTH PLAIN\r\n.*250-STARTTLS\r\n.*",
    "two-names.lab": rb"(?s)250-node[12]\.two-names\.lab .*",
    "one-bad-name.lab": rb"(?s)250-(mx1|old)\.one-bad-name\.lab .*",
    "starred-banner.lab": rb"(?s)250-.*250 XXXXXXXA\r\n",
    "bare-lf.lab": rb"(?s)250-mx1\.bare-lf\.lab [^\r]*STARTTLS\n",
    "delay20.lab": rb"(?s)250-mx1\.delay20\.lab .*",
}
STARTTLS = {        # domain: how it ends, "|" between the words of OpenSSL 3.0 and 3.5
    "no-starttls.lab": "502", "spamd.lab": "502", "one-octet.lab": "502", "ehlo-no-codes.lab": "", "handshake-resets.lab": "Connection reset",
    "tls-resets.lab": "", "tls-silent.lab": "",
    "sts-no-starttls.lab": "502", "delay20.lab": "502", "starttls-454.lab": "454", "mixed-codes.lab": "", "bare-lf.lab": "",
    "helo-only.lab": "", "ehlo-refused.lab": "", "ehlo-tempfail.lab": "", "close-after-ehlo.lab": "", "starred-banner.lab": "",
    "injection.lab": "injected", "injection-late.lab": "injected late", "tls-broken.lab": "WRONG_VERSION_NUMBER",
    "tls-selfsigned.lab": "self-signed certificate", "tls-expired.lab": "certificate has expired", "tls-wrongname.lab": "Hostname mismatch",
    "tls-weak-key.lab": "EE certificate key too weak", "tls-sha1.lab": "CA signature digest algorithm too weak",
    "tls-1-0.lab": "legacy sigalg disallowed|alert protocol version", "dane-selfsigned.lab": "self-signed certificate", "dane-no-starttls.lab": "502",
}
INSIDE = {          # domain: what the reply to EHLO inside TLS looks like, and a farewell
    "tls-refuses-ehlo.lab": (rb"503 .*\r\n", b"221"), "tls-421.lab": (rb"421 .*\r\n", b""), "tls-closes.lab": (rb"", b""), "tls-cuts-reply.lab": (rb"250-.*\r\n250-PIPELI", b""),
    "tls-speaks-first.lab": (rb"220 .*\r\n", b"250"),
}
NO_SESSION = {      # domain: how it fails
    "silent.lab": TimeoutError, "blackhole.lab": TimeoutError, "refused.lab": ConnectionRefusedError,
    "reset-after-connect.lab": ConnectionResetError,
}
NO_EHLO = {"needs-ptr.lab", "teaser-521.lab", "teaser-421.lab", "postscreen-drop.lab", "close-after-connect.lab", "reject-554.lab", "reject-us.lab", "busy-421.lab", "endless-greeting.lab", "bad-code.lab"}


def check_no_session(address, error):
    try:
        return [f"talks: {Conversation(address, 3).reply()!r}"]
    except OSError as got:
        return [] if isinstance(got, error) else [f"{got!r} instead of {error.__name__}"]


def check_session(domain, host, address):
    started = time.monotonic()
    talk = Conversation(address)
    greeting = talk.reply()
    seconds = time.monotonic() - started
    at_least, pattern = GREETING.get(domain.name, (0, rb"220 %s .*\r\n" % re.escape(host.banner.encode())))
    wrong = []
    if not re.fullmatch(pattern, greeting):
        wrong.append(f"greeting {greeting[:200]!r}")
    if not at_least <= seconds < at_least + 60:     # generous: the machine may be busy
        wrong.append(f"greets after {seconds:.1f} s")
    if domain.name in NO_EHLO:
        return wrong
    reply = talk.say(EHLO)
    if not re.fullmatch(REPLY.get(domain.name, rb"(?s)250-%s[ \r].*" % re.escape(host.ehlo.encode())), reply):
        wrong.append(f"EHLO reply {reply[:200]!r}")
    outcome = STARTTLS.get(domain.name, "secure")
    return wrong if outcome == "" else wrong + check_starttls(talk, host, outcome, INSIDE.get(domain.name, (rb"(?s)250[- ].*", b"221")))


def check_starttls(talk, host, outcome, inside):
    reply = talk.say(b"STARTTLS")
    if outcome in ("502", "454"):
        return [] if reply.startswith(outcome.encode()) else [f"STARTTLS reply {reply!r}"]
    if outcome.startswith("injected"):
        at_once = talk.rest
        late = b"" if at_once else talk.reply()
        return [] if (at_once if outcome == "injected" else late) == b"250 injected\r\n" else [f"after STARTTLS {at_once!r} {late!r}"]
    context = ssl.create_default_context(cafile="/run/lab/conf/ca.pem")
    try:
        secure = context.wrap_socket(talk.socket, server_hostname=host.fqdn)
    except OSError as error:
        return [] if any(words in str(error) for words in outcome.split("|")) else [f"TLS: {error}"]
    if outcome != "secure":
        return [f"TLS works, no {outcome!r}"]
    talk.socket = secure
    reply, (pattern, farewell) = talk.say(EHLO), inside
    wrong = [] if re.fullmatch(pattern, reply) else [f"EHLO reply inside TLS {reply!r}"]
    return wrong if not farewell or talk.say(b"QUIT").startswith(farewell) else wrong + [f"no {farewell.decode()}"]


def check_recipients(address, domain):
    """Postmaster is accepted and nothing is relayed; no mail is sent."""
    talk = Conversation(address)
    talk.reply()
    talk.say(EHLO)
    talk.say(b"MAIL FROM:<>")
    own, foreign = (talk.say(b"RCPT TO:<postmaster@%s>" % name.encode()) for name in (domain, "elsewhere.lab"))
    talk.say(b"QUIT")
    return [] if own.startswith(b"250") and foreign.startswith(b"55") else [f"{own!r} {foreign!r}"]


def smtp_checks():
    for name, address in (("good.lab", "11.22.1.25"), ("opensmtpd.lab", "11.22.2.25"), ("exim.lab", "11.22.3.25")):
        yield f"{name} recipients", check_recipients, (address, name)
    for domain in DOMAINS:
        for host in domain.hosts:
            for address in host.addresses:
                if domain.name in NO_SESSION:
                    yield f"{host.fqdn} {address} port 25", check_no_session, (address, NO_SESSION[domain.name])
                elif host.by == "nobody":
                    yield f"{host.fqdn} {address} port 25", check_no_session, (address, ConnectionRefusedError)
                else:
                    yield f"{host.fqdn} {address} port 25", check_session, (domain, host, address)
