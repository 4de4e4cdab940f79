"""The lab's world: every domain, every host, and what is wrong with each.

This is the table to read and to change; build.py turns it into zones, certificates and server configurations, and
model.py says what each word means.  A domain is

    Domain(NAME, NUMBER, what is wrong, hosts, exceptions)

It is NAME.lab; its hosts have the addresses 11.22.NUMBER.25 and, with v6=True, 2a0b:bb80:NUMBER::25.  What isn't said
is in order: mx1.NAME.lab is the MX, has an address, a PTR to itself, says its name in banner and EHLO reply, offers
STARTTLS with a certificate of the lab's CA; SPF is "mx -all", DMARC is reject, and the zone is signed.

`by` says who answers on port 25: postfix (unless said otherwise), postscreen, opensmtpd, exim, nobody, or a script of
peers.py.  The addresses 11.66.0.0/16 and 2a0b:bb80:66::/48 swallow packets without a word.
"""

import os

from model import (ECDSAP256SHA256, FLAKY_SERVERS, LAME_SERVER, NAME_SERVERS, OTHER_SERVER, ROOT_SERVERS, RSASHA1, RSASHA1_NSEC3_SHA1,
                   RSASHA256, ED25519,
                   Domain, Zone, host, policy)

PROBE = ("11.9.9.9", "2a0b:bb80:9::9")

