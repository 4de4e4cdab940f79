#compdef mailready
# Completion of mailready for zsh: made by "mailready help --completion zsh".
_mailready()
{
    local -a commands=( audit explain checks spf diff lint history store fleet config help )
    local command=audit
    if ((CURRENT == 2)) && [[ $words[2] != -* ]]; then
        compadd -a commands
        return
    fi
    if (($commands[(Ie)$words[2]])); then
        command=$words[2]
        shift words
        ((CURRENT--))
    fi
    case $command in
    audit)
        _arguments \
            '--domains=[audit the domains in FILE, one a line, "-" for standard input; "#" begins a comment, a line that is no domain is reported with its number and skipped]:FILE:_files' \
            '*--sender=[an address that sends mail for the domain, and the HELO name it uses; a host name stands for all its addresses, a network of at most 16 addresses (IP/BITS) for each of them]:IP\[=HELO\]:' \
            '*--not-sender=[this address never sends, whatever SPF says]:IP|CIDR:' \
            '--from-mta[take HELO name and source addresses from the Postfix, Exim or OpenSMTPD of this machine; where all its mail leaves through another server (relayhost, smarthost), name that server instead]' \
            '*--dkim=[a DKIM selector that mail of the domain is signed with\: the s= of its DKIM-Signature fields; only the usual ones of services that the domain sends through are tried without it]:SELECTOR:' \
            '--dkim-guess[try common DKIM selectors as well; what is found is marked as a guess, and nothing found says nothing]' \
            '*--mail-from=[a domain of the envelope sender (MAIL FROM) that mail is sent with]:DOMAIN:' \
            '*--from=[a domain that stands in the From header, beside the domain itself]:DOMAIN:' \
            '--volume=[judge by the rules that large receivers have for bulk senders, or by those for others]:bulk|low:( bulk low )' \
            '*--receiver=[only what this receiver would do with the mail decides about the exit status\: gmail, gmail-bulk, yahoo and others, a wrong name shows them all]:NAME:( gmail gmail-bulk yahoo yahoo-bulk outlook outlook-bulk exchange-ipv6 icloud t-online gmx orange laposte comcast godaddy rackspace zoho wp-pl seppmail strict-postfix qq proofpoint fireeye mail-ru mimecast hostpoint infomaniak titan mxroute barracuda 163 cisco freenet )' \
            '*--only=[these checks and no others; "mailready checks" lists them]:GROUP|ID,...:_values -s , check env env.resolver env.local_view env.ipv6 env.port25 env.clock env.vantage domain domain.exists domain.ptr mx mx.exists mx.null mx.target_cname mx.target_literal mx.resolves mx.redundancy ip ip.public ptr ptr.exists ptr.name_valid ptr.fcrdns ptr.single ptr.target_cname ptr.generic ptr.domain_aligned ptr.range helo helo.fqdn helo.resolves helo.matches_ip helo.matches_ptr helo.spf spf spf.exists spf.single spf.syntax spf.lookups spf.voids spf.all spf.ptr_mechanism spf.width spf.authorizes dkim dkim.exists dkim.syntax dkim.strength dkim.revoked dkim.testing dmarc dmarc.exists dmarc.single dmarc.syntax dmarc.policy dmarc.reports dmarc.report_authorization dmarc.legacy_difference dmarc.alignment banner banner.greeting banner.fqdn banner.resolves banner.matches_ptr banner.matches_ehlo smtp smtp.reachable smtp.ehlo smtp.extensions smtp.starttls smtp.starttls_injection smtp.delay smtp.protocol smtp.postmaster smtp.relay tls tls.handshake tls.version tls.chain tls.name tls.expiry tls.key dane dane.tlsa dane.usable dane.match dnssec dnssec.status dnsbl dnsbl.usable dnsbl.listed mta_sts mta_sts.record mta_sts.fetch mta_sts.policy mta_sts.mx_match tls_rpt tls_rpt.record bimi bimi.record bimi.logo expect expect.mx expect.spf expect.dmarc expect.ptr expect.dkim expect.tlsa expect.senders ns ns.consistent' \
            '*--skip=[all checks but these]:GROUP|ID,...:_values -s , check env env.resolver env.local_view env.ipv6 env.port25 env.clock env.vantage domain domain.exists domain.ptr mx mx.exists mx.null mx.target_cname mx.target_literal mx.resolves mx.redundancy ip ip.public ptr ptr.exists ptr.name_valid ptr.fcrdns ptr.single ptr.target_cname ptr.generic ptr.domain_aligned ptr.range helo helo.fqdn helo.resolves helo.matches_ip helo.matches_ptr helo.spf spf spf.exists spf.single spf.syntax spf.lookups spf.voids spf.all spf.ptr_mechanism spf.width spf.authorizes dkim dkim.exists dkim.syntax dkim.strength dkim.revoked dkim.testing dmarc dmarc.exists dmarc.single dmarc.syntax dmarc.policy dmarc.reports dmarc.report_authorization dmarc.legacy_difference dmarc.alignment banner banner.greeting banner.fqdn banner.resolves banner.matches_ptr banner.matches_ehlo smtp smtp.reachable smtp.ehlo smtp.extensions smtp.starttls smtp.starttls_injection smtp.delay smtp.protocol smtp.postmaster smtp.relay tls tls.handshake tls.version tls.chain tls.name tls.expiry tls.key dane dane.tlsa dane.usable dane.match dnssec dnssec.status dnsbl dnsbl.usable dnsbl.listed mta_sts mta_sts.record mta_sts.fetch mta_sts.policy mta_sts.mx_match tls_rpt tls_rpt.record bimi bimi.record bimi.logo expect expect.mx expect.spf expect.dmarc expect.ptr expect.dkim expect.tlsa expect.senders ns ns.consistent' \
            '--fail-on=[the mildest finding that makes the exit status 1]:fail|warn|never:( fail warn never )' \
            '*--format=[how to report, on standard output or in FILE]:FORMAT\[=FILE\]:( text lines json jsonl html pdf markdown csv junit sarif github gitlab nagios prometheus )' \
            '*--output=[report in FILE, in the format that its suffix names; "-" is standard output; a directory, or a name that ends in "/", is for many domains\: index.html, the worst first, and an HTML page for each]:FILE:_files' \
            '*-o+[report in FILE, in the format that its suffix names; "-" is standard output; a directory, or a name that ends in "/", is for many domains\: index.html, the worst first, and an HTML page for each]:FILE:_files' \
            '--quiet[verdict lines only, on standard error and in the formats text and lines]' \
            '-q[verdict lines only, on standard error and in the formats text and lines]' \
            '*--verbose[in the format text passes and notes, too, and each of several domains in full; -vv\: evidence, too]' \
            '*-v[in the format text passes and notes, too, and each of several domains in full; -vv\: evidence, too]' \
            '--compact[json and jsonl with verdict, causes and the findings that matter only\: 4 kB a domain at most]' \
            '--ordered[report several domains in the order of the list, not as their audits end\: then a slow one holds up those behind it]' \
            '*--resolver=[ask this resolver instead of the system'\''s]:ADDR\[@PORT\]:' \
            '--trust-ad[the resolver validates DNSSEC and the way to it is safe; without it, one that has shown that it does is trusted where it runs on this machine]' \
            '--helo=[the name that mailready itself says in EHLO]:NAME:' \
            '--smtp-port=[the port of the mail servers]:PORT:' \
            '--sessions=[connections to each address of a mail server\: two may show that a load balancer has several names]:N:' \
            '*--source=[connect to mail servers from this address of this machine; once for IPv4, once for IPv6]:ADDR:' \
            '--ipv4[connect over IPv4 only]' \
            '-4[connect over IPv4 only]' \
            '--ipv6[connect over IPv6 only]' \
            '-6[connect over IPv6 only]' \
            '*--allow-net=[connect to addresses of this network though it is a special-purpose one\: private, reserved, documentation]:CIDR:' \
            '--ca-file=[certificates (PEM) of authorities to trust beside those of the system]:FILE:_files' \
            '*--canary=[a mail server that is known to answer\: shows whether port 25 leaves this machine, asked only when in doubt]:HOST:' \
            '*--bogus-canary=[a name that is known to fail DNSSEC validation\: shows whether the resolver validates]:NAME:' \
            '--trust-anchor=[the root'\''s keys, in lines of a zone file (DS or DNSKEY)\: where the resolver has not shown that it validates, the signatures are checked here]:FILE:_files' \
            '*--dnsbl=[ask this blocklist\: its zone, perhaps with your key in front, which recordings and JSON reports hold; without it a few large ones are asked, but none for several domains or through a public resolver]:LIST:' \
            '--no-dnsbl[ask no blocklist]' \
            '*--active=[test the hosts of --own further\: postmaster (is its mail taken?), relay=DOMAIN (is mail to a stranger'\''s DOMAIN refused?), old-tls (are TLS 1.0 and 1.1 still offered?), injection (is a command that is sent along with STARTTLS dropped?); no message is ever sent]:TEST,...:' \
            '*--own=[mail servers of yours, for --active\: this host, and those below it]:HOST:' \
            '--timeout=[for one domain; what is not known by then is reported as unknown]:SECONDS:' \
            '--jobs=[how many processes audit; domains whose mail goes to the same organisation are audited by the same one, and one that dies or hangs is replaced; with --wait, and for a single domain, it is one]:N:' \
            '--in-flight=[how many domains are audited at once, by each process]:N:' \
            '--memory=[what audits under way, what they have learnt, and finished ones that wait to be written may hold together, in all processes\: 200M, 2G; more audits are not begun while one more would not fit, and a single one that does not is unknown (resources)]:SIZE:' \
            '--journal=[keep what is finished in FILE, so that --resume can go on after an interruption; it is removed when all is reported; a list that comes through a pipe has one only where it is asked for]:FILE:_files' \
            '--resume[go on with the run of the journal, with the same list and the same options\: what is finished is not asked for again, and reports are whole; where there is no journal, begin one]' \
            '--store=[keep what is found in this file of SQLite, which is made where there is none, or in this database of PostgreSQL, in a schema "mailready"; several runs may write into it at once, and what --resume goes on with is one run in it; a password is in the file that PGPASSFILE names, or in a service file, never here]:sqlite\:FILE|postgresql\://HOST/DATABASE:' \
            '--reuse=[do not ask a mail server again that has answered an earlier run into the same store, from here, within 30m, 12h or another span of a day at most\: it is judged by what it said then, and the report names it; one that did not answer, or put us off, is asked]:SPAN:' \
            '--progress=[tell on standard error how far the run is\: done, under way, how many a second, what remains, and why domains are unknown; on a terminal a line that stays, else one a minute for several domains; json\: an object a second]:auto|json|none:( auto json none )' \
            '*--zone=[judge as if the zone in FILE, a master file, were published already\: what it has is what is answered, and a name that it lacks does not exist; ORIGIN is its name where FILE has no $ORIGIN; reverse zones count, too]:FILE\[=ORIGIN\]:_files' \
            '*--assume=[judge as if this record, in the form of a master file, were published already, in place of those of its name and type\: "mail.example.org A 192.0.2.1"]:RECORD:' \
            '--record=[save the evidence in FILE; for one domain]:FILE:_files' \
            '--replay=[judge the evidence that was saved in FILE, without any network; domain and senders are those of FILE]:FILE:_files' \
            '--trace[write every query, reply and SMTP line with time and peer to standard error]' \
            '--baseline=[an earlier report in JSON\: only what is new or worse counts for exit status 1, and reports tell what changed; a finding is the same one where its check and its subject are]:FILE:_files' \
            '*--expect=[what must be so, or a check of the group expect fails\: mx 10 HOST, 20 HOST (exactly these; mx none); spf allows ADDR; spf denies ADDR|CIDR; dmarc at least quarantine; ptr ADDR NAME; dkim SELECTOR sha256\:HEX (of the key); tlsa HOST; senders complete (SPF names declared senders only, in records that it includes too)]:EXPECTATION:' \
            '--wait=[after a change\: audit again, with longer and longer pauses, until nothing counts for exit status 1 or this time (30s, 15m, 2h) is up, and report then; the servers of the zones are asked, not caches, and what is still missing is said on standard error]:DURATION:' \
            '--config=[the project file\: options for all domains and sections for single ones; the command line wins over the environment, that over FILE; without a domain, all that have a section are audited]:FILE:_files' \
            '--client=[whom the report is for\: on the cover of HTML and PDF]:NAME:' \
            '--consultant=[whom it is by\: on the cover of HTML and PDF]:NAME:' \
            '--logo=[a PNG or JPEG image of at most 256 KiB for the cover of HTML and PDF]:FILE:_files' \
            '--lang=[the language of text, HTML and PDF\: en or de; what servers said, other formats, "diff", "explain" and "history" stay as they are]:LANG:' \
            '--help[show this help]' \
            '-h[show this help]'
        ;;
    explain)
        _arguments \
            '--bounce=[tell what is behind a rejection, who wrote it and by which rule\: an SMTP reply, a line of a log, a delivery status notification; of a FILE with many (mailbox, log of Postfix, Exim or OpenSMTPD, output of "postqueue -j") they are counted by cause and receiver, the most frequent first, with the command that audits each; "-" is standard input; exit status 3 where nothing is found that a check looks at]:TEXT|FILE:' \
            '--help[show this help]' \
            '-h[show this help]' \
            '*:check:( env env.resolver env.local_view env.ipv6 env.port25 env.clock env.vantage domain domain.exists domain.ptr mx mx.exists mx.null mx.target_cname mx.target_literal mx.resolves mx.redundancy ip ip.public ptr ptr.exists ptr.name_valid ptr.fcrdns ptr.single ptr.target_cname ptr.generic ptr.domain_aligned ptr.range helo helo.fqdn helo.resolves helo.matches_ip helo.matches_ptr helo.spf spf spf.exists spf.single spf.syntax spf.lookups spf.voids spf.all spf.ptr_mechanism spf.width spf.authorizes dkim dkim.exists dkim.syntax dkim.strength dkim.revoked dkim.testing dmarc dmarc.exists dmarc.single dmarc.syntax dmarc.policy dmarc.reports dmarc.report_authorization dmarc.legacy_difference dmarc.alignment banner banner.greeting banner.fqdn banner.resolves banner.matches_ptr banner.matches_ehlo smtp smtp.reachable smtp.ehlo smtp.extensions smtp.starttls smtp.starttls_injection smtp.delay smtp.protocol smtp.postmaster smtp.relay tls tls.handshake tls.version tls.chain tls.name tls.expiry tls.key dane dane.tlsa dane.usable dane.match dnssec dnssec.status dnsbl dnsbl.usable dnsbl.listed mta_sts mta_sts.record mta_sts.fetch mta_sts.policy mta_sts.mx_match tls_rpt tls_rpt.record bimi bimi.record bimi.logo expect expect.mx expect.spf expect.dmarc expect.ptr expect.dkim expect.tlsa expect.senders ns ns.consistent )'
        ;;
    checks)
        _arguments \
            '--format=[how to list them]:text|json:( text json )' \
            '--help[show this help]' \
            '-h[show this help]'
        ;;
    spf)
        _arguments \
            '--ip=[the address that connects]:ADDR:' \
            '--helo=[the name that it says in HELO]:NAME:' \
            '--mail-from=[the sender that it says in MAIL FROM, for records that depend on it]:ADDR:' \
            '*--resolver=[ask this resolver instead of the system'\''s]:ADDR\[@PORT\]:' \
            '--timeout=[what is not known by then is temperror]:SECONDS:' \
            '--trace[write every query and reply with time and peer to standard error]' \
            '--help[show this help]' \
            '-h[show this help]'
        ;;
    diff)
        _arguments \
            '--format=[how to show it]:text|markdown|json|html:( text markdown json html )' \
            '--fail-on=[the mildest finding that makes the exit status 1 where it is new or worse]:note|warn|fail|never:( note warn fail never )' \
            '--help[show this help]' \
            '-h[show this help]'
        ;;
    lint)
        _arguments \
            '--fail-on=[the mildest finding that makes the exit status 1]:fail|warn|never:( fail warn never )' \
            '--help[show this help]' \
            '-h[show this help]'
        ;;
    history)
        _arguments \
            '--store=[the database that audits keep their results in, by their option of the same name]:sqlite\:FILE|postgresql\://HOST/DATABASE:' \
            '--since=[only results since then\: a day (2026-11-29, in UTC), or a span of time until now (36h, 7d, 4w)]:DAY|SPAN:' \
            '--format=[how to show it]:text|json|html:( text json html )' \
            '--help[show this help]' \
            '-h[show this help]'
        ;;
    store)
        _arguments \
            '--store=[the database that audits keep their results in, by their option of the same name]:sqlite\:FILE|postgresql\://HOST/DATABASE:' \
            '*--check=[query\: findings of these checks and no others]:GROUP|ID,...:_values -s , check env env.resolver env.local_view env.ipv6 env.port25 env.clock env.vantage domain domain.exists domain.ptr mx mx.exists mx.null mx.target_cname mx.target_literal mx.resolves mx.redundancy ip ip.public ptr ptr.exists ptr.name_valid ptr.fcrdns ptr.single ptr.target_cname ptr.generic ptr.domain_aligned ptr.range helo helo.fqdn helo.resolves helo.matches_ip helo.matches_ptr helo.spf spf spf.exists spf.single spf.syntax spf.lookups spf.voids spf.all spf.ptr_mechanism spf.width spf.authorizes dkim dkim.exists dkim.syntax dkim.strength dkim.revoked dkim.testing dmarc dmarc.exists dmarc.single dmarc.syntax dmarc.policy dmarc.reports dmarc.report_authorization dmarc.legacy_difference dmarc.alignment banner banner.greeting banner.fqdn banner.resolves banner.matches_ptr banner.matches_ehlo smtp smtp.reachable smtp.ehlo smtp.extensions smtp.starttls smtp.starttls_injection smtp.delay smtp.protocol smtp.postmaster smtp.relay tls tls.handshake tls.version tls.chain tls.name tls.expiry tls.key dane dane.tlsa dane.usable dane.match dnssec dnssec.status dnsbl dnsbl.usable dnsbl.listed mta_sts mta_sts.record mta_sts.fetch mta_sts.policy mta_sts.mx_match tls_rpt tls_rpt.record bimi bimi.record bimi.logo expect expect.mx expect.spf expect.dmarc expect.ptr expect.dkim expect.tlsa expect.senders ns ns.consistent' \
            '*--status=[query\: findings of this status]:fail|warn|unknown|note|skipped|pass:( fail warn unknown note skipped pass )' \
            '--since=[query\: what is new or worse since a day (2026-11-29, in UTC), since a span of time until now (36h, 7d, 4w), or since the result before the latest one; without it, all that the latest result of each domain has]:DAY|SPAN|last:' \
            '--format=[query\: how to show it]:text|json:( text json )' \
            '--keep=[prune\: remove the results that are older than this span of time (90d, 52w), for good, also where a domain has no later one]:SPAN:' \
            '--help[show this help]' \
            '-h[show this help]'
        ;;
    fleet)
        _arguments \
            '--domains=[audit the domains in FILE, one a line, "-" for standard input; "#" begins a comment, a line that is no domain is reported with its number and skipped]:FILE:_files' \
            '*--sender=[an address that sends mail for the domain, and the HELO name it uses; a host name stands for all its addresses, a network of at most 16 addresses (IP/BITS) for each of them]:IP\[=HELO\]:' \
            '*--not-sender=[this address never sends, whatever SPF says]:IP|CIDR:' \
            '--from-mta[take HELO name and source addresses from the Postfix, Exim or OpenSMTPD of this machine; where all its mail leaves through another server (relayhost, smarthost), name that server instead]' \
            '*--dkim=[a DKIM selector that mail of the domain is signed with\: the s= of its DKIM-Signature fields; only the usual ones of services that the domain sends through are tried without it]:SELECTOR:' \
            '--dkim-guess[try common DKIM selectors as well; what is found is marked as a guess, and nothing found says nothing]' \
            '*--mail-from=[a domain of the envelope sender (MAIL FROM) that mail is sent with]:DOMAIN:' \
            '*--from=[a domain that stands in the From header, beside the domain itself]:DOMAIN:' \
            '--volume=[judge by the rules that large receivers have for bulk senders, or by those for others]:bulk|low:( bulk low )' \
            '*--receiver=[only what this receiver would do with the mail decides about the exit status\: gmail, gmail-bulk, yahoo and others, a wrong name shows them all]:NAME:( gmail gmail-bulk yahoo yahoo-bulk outlook outlook-bulk exchange-ipv6 icloud t-online gmx orange laposte comcast godaddy rackspace zoho wp-pl seppmail strict-postfix qq proofpoint fireeye mail-ru mimecast hostpoint infomaniak titan mxroute barracuda 163 cisco freenet )' \
            '*--only=[these checks and no others; "mailready checks" lists them]:GROUP|ID,...:_values -s , check env env.resolver env.local_view env.ipv6 env.port25 env.clock env.vantage domain domain.exists domain.ptr mx mx.exists mx.null mx.target_cname mx.target_literal mx.resolves mx.redundancy ip ip.public ptr ptr.exists ptr.name_valid ptr.fcrdns ptr.single ptr.target_cname ptr.generic ptr.domain_aligned ptr.range helo helo.fqdn helo.resolves helo.matches_ip helo.matches_ptr helo.spf spf spf.exists spf.single spf.syntax spf.lookups spf.voids spf.all spf.ptr_mechanism spf.width spf.authorizes dkim dkim.exists dkim.syntax dkim.strength dkim.revoked dkim.testing dmarc dmarc.exists dmarc.single dmarc.syntax dmarc.policy dmarc.reports dmarc.report_authorization dmarc.legacy_difference dmarc.alignment banner banner.greeting banner.fqdn banner.resolves banner.matches_ptr banner.matches_ehlo smtp smtp.reachable smtp.ehlo smtp.extensions smtp.starttls smtp.starttls_injection smtp.delay smtp.protocol smtp.postmaster smtp.relay tls tls.handshake tls.version tls.chain tls.name tls.expiry tls.key dane dane.tlsa dane.usable dane.match dnssec dnssec.status dnsbl dnsbl.usable dnsbl.listed mta_sts mta_sts.record mta_sts.fetch mta_sts.policy mta_sts.mx_match tls_rpt tls_rpt.record bimi bimi.record bimi.logo expect expect.mx expect.spf expect.dmarc expect.ptr expect.dkim expect.tlsa expect.senders ns ns.consistent' \
            '*--skip=[all checks but these]:GROUP|ID,...:_values -s , check env env.resolver env.local_view env.ipv6 env.port25 env.clock env.vantage domain domain.exists domain.ptr mx mx.exists mx.null mx.target_cname mx.target_literal mx.resolves mx.redundancy ip ip.public ptr ptr.exists ptr.name_valid ptr.fcrdns ptr.single ptr.target_cname ptr.generic ptr.domain_aligned ptr.range helo helo.fqdn helo.resolves helo.matches_ip helo.matches_ptr helo.spf spf spf.exists spf.single spf.syntax spf.lookups spf.voids spf.all spf.ptr_mechanism spf.width spf.authorizes dkim dkim.exists dkim.syntax dkim.strength dkim.revoked dkim.testing dmarc dmarc.exists dmarc.single dmarc.syntax dmarc.policy dmarc.reports dmarc.report_authorization dmarc.legacy_difference dmarc.alignment banner banner.greeting banner.fqdn banner.resolves banner.matches_ptr banner.matches_ehlo smtp smtp.reachable smtp.ehlo smtp.extensions smtp.starttls smtp.starttls_injection smtp.delay smtp.protocol smtp.postmaster smtp.relay tls tls.handshake tls.version tls.chain tls.name tls.expiry tls.key dane dane.tlsa dane.usable dane.match dnssec dnssec.status dnsbl dnsbl.usable dnsbl.listed mta_sts mta_sts.record mta_sts.fetch mta_sts.policy mta_sts.mx_match tls_rpt tls_rpt.record bimi bimi.record bimi.logo expect expect.mx expect.spf expect.dmarc expect.ptr expect.dkim expect.tlsa expect.senders ns ns.consistent' \
            '--fail-on=[the mildest finding that makes the exit status 1]:fail|warn|never:( fail warn never )' \
            '*--format=[how to report, on standard output or in FILE]:FORMAT\[=FILE\]:( text lines json jsonl html pdf markdown csv junit sarif github gitlab nagios prometheus )' \
            '*--output=[report in FILE, in the format that its suffix names; "-" is standard output; a directory, or a name that ends in "/", is for many domains\: index.html, the worst first, and an HTML page for each]:FILE:_files' \
            '*-o+[report in FILE, in the format that its suffix names; "-" is standard output; a directory, or a name that ends in "/", is for many domains\: index.html, the worst first, and an HTML page for each]:FILE:_files' \
            '--quiet[verdict lines only, on standard error and in the formats text and lines]' \
            '-q[verdict lines only, on standard error and in the formats text and lines]' \
            '*--verbose[in the format text passes and notes, too, and each of several domains in full; -vv\: evidence, too]' \
            '*-v[in the format text passes and notes, too, and each of several domains in full; -vv\: evidence, too]' \
            '--compact[json and jsonl with verdict, causes and the findings that matter only\: 4 kB a domain at most]' \
            '--ordered[report several domains in the order of the list, not as their audits end\: then a slow one holds up those behind it]' \
            '*--resolver=[ask this resolver instead of the system'\''s]:ADDR\[@PORT\]:' \
            '--trust-ad[the resolver validates DNSSEC and the way to it is safe; without it, one that has shown that it does is trusted where it runs on this machine]' \
            '--helo=[the name that mailready itself says in EHLO]:NAME:' \
            '--smtp-port=[the port of the mail servers]:PORT:' \
            '--sessions=[connections to each address of a mail server\: two may show that a load balancer has several names]:N:' \
            '*--source=[connect to mail servers from this address of this machine; once for IPv4, once for IPv6]:ADDR:' \
            '--ipv4[connect over IPv4 only]' \
            '-4[connect over IPv4 only]' \
            '--ipv6[connect over IPv6 only]' \
            '-6[connect over IPv6 only]' \
            '*--allow-net=[connect to addresses of this network though it is a special-purpose one\: private, reserved, documentation]:CIDR:' \
            '--ca-file=[certificates (PEM) of authorities to trust beside those of the system]:FILE:_files' \
            '*--canary=[a mail server that is known to answer\: shows whether port 25 leaves this machine, asked only when in doubt]:HOST:' \
            '*--bogus-canary=[a name that is known to fail DNSSEC validation\: shows whether the resolver validates]:NAME:' \
            '--trust-anchor=[the root'\''s keys, in lines of a zone file (DS or DNSKEY)\: where the resolver has not shown that it validates, the signatures are checked here]:FILE:_files' \
            '*--dnsbl=[ask this blocklist\: its zone, perhaps with your key in front, which recordings and JSON reports hold; without it a few large ones are asked, but none for several domains or through a public resolver]:LIST:' \
            '--no-dnsbl[ask no blocklist]' \
            '*--active=[test the hosts of --own further\: postmaster (is its mail taken?), relay=DOMAIN (is mail to a stranger'\''s DOMAIN refused?), old-tls (are TLS 1.0 and 1.1 still offered?), injection (is a command that is sent along with STARTTLS dropped?); no message is ever sent]:TEST,...:' \
            '*--own=[mail servers of yours, for --active\: this host, and those below it]:HOST:' \
            '--timeout=[for one domain; what is not known by then is reported as unknown]:SECONDS:' \
            '--jobs=[how many processes audit; domains whose mail goes to the same organisation are audited by the same one, and one that dies or hangs is replaced; with --wait, and for a single domain, it is one]:N:' \
            '--in-flight=[how many domains are audited at once, by each process]:N:' \
            '--memory=[what audits under way, what they have learnt, and finished ones that wait to be written may hold together, in all processes\: 200M, 2G; more audits are not begun while one more would not fit, and a single one that does not is unknown (resources)]:SIZE:' \
            '--journal=[keep what is finished in FILE, so that --resume can go on after an interruption; it is removed when all is reported; a list that comes through a pipe has one only where it is asked for]:FILE:_files' \
            '--resume[go on with the run of the journal, with the same list and the same options\: what is finished is not asked for again, and reports are whole; where there is no journal, begin one]' \
            '--store=[keep what is found in this file of SQLite, which is made where there is none, or in this database of PostgreSQL, in a schema "mailready"; several runs may write into it at once, and what --resume goes on with is one run in it; a password is in the file that PGPASSFILE names, or in a service file, never here]:sqlite\:FILE|postgresql\://HOST/DATABASE:' \
            '--reuse=[do not ask a mail server again that has answered an earlier run into the same store, from here, within 30m, 12h or another span of a day at most\: it is judged by what it said then, and the report names it; one that did not answer, or put us off, is asked]:SPAN:' \
            '--progress=[tell on standard error how far the run is\: done, under way, how many a second, what remains, and why domains are unknown; on a terminal a line that stays, else one a minute for several domains; json\: an object a second]:auto|json|none:( auto json none )' \
            '*--zone=[judge as if the zone in FILE, a master file, were published already\: what it has is what is answered, and a name that it lacks does not exist; ORIGIN is its name where FILE has no $ORIGIN; reverse zones count, too]:FILE\[=ORIGIN\]:_files' \
            '*--assume=[judge as if this record, in the form of a master file, were published already, in place of those of its name and type\: "mail.example.org A 192.0.2.1"]:RECORD:' \
            '--record=[save the evidence in FILE; for one domain]:FILE:_files' \
            '--replay=[judge the evidence that was saved in FILE, without any network; domain and senders are those of FILE]:FILE:_files' \
            '--trace[write every query, reply and SMTP line with time and peer to standard error]' \
            '--baseline=[an earlier report in JSON\: only what is new or worse counts for exit status 1, and reports tell what changed; a finding is the same one where its check and its subject are]:FILE:_files' \
            '*--expect=[what must be so, or a check of the group expect fails\: mx 10 HOST, 20 HOST (exactly these; mx none); spf allows ADDR; spf denies ADDR|CIDR; dmarc at least quarantine; ptr ADDR NAME; dkim SELECTOR sha256\:HEX (of the key); tlsa HOST; senders complete (SPF names declared senders only, in records that it includes too)]:EXPECTATION:' \
            '--wait=[after a change\: audit again, with longer and longer pauses, until nothing counts for exit status 1 or this time (30s, 15m, 2h) is up, and report then; the servers of the zones are asked, not caches, and what is still missing is said on standard error]:DURATION:' \
            '--config=[the project file\: options for all domains and sections for single ones; the command line wins over the environment, that over FILE; without a domain, all that have a section are audited]:FILE:_files' \
            '--client=[whom the report is for\: on the cover of HTML and PDF]:NAME:' \
            '--consultant=[whom it is by\: on the cover of HTML and PDF]:NAME:' \
            '--logo=[a PNG or JPEG image of at most 256 KiB for the cover of HTML and PDF]:FILE:_files' \
            '--lang=[the language of text, HTML and PDF\: en or de; what servers said, other formats, "diff", "explain" and "history" stay as they are]:LANG:' \
            '--help[show this help]' \
            '-h[show this help]'
        ;;
    config)
        _arguments \
            '--domains=[audit the domains in FILE, one a line, "-" for standard input; "#" begins a comment, a line that is no domain is reported with its number and skipped]:FILE:_files' \
            '*--sender=[an address that sends mail for the domain, and the HELO name it uses; a host name stands for all its addresses, a network of at most 16 addresses (IP/BITS) for each of them]:IP\[=HELO\]:' \
            '*--not-sender=[this address never sends, whatever SPF says]:IP|CIDR:' \
            '--from-mta[take HELO name and source addresses from the Postfix, Exim or OpenSMTPD of this machine; where all its mail leaves through another server (relayhost, smarthost), name that server instead]' \
            '*--dkim=[a DKIM selector that mail of the domain is signed with\: the s= of its DKIM-Signature fields; only the usual ones of services that the domain sends through are tried without it]:SELECTOR:' \
            '--dkim-guess[try common DKIM selectors as well; what is found is marked as a guess, and nothing found says nothing]' \
            '*--mail-from=[a domain of the envelope sender (MAIL FROM) that mail is sent with]:DOMAIN:' \
            '*--from=[a domain that stands in the From header, beside the domain itself]:DOMAIN:' \
            '--volume=[judge by the rules that large receivers have for bulk senders, or by those for others]:bulk|low:( bulk low )' \
            '*--receiver=[only what this receiver would do with the mail decides about the exit status\: gmail, gmail-bulk, yahoo and others, a wrong name shows them all]:NAME:( gmail gmail-bulk yahoo yahoo-bulk outlook outlook-bulk exchange-ipv6 icloud t-online gmx orange laposte comcast godaddy rackspace zoho wp-pl seppmail strict-postfix qq proofpoint fireeye mail-ru mimecast hostpoint infomaniak titan mxroute barracuda 163 cisco freenet )' \
            '*--only=[these checks and no others; "mailready checks" lists them]:GROUP|ID,...:_values -s , check env env.resolver env.local_view env.ipv6 env.port25 env.clock env.vantage domain domain.exists domain.ptr mx mx.exists mx.null mx.target_cname mx.target_literal mx.resolves mx.redundancy ip ip.public ptr ptr.exists ptr.name_valid ptr.fcrdns ptr.single ptr.target_cname ptr.generic ptr.domain_aligned ptr.range helo helo.fqdn helo.resolves helo.matches_ip helo.matches_ptr helo.spf spf spf.exists spf.single spf.syntax spf.lookups spf.voids spf.all spf.ptr_mechanism spf.width spf.authorizes dkim dkim.exists dkim.syntax dkim.strength dkim.revoked dkim.testing dmarc dmarc.exists dmarc.single dmarc.syntax dmarc.policy dmarc.reports dmarc.report_authorization dmarc.legacy_difference dmarc.alignment banner banner.greeting banner.fqdn banner.resolves banner.matches_ptr banner.matches_ehlo smtp smtp.reachable smtp.ehlo smtp.extensions smtp.starttls smtp.starttls_injection smtp.delay smtp.protocol smtp.postmaster smtp.relay tls tls.handshake tls.version tls.chain tls.name tls.expiry tls.key dane dane.tlsa dane.usable dane.match dnssec dnssec.status dnsbl dnsbl.usable dnsbl.listed mta_sts mta_sts.record mta_sts.fetch mta_sts.policy mta_sts.mx_match tls_rpt tls_rpt.record bimi bimi.record bimi.logo expect expect.mx expect.spf expect.dmarc expect.ptr expect.dkim expect.tlsa expect.senders ns ns.consistent' \
            '*--skip=[all checks but these]:GROUP|ID,...:_values -s , check env env.resolver env.local_view env.ipv6 env.port25 env.clock env.vantage domain domain.exists domain.ptr mx mx.exists mx.null mx.target_cname mx.target_literal mx.resolves mx.redundancy ip ip.public ptr ptr.exists ptr.name_valid ptr.fcrdns ptr.single ptr.target_cname ptr.generic ptr.domain_aligned ptr.range helo helo.fqdn helo.resolves helo.matches_ip helo.matches_ptr helo.spf spf spf.exists spf.single spf.syntax spf.lookups spf.voids spf.all spf.ptr_mechanism spf.width spf.authorizes dkim dkim.exists dkim.syntax dkim.strength dkim.revoked dkim.testing dmarc dmarc.exists dmarc.single dmarc.syntax dmarc.policy dmarc.reports dmarc.report_authorization dmarc.legacy_difference dmarc.alignment banner banner.greeting banner.fqdn banner.resolves banner.matches_ptr banner.matches_ehlo smtp smtp.reachable smtp.ehlo smtp.extensions smtp.starttls smtp.starttls_injection smtp.delay smtp.protocol smtp.postmaster smtp.relay tls tls.handshake tls.version tls.chain tls.name tls.expiry tls.key dane dane.tlsa dane.usable dane.match dnssec dnssec.status dnsbl dnsbl.usable dnsbl.listed mta_sts mta_sts.record mta_sts.fetch mta_sts.policy mta_sts.mx_match tls_rpt tls_rpt.record bimi bimi.record bimi.logo expect expect.mx expect.spf expect.dmarc expect.ptr expect.dkim expect.tlsa expect.senders ns ns.consistent' \
            '--fail-on=[the mildest finding that makes the exit status 1]:fail|warn|never:( fail warn never )' \
            '*--format=[how to report, on standard output or in FILE]:FORMAT\[=FILE\]:( text lines json jsonl html pdf markdown csv junit sarif github gitlab nagios prometheus )' \
            '*--output=[report in FILE, in the format that its suffix names; "-" is standard output; a directory, or a name that ends in "/", is for many domains\: index.html, the worst first, and an HTML page for each]:FILE:_files' \
            '*-o+[report in FILE, in the format that its suffix names; "-" is standard output; a directory, or a name that ends in "/", is for many domains\: index.html, the worst first, and an HTML page for each]:FILE:_files' \
            '--quiet[verdict lines only, on standard error and in the formats text and lines]' \
            '-q[verdict lines only, on standard error and in the formats text and lines]' \
            '*--verbose[in the format text passes and notes, too, and each of several domains in full; -vv\: evidence, too]' \
            '*-v[in the format text passes and notes, too, and each of several domains in full; -vv\: evidence, too]' \
            '--compact[json and jsonl with verdict, causes and the findings that matter only\: 4 kB a domain at most]' \
            '--ordered[report several domains in the order of the list, not as their audits end\: then a slow one holds up those behind it]' \
            '*--resolver=[ask this resolver instead of the system'\''s]:ADDR\[@PORT\]:' \
            '--trust-ad[the resolver validates DNSSEC and the way to it is safe; without it, one that has shown that it does is trusted where it runs on this machine]' \
            '--helo=[the name that mailready itself says in EHLO]:NAME:' \
            '--smtp-port=[the port of the mail servers]:PORT:' \
            '--sessions=[connections to each address of a mail server\: two may show that a load balancer has several names]:N:' \
            '*--source=[connect to mail servers from this address of this machine; once for IPv4, once for IPv6]:ADDR:' \
            '--ipv4[connect over IPv4 only]' \
            '-4[connect over IPv4 only]' \
            '--ipv6[connect over IPv6 only]' \
            '-6[connect over IPv6 only]' \
            '*--allow-net=[connect to addresses of this network though it is a special-purpose one\: private, reserved, documentation]:CIDR:' \
            '--ca-file=[certificates (PEM) of authorities to trust beside those of the system]:FILE:_files' \
            '*--canary=[a mail server that is known to answer\: shows whether port 25 leaves this machine, asked only when in doubt]:HOST:' \
            '*--bogus-canary=[a name that is known to fail DNSSEC validation\: shows whether the resolver validates]:NAME:' \
            '--trust-anchor=[the root'\''s keys, in lines of a zone file (DS or DNSKEY)\: where the resolver has not shown that it validates, the signatures are checked here]:FILE:_files' \
            '*--dnsbl=[ask this blocklist\: its zone, perhaps with your key in front, which recordings and JSON reports hold; without it a few large ones are asked, but none for several domains or through a public resolver]:LIST:' \
            '--no-dnsbl[ask no blocklist]' \
            '*--active=[test the hosts of --own further\: postmaster (is its mail taken?), relay=DOMAIN (is mail to a stranger'\''s DOMAIN refused?), old-tls (are TLS 1.0 and 1.1 still offered?), injection (is a command that is sent along with STARTTLS dropped?); no message is ever sent]:TEST,...:' \
            '*--own=[mail servers of yours, for --active\: this host, and those below it]:HOST:' \
            '--timeout=[for one domain; what is not known by then is reported as unknown]:SECONDS:' \
            '--jobs=[how many processes audit; domains whose mail goes to the same organisation are audited by the same one, and one that dies or hangs is replaced; with --wait, and for a single domain, it is one]:N:' \
            '--in-flight=[how many domains are audited at once, by each process]:N:' \
            '--memory=[what audits under way, what they have learnt, and finished ones that wait to be written may hold together, in all processes\: 200M, 2G; more audits are not begun while one more would not fit, and a single one that does not is unknown (resources)]:SIZE:' \
            '--journal=[keep what is finished in FILE, so that --resume can go on after an interruption; it is removed when all is reported; a list that comes through a pipe has one only where it is asked for]:FILE:_files' \
            '--resume[go on with the run of the journal, with the same list and the same options\: what is finished is not asked for again, and reports are whole; where there is no journal, begin one]' \
            '--store=[keep what is found in this file of SQLite, which is made where there is none, or in this database of PostgreSQL, in a schema "mailready"; several runs may write into it at once, and what --resume goes on with is one run in it; a password is in the file that PGPASSFILE names, or in a service file, never here]:sqlite\:FILE|postgresql\://HOST/DATABASE:' \
            '--reuse=[do not ask a mail server again that has answered an earlier run into the same store, from here, within 30m, 12h or another span of a day at most\: it is judged by what it said then, and the report names it; one that did not answer, or put us off, is asked]:SPAN:' \
            '--progress=[tell on standard error how far the run is\: done, under way, how many a second, what remains, and why domains are unknown; on a terminal a line that stays, else one a minute for several domains; json\: an object a second]:auto|json|none:( auto json none )' \
            '*--zone=[judge as if the zone in FILE, a master file, were published already\: what it has is what is answered, and a name that it lacks does not exist; ORIGIN is its name where FILE has no $ORIGIN; reverse zones count, too]:FILE\[=ORIGIN\]:_files' \
            '*--assume=[judge as if this record, in the form of a master file, were published already, in place of those of its name and type\: "mail.example.org A 192.0.2.1"]:RECORD:' \
            '--record=[save the evidence in FILE; for one domain]:FILE:_files' \
            '--replay=[judge the evidence that was saved in FILE, without any network; domain and senders are those of FILE]:FILE:_files' \
            '--trace[write every query, reply and SMTP line with time and peer to standard error]' \
            '--baseline=[an earlier report in JSON\: only what is new or worse counts for exit status 1, and reports tell what changed; a finding is the same one where its check and its subject are]:FILE:_files' \
            '*--expect=[what must be so, or a check of the group expect fails\: mx 10 HOST, 20 HOST (exactly these; mx none); spf allows ADDR; spf denies ADDR|CIDR; dmarc at least quarantine; ptr ADDR NAME; dkim SELECTOR sha256\:HEX (of the key); tlsa HOST; senders complete (SPF names declared senders only, in records that it includes too)]:EXPECTATION:' \
            '--wait=[after a change\: audit again, with longer and longer pauses, until nothing counts for exit status 1 or this time (30s, 15m, 2h) is up, and report then; the servers of the zones are asked, not caches, and what is still missing is said on standard error]:DURATION:' \
            '--config=[the project file\: options for all domains and sections for single ones; the command line wins over the environment, that over FILE; without a domain, all that have a section are audited]:FILE:_files' \
            '--client=[whom the report is for\: on the cover of HTML and PDF]:NAME:' \
            '--consultant=[whom it is by\: on the cover of HTML and PDF]:NAME:' \
            '--logo=[a PNG or JPEG image of at most 256 KiB for the cover of HTML and PDF]:FILE:_files' \
            '--lang=[the language of text, HTML and PDF\: en or de; what servers said, other formats, "diff", "explain" and "history" stay as they are]:LANG:' \
            '--help[show this help]' \
            '-h[show this help]'
        ;;
    help)
        _arguments \
            '--man[print the manual page, in mdoc]' \
            '--completion=[print the completion for a shell]:bash|zsh|fish:( bash zsh fish )' \
            '--help[show this help]' \
            '-h[show this help]' \
            ':command:( audit explain checks spf diff lint history store fleet config help )'
        ;;
    esac
}
_mailready "$@"
