"""What the user declares: senders, HELO names, addresses that never send.  (checks.md, "Roles of an IP", and the matrix of section 6)

A line: name of the file in expected/, exit status, domain, what is declared.  Most look only at what a declaration changes.
"""

from . import expected
from .program import at_once, audit, audit_json

DNS_ONLY = ("--only", "ip,ptr,helo,mx.null")
WITH_BANNER = ("--only", "ip,ptr,helo,mx.null,banner")
DKIM = ("good", "rsa512", "rsa1024", "rsa4096", "ed25519", "revoked", "testing", "sha1", "no-mail", "late-version", "no-version",
        "no-base64", "blank-end", "two", "dangling", "alias", "loop1", "nowhere")


def sender(*values):
    return options("--sender", *values)


def options(name, *values):
    return tuple(word for value in values for word in (name, value))


def only_mx(number):
    """A sender that is in order elsewhere, so that the domain's own MX host only receives."""
    return sender("11.22.1.25=mx1.good.lab") + ("--not-sender", f"11.22.{number}.25")


VARIANTS = [
    # What is wrong with the reverse name of a declared sender, and of an address that only receives.
    ("no-ptr.sender", 1, "no-ptr.lab", DNS_ONLY + sender("11.22.20.25=mx1.no-ptr.lab")),
    ("no-ptr.mx", 0, "no-ptr.lab", DNS_ONLY + only_mx(20)),
    ("ptr-nxdomain.sender", 1, "ptr-nxdomain.lab", DNS_ONLY + sender("11.22.22.25=mx1.ptr-nxdomain.lab")),
    ("ptr-nxdomain.mx", 0, "ptr-nxdomain.lab", DNS_ONLY + only_mx(22)),
    ("two-ptr.sender", 0, "two-ptr.lab", DNS_ONLY + sender("11.22.24.25=mx1.two-ptr.lab")),
    ("two-ptr.mx", 0, "two-ptr.lab", DNS_ONLY + only_mx(24)),
    ("ptr-invalid.sender", 1, "ptr-invalid.lab", DNS_ONLY + sender("11.22.30.25=mx1.ptr-invalid.lab")),
    ("ptr-invalid.mx", 0, "ptr-invalid.lab", DNS_ONLY + only_mx(30)),
    ("generic-ptr.sender", 1, "generic-ptr.lab", DNS_ONLY + sender("11.22.32.25=mx1.generic-ptr.lab")),
    ("generic-ptr.mx", 0, "generic-ptr.lab", DNS_ONLY + only_mx(32)),
    ("ptr-target-cname.mx", 0, "ptr-target-cname.lab", DNS_ONLY + only_mx(29)),
    ("eleven-ptr.mx", 0, "eleven-ptr.lab", ("--only", "ptr.exists,ptr.fcrdns,ptr.single") + only_mx(26)),
    ("ptr-servfail.mx", 0, "ptr-servfail.lab", DNS_ONLY + only_mx(33)),
    ("ptr-servfail.sender", 3, "ptr-servfail.lab", DNS_ONLY + sender("11.22.33.25=mx1.ptr-servfail.lab")),

    # The matrix.  Addresses and PTR in order:
    ("helo.is-ptr", 0, "unsigned.lab", DNS_ONLY + sender("11.22.5.25=MX1.Unsigned.lab.")),
    ("helo.other-name", 0, "banner-differs.lab", DNS_ONLY + sender("11.22.40.25=other.banner-differs.lab")),
    ("helo.elsewhere", 1, "unsigned.lab", DNS_ONLY + sender("11.22.5.25=mx1.opensmtpd.lab")),
    ("helo.no-such-name", 1, "unsigned.lab", DNS_ONLY + sender("11.22.5.25=nowhere.unsigned.lab")),
    ("helo.only-mx", 0, "unsigned.lab", DNS_ONLY + sender("11.22.5.25=unsigned.lab")),
    ("helo.alias", 0, "mx-cname.lab", DNS_ONLY + sender("11.22.63.25=alias.mx-cname.lab")),
    ("helo.servfail", 3, "unsigned.lab", DNS_ONLY + sender("11.22.5.25=mx1.bogus.lab")),
    ("helo.localhost", 1, "unsigned.lab", DNS_ONLY + sender("11.22.5.25=localhost")),
    ("helo.single-label", 1, "unsigned.lab", DNS_ONLY + sender("11.22.5.25=mail")),
    ("helo.special-use", 1, "unsigned.lab", DNS_ONLY + sender("11.22.5.25=mail.local")),
    ("helo.bare-ip", 1, "unsigned.lab", DNS_ONLY + sender("11.22.5.25=11.22.5.25")),
    ("helo.literal", 0, "unsigned.lab", DNS_ONLY + sender("11.22.5.25=[11.22.5.25]")),
    ("helo.literal-of-another", 1, "unsigned.lab", DNS_ONLY + sender("11.22.5.25=[11.22.2.25]")),
    # PTR does not lead back:
    ("helo.is-ptr-elsewhere", 1, "ptr-elsewhere.lab", DNS_ONLY + sender("11.22.23.25=elsewhere.ptr-elsewhere.lab")),
    ("helo.is-ptr-nxdomain", 1, "ptr-nxdomain.lab", DNS_ONLY + sender("11.22.22.25=gone.ptr-nxdomain.lab")),
    ("helo.is-ptr-other-family", 1, "ptr-other-family.lab", DNS_ONLY + sender("11.22.31.25=six.ptr-other-family.lab")),
    ("helo.ptr-stale", 1, "ptr-elsewhere.lab", DNS_ONLY + sender("11.22.23.25=mx1.ptr-elsewhere.lab")),
    # No PTR, and the HELO name no better:
    ("helo.bad-no-ptr", 1, "no-ptr.lab", DNS_ONLY + sender("11.22.20.25=localhost")),
    # Not declared: the banner stands in for it if there is one.
    ("helo.undeclared", 0, "unsigned.lab", DNS_ONLY + sender("11.22.5.25")),
    ("helo.undeclared-no-mx", 0, "unsigned.lab", DNS_ONLY + sender("11.22.1.25") + ("--not-sender", "11.22.5.25")),
    # Declared: then a poor banner is only a banner.
    ("banner-short.sender", 0, "banner-short.lab", WITH_BANNER + sender("11.22.41.25=mx1.banner-short.lab")),
    ("banner-short.mx", 0, "banner-short.lab", WITH_BANNER + only_mx(41)),

    # Who sends.
    ("sender.ipv6", 0, "opensmtpd.lab", DNS_ONLY + sender("2a0b:bb80:2::25=mx1.opensmtpd.lab")),
    ("sender.host-name", 0, "opensmtpd.lab", DNS_ONLY + sender("mx1.opensmtpd.lab=mx1.opensmtpd.lab")),
    ("sender.private", 1, "mx-private.lab", DNS_ONLY + sender("10.0.0.25=mx1.mx-private.lab")),
    ("sender.null-mx", 1, "null-mx.lab", DNS_ONLY + sender("11.22.1.25=mx1.good.lab")),
    ("sender.not-in-spf", 1, "unsigned.lab", ("--only", "spf") + sender("11.22.1.25=mx1.good.lab")),
    ("not-sender", 0, "no-ptr.lab", DNS_ONLY + ("--not-sender", "11.22.20.0/24")),

    # Selectors, and what else mail is sent with.
    ("dkim.all", 1, "dkim-keys.lab", ("--only", "dkim") + options("--dkim", *DKIM)),
    ("dkim.good", 0, "good.lab", ("--only", "dkim", "--dkim", "s1")),
    ("dkim.ed25519", 0, "dkim-ed25519.lab", ("--only", "dkim", "--dkim", "s1")),
    ("dkim.wildcard", 1, "dkim-wildcard.lab", ("--only", "dkim", "--dkim", "s1")),
    ("dkim.bogus", 3, "bogus.lab", ("--only", "dkim", "--dkim", "s1")),
    ("dmarc.from", 0, "dmarc-sub.lab", ("--only", "dmarc") + options("--from", "sub.dmarc-sub.lab", "www.dmarc-sub.lab", "nowhere.dmarc-sub.lab")),
    *[(f"dnsbl.{name}", 0, "listed.lab", ("--only", "dnsbl", "--dnsbl", f"bl-{name}.lab")) for name in ("good", "dead", "all", "refuses", "parked")],
    ("dmarc.bulk", 1, "dmarc-missing.lab", ("--only", "dmarc", "--volume", "bulk")),
]