DOMAINS = [
    # All in order.
    Domain("good", 1, "nothing: two hosts, DKIM, DMARC, MTA-STS, TLS-RPT, DANE",
           host("mx1", v6=True), host("mx2", at=26, v6=True),
           dmarc="v=DMARC1; p=quarantine; rua=mailto:dmarc@{}",
           dkim=True, dane=True, mta_sts=policy(),
           records=['_smtp._tls TXT "v=TLSRPTv1; rua=mailto:tlsrpt@good.lab"']),
    Domain("opensmtpd", 2, "nothing: OpenSMTPD", host(by="opensmtpd", v6=True)),
    Domain("exim", 3, "nothing: Exim", host(by="exim", v6=True)),
    Domain("postscreen", 4, "nothing, but postscreen waits 6 s before the last greeting line", host(by="postscreen")),
    Domain("unsigned", 5, "nothing, but neither the zone nor its delegation is signed", host(by="opensmtpd"), zone="unsigned"),
    Domain("ipv6-only", 6, "no IPv4 address", host(v4=None, v6=True)),
    Domain("canary1", 7, "nothing: shows whether port 25 works here", host(v6=True)),
    Domain("canary2", 8, "nothing: shows whether port 25 works here", host(v6=True, by="opensmtpd")),
    Domain("canary3", 9, "nothing: shows whether port 25 works here", host(v6=True, by="exim")),
    Domain("probe", 10, "nothing: the host that the lab's commands run on; it receives no mail",
           host("@", v4=PROBE[0], v6=PROBE[1], by="nobody"), mx=[], spf="v=spf1 a -all"),

    # Reverse names.
    Domain("no-ptr", 20, "the reverse zone answers NXDOMAIN", host(ptr=None), reverse="signed"),
    Domain("ptr-nodata", 21, "the reverse name exists, but has no PTR", host(ptr=None), reverse="signed",
           reverse_records=['25 TXT "no PTR here"']),
    Domain("ptr-nxdomain", 22, "PTR to a name that does not exist", host(ptr="gone")),
    Domain("ptr-elsewhere", 23, "PTR to a name with another address", host(ptr="elsewhere", by="opensmtpd"),
           records=["elsewhere A 11.22.23.99"]),
    Domain("two-ptr", 24, "two PTRs, one leads back", host(ptr=["mx1", "old"]), records=["old A 11.22.24.99"]),
    Domain("two-ptr-good", 25, "two PTRs, both lead back", host(ptr=["mx1", "mail"], by="exim"), records=["mail A 11.22.25.25"]),
    Domain("eleven-ptr", 26, "eleven PTRs, all lead back",
           host(ptr=["mx1"] + [f"www{i}" for i in range(1, 11)]), records=[f"www{i} A 11.22.26.25" for i in range(1, 11)]),
    Domain("rfc2317", 27, "nothing: classless delegation, a CNAME in the reverse zone", host(ptr=None), reverse="signed",
           reverse_records=["25 CNAME 25.0-63"]),
    Domain("ptr-dangling-cname", 28, "a CNAME in the reverse zone leads to nothing", host(ptr=None), reverse="signed",
           reverse_records=["25 CNAME 25.0-63"]),
    Domain("ptr-target-cname", 29, "PTR to a CNAME, which leads back", host(ptr="alias"), records=["alias CNAME mx1"]),
    Domain("ptr-invalid", 30, "PTR to localhost.localdomain", host(ptr="localhost.localdomain.")),
    Domain("ptr-other-family", 31, "the PTR of the IPv4 address names a host with an IPv6 address only", host(ptr="six"),
           records=["six AAAA 2a0b:bb80:31::25"]),
    Domain("generic-ptr", 32, "PTR is a dynamic-looking name of the ISP", host(ptr="11-22-32-25.dynamic.isp.lab.", by="exim")),
    Domain("ptr-servfail", 33, "the reverse zone is delegated to a server that refuses", host(), reverse="lame"),
    Domain("ptr-bogus", 34, "the reverse zone's signatures are wrong", host(), reverse="bogus"),
    Domain("isp", 35, "nothing: owns generic names", mx=["0 ."], spf="v=spf1 -all",
           records=["11-22-32-25.dynamic A 11.22.32.25", '_spf TXT "v=spf1 ip4:11.22.32.0/24 ip4:11.22.32.16/29 ip6:2a0b:bb80:32::/64 -all"']),

    # Banner and EHLO reply.
    Domain("banner-differs", 40, "banner and EHLO reply have another name than the PTR", host(banner="other.banner-differs.lab", by="exim"),
           records=["other A 11.22.40.25"]),
    Domain("banner-short", 41, "the banner is a single label", host(banner="mail")),
    Domain("ehlo-differs", 42, "the EHLO reply has another name than the banner", host(ehlo="inner.ehlo-differs.lab"),
           records=["inner A 11.22.42.25"]),
    Domain("ehlo-localhost", 43, "banner and EHLO reply say localhost", host(banner="localhost")),
    Domain("starred-banner", 44, "a middlebox has starred the banner out", host(by="starred-banner")),
    Domain("hostile-banner", 45, "HTML, ESC, bidi control, bytes that are no UTF-8 and a NUL in the banner", host(by="hostile-banner")),
    Domain("banner-escapes", 48, "a backslash escape and a NUL in the banner's name", host(by="banner-escapes")),
    Domain("two-names", 46, "a load balancer: the name changes with each connection", host(by="two-names"),
           records=["node1 A 11.22.46.25", "node2 A 11.22.46.25"]),
    Domain("one-bad-name", 47, "a load balancer: every other connection leads to a host whose name does not exist", host(by="one-bad-name")),

    # MX records.
    Domain("null-mx", 60, "accepts no mail: null MX, no sender", mx=["0 ."], spf="v=spf1 -all"),
    Domain("null-mx-mixed", 61, "null MX beside another MX", host(), mx=["0 .", "10 mx1"]),
    Domain("implicit-mx", 62, "no MX: the address of the domain itself is used", host("@"), mx=[], spf="v=spf1 a -all"),
    Domain("mx-cname", 63, "the MX target is a CNAME", host(), mx=["10 alias"], records=["alias CNAME mx1"]),
    Domain("mx-cname-loop", 64, "the MX target is in a CNAME loop", mx=["10 loop"], records=["loop CNAME loop2", "loop2 CNAME loop"]),
    Domain("mx-literal", 65, "the MX target is an IPv4 address", host(), mx=["10 11.22.65.25."]),
    Domain("mx-no-address", 66, "the MX target exists, but has no address", mx=["10 mx1"], records=['mx1 TXT "no address here"']),
    Domain("mx-one-dead", 67, "one of two MX targets does not exist", host(), mx=["10 gone", "20 mx1"]),
    Domain("mx-placeholder", 68, "a verification placeholder beside the MX", host(), mx=["10 mx1", "32767 ms123.msv1.invalid."]),
    Domain("mx-private", 69, "the only MX has a private address", host(v4="10.0.0.25")),
    Domain("mx-one-private", 70, "the first of two MX hosts has a private address", host("inside", v4="10.0.0.26"), host()),
    Domain("no-mx", 71, "neither MX nor address", mx=[]),

    # DNSSEC.
    Domain("bogus", 75, "the signatures of the zone are wrong", host(), zone="bogus"),
    Domain("dnssec-sha1", 76, "the zone is signed with RSASHA1-NSEC3-SHA1", host(), algorithms=(RSASHA1_NSEC3_SHA1,)),
    Domain("dnssec-change", 77, "the zone is signed with RSASHA1 still, beside ECDSAP256SHA256", host(), algorithms=(RSASHA1, ECDSAP256SHA256)),
    Domain("dnssec-no-ds", 78, "the zone is signed, but its delegation is not", host(), zone="no-ds"),

    Domain("dnssec-rsa", 49, "nothing: signed with RSASHA256, absences by NSEC3", host(), algorithms=(RSASHA256,), denial="nsec3", dane=True),
    Domain("dnssec-ed25519", 50, "nothing: signed with ED25519", host(), algorithms=(ED25519,), dane=True),
    Domain("dnssec-opt-out", 51, "nothing, but its MX host is in an unsigned zone, which NSEC3 leaves out", host("mx1.plain"), denial="opt-out"),
    Domain("dnssec-wildcard", 52, "nothing: the TLSA record comes from a wildcard", host(), dane=True, dane_at="*._tcp.{}"),
    Domain("dnssec-wildcard-nsec3", 53, "nothing: the TLSA record comes from a wildcard, with NSEC3", host(), dane=True, dane_at="*._tcp.{}",
           denial="nsec3"),
    Domain("dnssec-dname", 57, "nothing: keys, TLSA records and reverse names are below DNAME records", host(ptr=None), dane=True, dane_at="_25.{}.tls",
           dkim=True, records=["keys TXT \"\"", "_tcp.mx1 DNAME mx1.tls", "25.reverse PTR mx1"], reverse="signed", reverse_records=["@ DNAME reverse.dnssec-dname.lab."]),
    Domain("dnssec-expired", 54, "the signatures of the zone have expired", host(), zone="expired"),
    Domain("dnssec-other-ds", 55, "the DS records at lab. name another key", host(), zone="other-ds"),
    Domain("dnssec-no-keys", 56, "lab. has DS records, and the zone is not signed", host(), zone="no-keys"),

    # Who doesn't answer, or late.
    Domain("silent", 80, "accepts the connection and never greets", host(by="silent")),
    Domain("blackhole", 81, "packets to the MX vanish", host(v4="11.66.81.25", by="nobody")),
    Domain("neighbour", 90, "nothing: in the same /24 as thirty others, to which packets vanish", host(v4="11.66.82.25")),
    Domain("refused", 82, "nothing listens on port 25", host(by="nobody")),
    Domain("refused-one", 83, "the first MX refuses, the second is fine", host("mx1", by="nobody"), host("mx2", at=26)),
    Domain("tarpit", 84, "greets after 20 s", host(by="tarpit")),
    Domain("slow", 85, "greets after 14 s", host(by="slow")),
    Domain("reset-after-connect", 86, "accepts the connection and resets it", host(by="reset-after-connect")),
    Domain("close-after-connect", 87, "accepts the connection and closes it", host(by="close-after-connect")),
    Domain("close-after-ehlo", 88, "closes instead of answering EHLO", host(by="close-after-ehlo")),
    Domain("delay20", 89, "nothing: answers each step after 20 ms, for measurements", host(by="delay20", starttls=False)),

    # Who refuses.
    Domain("reject-554", 95, "greets with 554", host(by="reject-554")),
    Domain("reject-us", 96, "greets with 554 and says that our address is on a blocklist", host(by="reject-us")),
    Domain("busy-421", 97, "greets with 421 and closes", host(by="busy-421")),
    Domain("helo-only", 98, "EHLO is refused, HELO accepted", host(by="helo-only")),
    Domain("ehlo-refused", 99, "EHLO and HELO are refused", host(by="ehlo-refused")),
    Domain("ehlo-tempfail", 100, "EHLO is put off with 450", host(by="ehlo-tempfail")),
    Domain("needs-ptr", 101, "greets with 554 and asks for a PTR record of ours", host(by="needs-ptr")),
    Domain("teaser-521", 102, "begins to greet with 220-, and refuses with 521", host(by="teaser-521")),
    Domain("teaser-421", 103, "begins to greet with 220-, and closes with 421", host(by="teaser-421")),
    Domain("postscreen-drop", 104, "postscreen finds our address on a list, and drops us behind its teaser",
           host(by="postscreen", options=("postscreen_dnsbl_sites=bl-probe.lab", "postscreen_dnsbl_action=drop"))),
    Domain("postscreen-words", 105, "nothing: postscreen's teaser is in words", host(by="postscreen", options=("postscreen_greet_banner=On patiente",))),
    Domain("spamd", 106, "a tarpit: greets in drops, with words of its own, and has no STARTTLS", host(by="spamd", starttls=False)),
    Domain("one-octet", 107, "a tarpit: one octet of the greeting a second, and no STARTTLS", host(by="one-octet", starttls=False)),

    # Protocol.
    Domain("endless-greeting", 110, "the greeting never ends", host(by="endless-greeting")),
    Domain("bad-code", 111, "the greeting's code is 2x0", host(by="bad-code")),
    Domain("mixed-codes", 112, "the lines of the EHLO reply have different codes", host(by="mixed-codes")),
    Domain("ehlo-no-codes", 118, "lines of the EHLO reply have no code", host(by="ehlo-no-codes")),
    Domain("bare-lf", 113, "lines end with a bare LF", host(by="bare-lf")),
    Domain("long-line", 114, "a line of the EHLO reply has 600 octets", host(by="long-line")),
    Domain("auth-before-tls", 115, "AUTH is offered before TLS", host(by="exim")),

    Domain("no-postmaster", 116, "no mail is taken for postmaster", host(by="no-postmaster")),
    Domain("open-relay", 117, "mail is taken for everybody", host(by="open-relay")),

    # STARTTLS and certificates.
    Domain("no-starttls", 120, "STARTTLS is not offered", host(starttls=False)),
    Domain("starttls-454", 121, "STARTTLS is offered and put off with 454", host(by="starttls-454")),
    Domain("injection", 122, "bytes follow the reply to STARTTLS in the same segment", host(by="injection")),
    Domain("injection-late", 123, "bytes follow the reply to STARTTLS 50 ms later", host(by="injection-late")),
    Domain("command-injection", 133, "a command that is sent along with STARTTLS is answered inside TLS", host(by="command-injection")),
    Domain("tls-broken", 124, "rubbish instead of a TLS handshake", host(by="tls-broken")),
    Domain("tls-selfsigned", 125, "the certificate is self-signed", host(cert="selfsigned")),
    Domain("tls-expired", 126, "the certificate has expired", host(cert="expired")),
    Domain("tls-wrongname", 127, "the certificate is another host's", host(cert="wrongname")),
    Domain("tls-no-san", 128, "the certificate has a common name only", host(cert="nosan")),
    Domain("tls-soon", 129, "the certificate ends within a ninth of its lifetime", host(cert="soon")),
    Domain("tls-weak-key", 130, "the certificate has an RSA key of 1,024 bits", host(cert="rsa1024")),
    Domain("tls-sha1", 131, "the certificate is signed with SHA-1", host(cert="sha1")),
    Domain("tls-1-0", 132, "no TLS version above 1.0", host(tls_protocols="<=TLSv1")),
    Domain("old-tls", 134, "TLS 1.0 and 1.1 are offered beside newer versions", host(by="old-tls")),

    # Inside TLS.
    Domain("handshake-resets", 166, "the connection is reset in the TLS handshake", host(by="handshake-resets")),
    Domain("tls-refuses-ehlo", 167, "EHLO is refused inside TLS", host(by="tls-refuses-ehlo")),
    Domain("tls-421", 168, "EHLO is answered with 421 inside TLS", host(by="tls-421")),
    Domain("tls-closes", 169, "closes instead of answering EHLO inside TLS", host(by="tls-closes")),
    Domain("tls-resets", 170, "resets the connection instead of answering EHLO inside TLS", host(by="tls-resets")),
    Domain("tls-cuts-reply", 171, "closes within the reply to EHLO inside TLS", host(by="tls-cuts-reply")),
    Domain("tls-silent", 172, "does not answer EHLO inside TLS", host(by="tls-silent")),
    Domain("tls-speaks-first", 174, "greets once more inside TLS", host(by="tls-speaks-first")),

    # DANE.  good.lab has it, too.
    Domain("dane-wrong", 135, "the TLSA record is of another key", host(), dane=["3 1 1 other"]),
    Domain("dane-usage-0", 136, "the TLSA record has usage 0", host(), dane=["0 1 1"]),
    Domain("dane-unsigned", 137, "a TLSA record in a zone that is not signed", host(), zone="unsigned", dane=["3 1 1"]),
    Domain("dane-roll-over", 138, "nothing: TLSA records of the key and of the next one", host(), dane=["3 1 1", "3 1 1 other"]),
    Domain("dane-cname", 139, "the MX target is a CNAME; TLSA at its end", host(), mx=["10 alias"], records=["alias CNAME mx1"], dane=["3 1 1"]),
    Domain("dane-authority", 140, "the TLSA record names the CA, which is not sent along", host(), dane=["2 1 0"]),
    Domain("dane-selfsigned", 141, "nothing: the certificate is self-signed, and TLSA names it", host(cert="selfsigned"), dane=["3 0 1"]),
    Domain("dane-no-starttls", 142, "a TLSA record, and no STARTTLS", host(starttls=False), dane=["3 1 1"]),

    # Blocklists: see bl-*.lab below.
    Domain("listed", 145, "its address is on bl-good.lab", host(v6=True)),

    # DKIM keys.  The domain is one, its selectors are many.
    Domain("dkim-keys", 150, "a selector for each fault that a key can have", host(),
           dkim={"good": "v=DKIM1; k=rsa; p={rsa2048}", "rsa512": "v=DKIM1; p={rsa512}", "rsa1024": "v=DKIM1; p={rsa1024}",
                 "rsa4096": "v=DKIM1; p={rsa4096}", "ed25519": "v=DKIM1; k=ed25519; p={ed25519}", "revoked": "v=DKIM1; p=",
                 "testing": "v=DKIM1; t=y; p={rsa2048}", "sha1": "v=DKIM1; h=sha1; p={rsa2048}",
                 "no-mail": "v=DKIM1; s=tlsrpt; p={rsa2048}", "late-version": "k=rsa; p={rsa2048}; v=DKIM1",
                 "no-version": "p={rsa2048}", "no-base64": "v=DKIM1; p=%{rsa2048}", "blank-end": "v=DKIM1; p={rsa2048}; "},
           records=['two._domainkey TXT "v=DKIM1; p="', 'two._domainkey TXT "v=DKIM1; n=again; p="', "dangling._domainkey CNAME gone",
                    "alias._domainkey CNAME good._domainkey", "loop1._domainkey CNAME loop2._domainkey",
                    "loop2._domainkey CNAME loop1._domainkey"]),
    Domain("dkim-ed25519", 151, "the only DKIM key is Ed25519", host(), dkim={"s1": "v=DKIM1; k=ed25519; p={ed25519}"}),
    Domain("dkim-wildcard", 152, "a wildcard TXT answers for every selector, with no key", host(),
           records=['*._domainkey TXT "v=spf1 -all"']),

    # SPF.  The sender is the MX host, but where the record says otherwise.
    Domain("spf-lookups", 220, "eleven lookups: the record costs too much", host(),
           spf="v=spf1 " + " ".join(f"include:s{i}" + ".spf-lookups.lab" for i in range(1, 11)) + " mx -all",
           records=[f's{i} TXT "v=spf1 ip4:11.22.220.{100 + i} -all"' for i in range(1, 11)]),
    Domain("spf-ten-deep", 221, "nothing: ten includes, one in the other", host(), spf="v=spf1 include:s1.spf-ten-deep.lab -all",
           records=[f's{i} TXT "v=spf1 include:s{i + 1}.spf-ten-deep.lab -all"' for i in range(1, 10)] + ['s10 TXT "v=spf1 ip4:11.22.221.25 -all"']),
    Domain("spf-voids", 222, "three names that do not exist before the term that matches", host(),
           spf="v=spf1 a:old1.spf-voids.lab a:old2.spf-voids.lab mx:old3.spf-voids.lab mx -all"),
    Domain("spf-plus-all", 223, "the whole world may send", host(), spf="v=spf1 mx +all"),
    Domain("spf-two", 224, "two SPF records", host(), records=['@ TXT "v=spf1 a ~all"']),
    Domain("spf-include-gone", 225, "an include without record", host(), spf="v=spf1 include:gone.spf-include-gone.lab mx -all"),
    Domain("spf-softfail", 226, "the MX host is not in the record, which ends in ~all", host(), spf="v=spf1 ip4:11.22.226.99 ~all"),
    Domain("spf-ptr", 227, "ptr is all that names the MX host", host(), spf="v=spf1 ptr -all"),
    Domain("spf-wide", 228, "a quarter of the IPv4 addresses may send", host(), spf="v=spf1 ip4:0.0.0.0/2 ip6:2000::/3 -all"),
    Domain("spf-macro", 229, "nothing: exists with macros names the MX host", host(),
           spf="v=spf1 exists:%{ir}.%{v}._ok.%{d} exp=_why.%{d} -all",
           records=["25.229.22.11.in-addr._ok A 127.0.0.2", '_why TXT "%{i} is none of the hosts of %{d}"']),
    Domain("spf-redirect-ring", 230, "redirect= leads back", host(), spf="v=spf1 redirect=_spf.spf-redirect-ring.lab",
           records=['_spf TXT "v=spf1 redirect=spf-redirect-ring.lab"']),
    Domain("spf-none", 231, "no SPF record", host(), spf=None),
    Domain("spf-syntax", 232, "a mistyped mechanism behind the term that matches", host(), spf="v=spf1 mx ipv4:11.22.232.26 -all"),
    Domain("spf-neutral", 233, "?all", host(), spf="v=spf1 mx ?all"),
    Domain("spf-range", 234, "a range of eight addresses: names that lead back, names that do not, and no names", host(),
           spf="v=spf1 ip4:11.22.234.24/29 -all", reverse="signed",
           reverse_records=["26 PTR out.spf-range.lab.", "27 PTR gone.spf-range.lab.", "28 PTR mx1.spf-range.lab."],
           records=["out A 11.22.234.26"]),
    Domain("spf-range-good", 237, "nothing: a range of two addresses, each with a name of its own", host(),
           spf="v=spf1 ip4:11.22.237.24/31 -all", reverse="signed", reverse_records=["24 PTR out.spf-range-good.lab."],
           records=["out A 11.22.237.24"]),
    Domain("spf-range-large", 235, "ranges of 256 addresses, one around its MX host, one around a host without PTR", host(),
           spf="v=spf1 mx/24 a:out.spf-range-large.lab/24 -all", records=["out A 11.23.235.26"]),
    Domain("spf-provider", 236, "nothing: includes the record of another organisation", host(), spf="v=spf1 mx include:_spf.isp.lab -all"),
    Domain("spf-quoted", 238, "quotation marks of a form field are part of the record", host(), spf='\\"v=spf1 mx -all\\"'),
    Domain("spf-nobody", 239, "takes mail, and by SPF nobody sends", host(), spf="v=spf1 -all"),
    Domain("spf-family", 241, "SPF names the IPv4 address of the MX host, which has an IPv6 address, too", host(v6=True),
           spf="v=spf1 ip4:11.22.241.25 -all"),
    Domain("spf-mx-names", 242, "mx of a name with eleven MX names", host(), spf="v=spf1 mx mx:many.spf-mx-names.lab -all",
           records=[f"many MX 10 m{i}" for i in range(1, 12)]),
    Domain("mx-only", 240, "SPF names another sender, so the MX only receives; it has no PTR", host(ptr=None), host("out", at=26, by="nobody"),
           mx=["10 mx1"], spf="v=spf1 a:out.mx-only.lab -all", reverse="signed"),

    # DMARC.
    Domain("dmarc-none", 155, "the policy is none, and nobody gets reports", host(), dmarc="v=DMARC1; p=none"),
    Domain("dmarc-missing", 156, "no DMARC record", host(), dmarc=None),
    Domain("dmarc-two", 157, "two DMARC records", host(), records=['_dmarc TXT "v=DMARC1; p=none"']),
    Domain("dmarc-pct", 158, "pct, rf and a size limit, which RFC 9989 has not", host(),
           dmarc="v=DMARC1; p=reject; pct=20; rf=afrf; rua=mailto:dmarc@{}!10m"),
    Domain("dmarc-near-miss", 159, "a semicolon is missing, so it is no DMARC record", host(), dmarc="v=DMARC1 p=reject"),
    Domain("dmarc-external", 160, "nothing: reports go elsewhere, with leave", host(),
           dmarc="v=DMARC1; p=reject; rua=mailto:in@dmarc-reports.lab"),
    Domain("dmarc-no-leave", 161, "reports go elsewhere, without leave", host(),
           dmarc="v=DMARC1; p=reject; rua=mailto:in@dmarc-reports.lab"),
    Domain("dmarc-reports", 162, "nothing: takes reports for others", host(),
           records=['dmarc-external.lab._report._dmarc TXT "v=DMARC1"']),
    Domain("dmarc-sub", 163, "the policy for sub-domains is weaker; sub has a record of its own, www has none", host(),
           dmarc="v=DMARC1; p=reject; sp=none; np=reject; rua=mailto:dmarc@{}",
           records=['_dmarc.sub TXT "v=DMARC1; p=quarantine; rua=mailto:dmarc@dmarc-sub.lab"', "sub A 11.22.163.25", "www A 11.22.163.25"]),
    Domain("dmarc-testing", 164, "t=y: the policy is not meant yet", host(), dmarc="v=DMARC1; p=reject; t=y; rua=mailto:dmarc@{}"),
    Domain("dmarc-loop", 165, "the DMARC record is in a ring of aliases", host(), dmarc=None,
           records=["_dmarc CNAME _dmarc2", "_dmarc2 CNAME _dmarc"]),
]

# MTA-STS and TLS-RPT.
DOMAINS += [
    Domain("sts-testing", 180, "the policy is in mode testing, and has a pattern without a host", host(), mta_sts=policy(mode="testing", mx=["mx1", "old"])),
    Domain("sts-none", 181, "the policy is in mode none", host(), mta_sts=policy(mode="none", mx=[])),
    Domain("sts-short", 182, "max_age is an hour", host(), mta_sts=policy(max_age=3600)),
    Domain("sts-wrong-mx", 183, "the policy in mode enforce does not cover the MX", host(), mta_sts=policy(mx=["mail"])),
    Domain("sts-wildcard", 184, "nothing: the policy has a wildcard", host(), mta_sts=policy(mx=["*"])),
    Domain("sts-alias", 185, "nothing: the policy host is an alias", host(), mta_sts=policy(alias="web")),
    Domain("sts-redirect", 186, "the policy host redirects", host(), mta_sts=policy(answer="return 301 https://mta-sts.good.lab$request_uri;")),
    Domain("sts-404", 187, "there is no policy on the policy host", host(), mta_sts=policy(answer="return 404;")),
    Domain("sts-expired", 188, "the certificate of the policy host has expired", host(), mta_sts=policy(cert="expired")),
    Domain("sts-wrongname", 189, "the certificate of the policy host is another host's", host(), mta_sts=policy(cert="wrongname")),
    Domain("sts-selfsigned", 190, "the certificate of the policy host is self-signed", host(), mta_sts=policy(cert="selfsigned")),
    Domain("sts-oversize", 191, "the policy has 100 KB", host(), mta_sts=policy(padding=100000)),
    Domain("sts-html", 192, "the policy is served as text/html", host(), mta_sts=policy(answer="types { } default_type text/html;")),
    Domain("sts-gzip", 193, "the policy is coded with gzip, unasked", host(),
           mta_sts=policy(answer="rewrite ^(/.*)\\.txt$ $1.txt.gz break; types { } default_type text/plain; add_header Content-Encoding gzip;")),
    Domain("sts-drip", 194, "the policy host sends two octets a second", host(), mta_sts=policy(by="https-drip", at=["11.80.0.2"])),
    Domain("sts-header-bomb", 195, "the policy host sends 100,000 header lines", host(), mta_sts=policy(by="https-header-bomb", at=["11.80.0.3"])),
    Domain("sts-endless", 196, "the policy never ends", host(), mta_sts=policy(by="https-endless", at=["11.80.0.4"])),
    Domain("sts-bomb", 197, "the policy host has a transfer coding that explodes", host(), mta_sts=policy(by="https-transfer-bomb", at=["11.80.0.5"])),
    Domain("sts-chunks", 58, "each octet of the policy comes with 60 KB of chunk extensions", host(), mta_sts=policy(by="https-chunk-extensions", at=["11.80.0.8"])),
    Domain("sts-reset-once", 59, "nothing: the policy host resets every other connection", host(), mta_sts=policy(by="https-resets-once", at=["11.80.0.7"])),
    Domain("sts-private", 198, "the policy host has a private address", host(), mta_sts=policy(by="nobody", at=["10.0.0.80"])),
    Domain("sts-no-host", 199, "the policy host does not exist", host(), mta_sts=policy(by="nobody", at=[])),
    Domain("sts-refused", 200, "nothing listens on the policy host", host(), mta_sts=policy(by="nobody", at=["11.80.0.6"])),
    Domain("sts-blackhole", 201, "packets to the policy host vanish", host(), mta_sts=policy(by="nobody", at=["11.66.201.80"])),
    Domain("sts-two", 202, "two MTA-STS records", host(), mta_sts=policy(record=["v=STSv1; id=1", "v=STSv1; id=2"])),
    Domain("sts-bad-record", 203, "the MTA-STS record has no id", host(), mta_sts=policy(record="v=STSv1;")),
    Domain("sts-bad-policy", 204, "the policy has no number in max_age", host(), mta_sts=policy(max_age="a week")),
    Domain("sts-no-starttls", 205, "STARTTLS is not offered under a policy in mode enforce", host(starttls=False), mta_sts=policy()),
    Domain("tls-rpt-two", 206, "two TLS-RPT records", host(),
           records=['_smtp._tls TXT "v=TLSRPTv1; rua=mailto:a@tls-rpt-two.lab"', '_smtp._tls TXT "v=TLSRPTv1; rua=mailto:b@tls-rpt-two.lab"']),
    Domain("tls-rpt-bad", 207, "the TLS-RPT record names an address without mailto", host(), records=['_smtp._tls TXT "v=TLSRPTv1; rua=tls@tls-rpt-bad.lab"']),

    # BIMI.
    Domain("bimi", 208, "nothing: a logo, and a certificate for it", host(), bimi='<circle cx="50" cy="50" r="40" fill="#036"/>'),
    Domain("bimi-script", 209, "the logo runs a script", host(), bimi="<script>alert(1)</script>"),
    Domain("bimi-other-mark", 210, "the mark certificate holds another logo", host(), bimi='<rect width="100" height="100" fill="#036"/>',
           mark='<rect width="100" height="100" fill="#063"/>'),
    Domain("bimi-no-mark", 211, "what should be a mark certificate is the web server's", host(), bimi='<rect width="100" height="100" fill="#036"/>',
           mark=None),
]