# Exit statuses that need no more than their number.  (interface.md)
STATUSES = [
    (0, ("good.lab",)),
    (0, ("-4", "good.lab")),        # what is switched off leaves nothing undecided
    (0, ("-6", "good.lab")),
    (1, ("no-ptr.lab",)),
    (3, ("ptr-servfail.lab",)),
    (1, ("bogus.lab",)),
    (1, ("ptr-servfail.lab", "no-ptr.lab", "good.lab")),       # 1 beats 3 beats 0
    (3, ("ptr-servfail.lab", "good.lab")),
    (1, ("--fail-on", "warn", "two-ptr.lab")),
    (0, ("two-ptr.lab",)),
    (0, ("--fail-on", "never", "no-ptr.lab")),
    (2, ("--no-such-option", "good.lab")),
    (4, ("--format", "json=/dev/full", "good.lab")),
]


def check(variant):
    name, status, domain, declared = variant
    outcome = audit_json(*declared, domain)
    documents = outcome.documents()
    if len(documents) != 1:
        return outcome.trouble(status) or [f"{len(documents)} documents"]
    return expected.compare(name, documents[0]) + outcome.trouble(status)


def check_from_mta():
    """The machine of the lab has a Postfix: it says its name, and the machine's addresses are senders."""
    outcome = audit_json("--only", "ip,ptr,helo,spf.authorizes", "--from-mta", "unsigned.lab", environment=["MAIL_CONFIG=/run/lab/conf/postfix"])
    documents = outcome.documents()
    return outcome.trouble(1) + [line for document in documents for line in expected.compare("from-mta", document)] + ["no document"] * (not documents)


def test(tap):
    tap.test("declared: by the mail server of this machine", check_from_mta())
    for variant, wrong in zip(VARIANTS, at_once(check, VARIANTS)):
        tap.test(f"declared: {variant[0]}", wrong)
    for (status, words), outcome in zip(STATUSES, at_once(lambda item: audit(*item[1]), STATUSES)):
        tap.test(f"exit status {status}: {' '.join(words)}", outcome.trouble(status))