# Name servers.  Unbound asks ns4 alone for the reverse zone of ptr-stale, so that the one that lacks the PTR is the one that answers.
DOMAINS += [
    Domain("ns-differ", 245, "one of two name servers lacks a TXT record", host(), records=['@ TXT "verification=1"'],
           servers=("ns1.lab.", OTHER_SERVER[0]), other_lacks="verification"),
    Domain("ns-lame", 246, "one of two name servers refuses", host(), servers=("ns1.lab.", LAME_SERVER[0])),
    Domain("ptr-stale", 247, "one of two name servers of the reverse zone lacks the PTR", host(), reverse="stale"),
    Domain("ns-flaky", 248, "the name servers answer three of five questions", host(), servers=tuple(FLAKY_SERVERS)),
    Domain("ptr-flaky", 249, "the name servers of the reverse zone answer three of five questions", host(), reverse="flaky"),
]

# Others send and receive for these.
DOMAINS += [
    Domain("hosted-google", 214, "nothing: Google Workspace sends and receives", host("smtp.google.com.", ptr="mail-1.google.com."),
           spf="v=spf1 include:_spf.google.com ~all", dkim={"google": "v=DKIM1; k=rsa; p={rsa2048}"}),
    Domain("hosted-m365", 215, "Microsoft 365 sends, and DKIM is not set up there; its server has no reverse name",
           host("hosted-m365-lab.mail.protection.outlook.com.", ptr=None), reverse="signed", spf="v=spf1 include:spf.protection.outlook.com -all"),
    Domain("hosted-newsletter", 216, "p=reject has the own newsletter by Mailchimp refused", mx=["10 smtp.google.com."],
           spf="v=spf1 include:_spf.google.com include:servers.mcsv.net ~all", dkim={"google": "v=DKIM1; k=rsa; p={rsa2048}"}),
]

# As many more as `make bench` wants, each with two MX hosts that serve it alone.
DOMAINS += [Domain(f"like{i}", 1000 + i, "nothing: one of many", host("mx1", v4=f"11.24.{i}.25"), host("mx2", v4=f"11.24.{i}.26"), dane=True, dkim=True)
            for i in range(int(os.environ.get("LAB_LIKE", 0)))]

CREW = ("good", "opensmtpd", "exim", "banner-short", "no-starttls", "tls-soon", "dane-roll-over", "bare-lf", "tls-no-san", "delay20", "good", "exim")
STUCK = 10

# Zones that belong to no domain of the table.  PTRs are added to the closest of these above the address, unless
# the domain has a reverse zone of its own.
ZONES = [
    Zone(".", servers=tuple(ROOT_SERVERS)),
    Zone("lab.", [f"{name} {kind} {address}" for name, pair in (NAME_SERVERS | ROOT_SERVERS).items()
                  for kind, address in zip(("A", "AAAA"), pair)] + [f"{name} A {address}" for name, address in (LAME_SERVER, OTHER_SERVER, *FLAKY_SERVERS.items())]),
    Zone("google.com.", ['_spf TXT "v=spf1 ip4:11.22.214.0/24 ~all"', "mail-1 A 11.22.214.25"]),
    Zone("outlook.com.", ['spf.protection TXT "v=spf1 ip4:11.22.215.0/24 -all"']),
    Zone("mcsv.net.", ['servers TXT "v=spf1 ip4:11.22.216.0/24 ?all"']),
    # Who is in neighbour.lab's way: thirty silent MX hosts in its network, one with a thousand addresses there and in the next ones, and thirty
    # names of its own host, which is named as well; and as many names as somebody likes, with one MX host.
    Zone("crowd.lab.", [record for i in range(30) for record in (f"@ MX {i} mx{i}", f"mx{i} A 11.66.82.{101 + i}")]),
    Zone("flock.lab.", ["@ MX 10 mx1"] + [f"mx1 A 11.66.{82 + i // 225}.{30 + i % 225}" for i in range(1000)]),
    Zone("usurper.lab.", ["@ MX 50 mx1.neighbour.lab."] + [record for i in range(30) for record in (f"@ MX {i} mx{i}", f"mx{i} A 11.66.82.25")]),
    Zone("many.lab.", ["* MX 10 mx1.good.lab."], "unsigned"),     # Unbound chains what a signed wildcard expands to
    # And as many whose MX host, one of a few, says nothing: packets to it vanish.
    *[Zone(f"stuck{i}.lab.", ["* MX 10 mx1", f"mx1 A 11.66.{100 + i}.25"]) for i in range(STUCK)],
    # For fleets: as many names, with as many destinations as there are organisations here.
    *[Zone(f"crew{i}.lab.", [f"* MX 10 mx1.{name}.lab."]) for i, name in enumerate(CREW)],
    Zone("ipv4only.arpa.", ["@ A 192.0.0.170", "@ A 192.0.0.171"]),     # RFC 7050
    Zone("in-addr.arpa."),
    Zone("ip6.arpa."),
    Zone("11.in-addr.arpa.", ["1.0.53 PTR ns1.lab.", "2.0.53 PTR ns2.lab."]),
    Zone("10.in-addr.arpa."),
    Zone("plain.dnssec-opt-out.lab.", ["mx1 A 11.22.51.25", 'mx1 TXT "v=spf1 a -all"'], "unsigned"),
    Zone("0.8.b.b.b.0.a.2.ip6.arpa."),
    Zone("0-63.27.22.11.in-addr.arpa.", ["25 PTR mx1.rfc2317.lab."]),
]

# Blocklists.  (RFC 5782; dead ones list the whole world, or nothing)
TEST_IPV6 = "2.0.0.0.0.0.f.7.f.f.f.f." + ".".join("0" * 20)
ZONES += [
    Zone("bl-good.lab.", ["2.0.0.127 A 127.0.0.2", f"{TEST_IPV6} A 127.0.0.2", "25.145.22.11 A 127.0.0.2"], "unsigned"),
    Zone("bl-probe.lab.", ["2.0.0.127 A 127.0.0.2", "9.9.9.11 A 127.0.0.2"], "unsigned"),
    Zone("bl-dead.lab.", [], "unsigned"),
    Zone("bl-all.lab.", ["* A 127.0.0.2"], "unsigned"),
    Zone("bl-refuses.lab.", ["* A 127.255.255.254"], "unsigned"),
    Zone("bl-parked.lab.", ["* A 1.2.3.4"], "unsigned"),
]
