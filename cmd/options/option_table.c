/* cmd/options/option_table.c - every option of every command, in the order of --help. */
#include "cmd/options/options.h"

/* clang-format off */
const struct option option_table[OPTION_COUNT] = {
    [OPT_DOMAINS] = {.command = "audit", .whole_run = true, .name = "domains", .type = OPTION_READ, .argument = "FILE",
        .help = "audit the domains in FILE, one a line, \"-\" for standard input; \"#\" begins a comment, a line that is "
                "no domain is reported with its number and skipped"},
    [OPT_SENDER] = {.command = "audit", .name = "sender", .type = OPTION_TEXT, .argument = "IP[=HELO]",
        .repeatable = true,
        .help = "an address that sends mail for the domain, and the HELO name it uses; a host name stands for all "
                "its addresses, a network of at most 16 addresses (IP/BITS) for each of them"},
    [OPT_NOT_SENDER] = {.command = "audit", .name = "not-sender", .type = OPTION_TEXT, .argument = "IP|CIDR",
        .repeatable = true,
        .help = "this address never sends, whatever SPF says"},
    [OPT_FROM_MTA] = {.command = "audit", .name = "from-mta", .type = OPTION_FLAG,
        .help = "take HELO name and source addresses from the Postfix, Exim or OpenSMTPD of this machine; where all its "
                "mail leaves through another server (relayhost, smarthost), name that server instead"},
    [OPT_DKIM] = {.command = "audit", .name = "dkim", .type = OPTION_TEXT, .argument = "SELECTOR",
        .repeatable = true,
        .help = "a DKIM selector that mail of the domain is signed with: the s= of its DKIM-Signature fields; only "
                "the usual ones of services that the domain sends through are tried without it"},
    [OPT_DKIM_GUESS] = {.command = "audit", .name = "dkim-guess", .type = OPTION_FLAG,
        .help = "try common DKIM selectors as well; what is found is marked as a guess, and nothing found says "
                "nothing"},
    [OPT_MAIL_FROM] = {.command = "audit", .name = "mail-from", .type = OPTION_TEXT, .argument = "DOMAIN",
        .repeatable = true, .standard = "the domain itself",
        .help = "a domain of the envelope sender (MAIL FROM) that mail is sent with"},
    [OPT_FROM] = {.command = "audit", .name = "from", .type = OPTION_TEXT, .argument = "DOMAIN", .repeatable = true,
        .help = "a domain that stands in the From header, beside the domain itself"},
    [OPT_VOLUME] = {.command = "audit", .name = "volume", .type = OPTION_CHOICE, .argument = "bulk|low",
        .choices = "bulk low",
        .help = "judge by the rules that large receivers have for bulk senders, or by those for others"},
    [OPT_RECEIVER] = {.command = "audit", .name = "receiver", .type = OPTION_RECEIVER, .argument = "NAME",
        .repeatable = true,
        .help = "only what this receiver would do with the mail decides about the exit status: gmail, gmail-bulk, yahoo "
                "and others, a wrong name shows them all"},
    [OPT_ONLY] = {.command = "audit", .name = "only", .type = OPTION_CHECKS, .argument = "GROUP|ID,...",
        .repeatable = true,
        .help = "these checks and no others; \"mailready checks\" lists them"},
    [OPT_SKIP] = {.command = "audit", .name = "skip", .type = OPTION_CHECKS, .argument = "GROUP|ID,...",
        .repeatable = true,
        .help = "all checks but these"},
    [OPT_FAIL_ON] = {.command = "audit", .name = "fail-on", .type = OPTION_CHOICE, .argument = "fail|warn|never",
        .choices = "fail warn never", .standard = "fail", .help = "the mildest finding that makes the exit status 1"},
    [OPT_FORMAT] = {.command = "audit", .whole_run = true, .name = "format", .type = OPTION_REPORT, .argument = "FORMAT[=FILE]",
        .repeatable = true,
        .standard = "text", .help = "how to report, on standard output or in FILE"},
    [OPT_OUTPUT] = {.command = "audit", .whole_run = true, .name = "output", .letter = 'o', .type = OPTION_WRITE, .argument = "FILE",
        .repeatable = true,
        .help = "report in FILE, in the format that its suffix names; \"-\" is standard output; a directory, or a name that ends "
                "in \"/\", is for many domains: index.html, the worst first, and an HTML page for each"},
    [OPT_QUIET] = {.command = "audit", .whole_run = true, .name = "quiet", .letter = 'q', .type = OPTION_FLAG,
        .help = "verdict lines only, on standard error and in the formats text and lines"},
    [OPT_VERBOSE] = {.command = "audit", .whole_run = true, .name = "verbose", .letter = 'v', .type = OPTION_FLAG,
        .repeatable = true,
        .help = "in the format text passes and notes, too, and each of several domains in full; -vv: evidence, too"},
    [OPT_RESOLVER] = {.command = "audit", .whole_run = true, .name = "resolver", .type = OPTION_TEXT, .argument = "ADDR[@PORT]",
        .repeatable = true,
        .help = "ask this resolver instead of the system's"},
    [OPT_TRUST_AD] = {.command = "audit", .whole_run = true, .name = "trust-ad", .type = OPTION_FLAG,
        .help = "the resolver validates DNSSEC and the way to it is safe; a resolver on this machine is trusted "
                "anyway"},
    [OPT_HELO] = {.command = "audit", .whole_run = true, .name = "helo", .type = OPTION_TEXT, .argument = "NAME",
        .standard = "the name of this machine", .help = "the name that mailready itself says in EHLO"},
    [OPT_SMTP_PORT] = {.command = "audit", .name = "smtp-port", .type = OPTION_NUMBER, .argument = "PORT",
        .least = 1, .most = 65535,
        .standard = "25", .help = "the port of the mail servers"},
    [OPT_SESSIONS] = {.command = "audit", .name = "sessions", .type = OPTION_NUMBER, .argument = "N", .least = 1, .most = 2,
        .standard = "1, and a second one where the first shows a sender by a name that does not fit",
        .help = "connections to each address of a mail server: two may show that a load balancer has several names"},
    [OPT_SOURCE] = {.command = "audit", .whole_run = true, .name = "source", .type = OPTION_TEXT, .argument = "ADDR", .repeatable = true,
        .help = "connect to mail servers from this address of this machine; once for IPv4, once for IPv6"},
    [OPT_IPV4] = {.command = "audit", .whole_run = true, .name = "ipv4", .letter = '4', .type = OPTION_FLAG, .help = "connect over IPv4 "
                "only"},
    [OPT_IPV6] = {.command = "audit", .whole_run = true, .name = "ipv6", .letter = '6', .type = OPTION_FLAG, .help = "connect over IPv6 "
                "only"},
    [OPT_ALLOW_NET] = {.command = "audit", .whole_run = true, .name = "allow-net", .type = OPTION_TEXT, .argument = "CIDR",
        .repeatable = true,
        .help = "connect to addresses of this network though it is a special-purpose one: private, reserved, "
                "documentation"},
    [OPT_CA_FILE] = {.command = "audit", .whole_run = true, .name = "ca-file", .type = OPTION_READ, .argument = "FILE",
        .help = "certificates (PEM) of authorities to trust beside those of the system"},
    [OPT_CANARY] = {.command = "audit", .name = "canary", .type = OPTION_TEXT, .argument = "HOST", .repeatable = true,
        .help = "a mail server that is known to answer: shows whether port 25 leaves this machine, asked only when "
                "in doubt"},
    [OPT_BOGUS_CANARY] = {.command = "audit", .name = "bogus-canary", .type = OPTION_TEXT, .argument = "NAME", .repeatable = true,
        .help = "a name that is known to fail DNSSEC validation: shows whether the resolver validates"},
    [OPT_TRUST_ANCHOR] = {.command = "audit", .name = "trust-anchor", .type = OPTION_READ, .argument = "FILE",
        .standard = "IANA's, of 2017 and 2024",
        .help = "the root's keys, in lines of a zone file (DS or DNSKEY): where the resolver has not shown that it "
                "validates, the signatures are checked here"},
    [OPT_DNSBL] = {.command = "audit", .name = "dnsbl", .type = OPTION_TEXT, .argument = "LIST", .repeatable = true,
        .help = "ask this blocklist: its zone, perhaps with your key in front, which recordings and JSON reports hold; "
                "without it a few large ones are asked, but none for several domains or through a public resolver"},
    [OPT_NO_DNSBL] = {.command = "audit", .name = "no-dnsbl", .type = OPTION_FLAG, .help = "ask no blocklist"},
    [OPT_ACTIVE] = {.command = "audit", .name = "active", .argument = "TEST,...", .type = OPTION_TEXT, .repeatable = true,
        .help = "test the hosts of --own further: postmaster (is its mail taken?), relay=DOMAIN (is mail to a stranger's "
                "DOMAIN refused?), old-tls (are TLS 1.0 and 1.1 still offered?), injection (is a command that is sent along "
                "with STARTTLS dropped?); no message is ever sent"},
    [OPT_OWN] = {.command = "audit", .name = "own", .argument = "HOST", .type = OPTION_TEXT, .repeatable = true,
        .help = "mail servers of yours, for --active: this host, and those below it"},
    [OPT_TIMEOUT] = {.command = "audit", .whole_run = true, .name = "timeout", .type = OPTION_NUMBER, .argument = "SECONDS",
        .least = 1, .most = 3600,
        .standard = "60", .help = "for one domain; what is not known by then is reported as unknown"},
    [OPT_JOBS] = {.command = "audit", .whole_run = true, .name = "jobs", .argument = "N", .type = OPTION_TEXT, .planned = true},
    [OPT_IN_FLIGHT] = {.command = "audit", .whole_run = true, .name = "in-flight", .type = OPTION_NUMBER, .argument = "N", .least = 1,
        .most = 10000,
        .standard = "50", .help = "how many domains are audited at once"},
    [OPT_ZONE] = {.command = "audit", .whole_run = true, .name = "zone", .type = OPTION_READ, .argument = "FILE[=ORIGIN]",
        .repeatable = true,
        .help = "judge as if the zone in FILE, a master file, were published already: what it has is what is answered, and a "
                "name that it lacks does not exist; ORIGIN is its name where FILE has no $ORIGIN; reverse zones count, too"},
    [OPT_ASSUME] = {.command = "audit", .whole_run = true, .name = "assume", .type = OPTION_TEXT, .argument = "RECORD",
        .repeatable = true,
        .help = "judge as if this record, in the form of a master file, were published already, in place of those of its "
                "name and type: \"mail.example.org A 192.0.2.1\""},
    [OPT_RECORD] = {.command = "audit", .whole_run = true, .name = "record", .type = OPTION_WRITE, .argument = "FILE",
        .help = "save the evidence in FILE; for one domain"},
    [OPT_REPLAY] = {.command = "audit", .whole_run = true, .name = "replay", .type = OPTION_READ, .argument = "FILE",
        .help = "judge the evidence that was saved in FILE, without any network; domain and senders are those of FILE"},
    [OPT_TRACE] = {.command = "audit", .whole_run = true, .name = "trace", .type = OPTION_FLAG,
        .help = "write every query, reply and SMTP line with time and peer to standard error"},
    [OPT_BASELINE] = {.command = "audit", .whole_run = true, .name = "baseline", .type = OPTION_READ, .argument = "FILE",
        .help = "an earlier report in JSON: only what is new or worse counts for exit status 1, and reports tell what changed; a "
                "finding is the same one where its check and its subject are"},
    [OPT_EXPECT] = {.command = "audit", .name = "expect", .type = OPTION_TEXT, .repeatable = true, .gathers = true,
        .argument = "EXPECTATION",
        .help = "what must be so, or a check of the group expect fails: mx 10 HOST, 20 HOST (exactly these; mx none); spf allows ADDR; "
                "spf denies ADDR|CIDR; dmarc at least quarantine; ptr ADDR NAME; dkim SELECTOR sha256:HEX (of the key); tlsa HOST; "
                "senders complete (SPF names declared senders only)"},
    [OPT_WAIT] = {.command = "audit", .whole_run = true, .name = "wait", .type = OPTION_TEXT, .argument = "DURATION",
        .help = "after a change: audit again, with longer and longer pauses, until nothing counts for exit status 1 or this time (30s, "
                "15m, 2h) is up, and report then; the servers of the zones are asked, not caches, and what is still missing is "
                "said on standard error"},
    [OPT_CONFIG] = {.command = "audit", .whole_run = true, .name = "config", .type = OPTION_READ, .argument = "FILE",
        .standard = ".mailready.conf of this directory, where it exists and no domain is named",
        .help = "the project file: options for all domains and sections for single ones; the command line wins over the "
                "environment, that over FILE; without a domain, all that have a section are audited"},
    [OPT_CLIENT] = {.command = "audit", .name = "client", .type = OPTION_TEXT, .argument = "NAME",
        .help = "whom the report is for: on the cover of HTML and PDF"},
    [OPT_CONSULTANT] = {.command = "audit", .name = "consultant", .type = OPTION_TEXT, .argument = "NAME",
        .help = "whom it is by: on the cover of HTML and PDF"},
    [OPT_LOGO] = {.command = "audit", .name = "logo", .type = OPTION_READ, .argument = "FILE",
        .help = "a PNG or JPEG image of at most 256 KiB for the cover of HTML and PDF"},
    [OPT_OWNER] = {.command = "audit", .name = "owner", .type = OPTION_TEXT, .argument = "TEXT", .file_only = true,
        .help = "who answers for the domain; reports say it"},
    [OPT_IGNORE] = {.command = "audit", .name = "ignore", .type = OPTION_TEXT, .file_only = true, .repeatable = true, .gathers = true,
        .argument = "CHECK [SUBJECT]; until=DATE; reason=TEXT",
        .help = "a finding that is accepted until the end of this day (YYYY-MM-DD, UTC): it stays in every report, marked, and does "
                "not count; SUBJECT is what the finding is about, or its address, host, name or selector; one that ended or "
                "that nothing was found for is reported"},
    [OPT_LEVEL] = {.command = "audit", .name = "level", .type = OPTION_TEXT, .file_only = true, .repeatable = true, .gathers = true,
        .argument = "CHECK note|warn|fail",
        .help = "what this check finds weighs so much, and not what mailready thinks; receivers think as before"},
    [OPT_AUDIT_HELP] = {.command = "audit", .whole_run = true, .name = "help", .letter = 'h', .type = OPTION_FLAG, .help = "show this "
                "help"},
    [OPT_EXPLAIN_BOUNCE] = {.command = "explain", .name = "bounce", .argument = "TEXT|FILE", .type = OPTION_TEXT,
        .help = "tell what is behind a rejection, who wrote it and by which rule: an SMTP reply, a line of a log, a delivery "
                "status notification; of a FILE with many (mailbox, log of Postfix, Exim or OpenSMTPD, output of "
                "\"postqueue -j\") they are counted by cause and receiver, the most frequent first, with the command that audits "
                "each; \"-\" is standard input; exit status 3 where nothing is found that a check looks at"},
    [OPT_EXPLAIN_HELP] = {.command = "explain", .name = "help", .letter = 'h', .type = OPTION_FLAG, .help = "show "
                "this help"},
    [OPT_CHECKS_FORMAT] = {.command = "checks", .name = "format", .type = OPTION_CHOICE, .argument = "text|json",
        .choices = "text json", .standard = "text", .help = "how to list them"},
    [OPT_CHECKS_HELP] = {.command = "checks", .name = "help", .letter = 'h', .type = OPTION_FLAG, .help = "show this "
                "help"},
    [OPT_SPF_IP] = {.command = "spf", .name = "ip", .type = OPTION_TEXT, .argument = "ADDR",
        .help = "the address that connects"},
    [OPT_SPF_HELO] = {.command = "spf", .name = "helo", .type = OPTION_TEXT, .argument = "NAME",
        .standard = "DOMAIN", .help = "the name that it says in HELO"},
    [OPT_SPF_MAIL_FROM] = {.command = "spf", .name = "mail-from", .type = OPTION_TEXT, .argument = "ADDR",
        .standard = "postmaster@DOMAIN", .help = "the sender that it says in MAIL FROM, for records that depend on it"},
    [OPT_SPF_RESOLVER] = {.command = "spf", .name = "resolver", .type = OPTION_TEXT, .argument = "ADDR[@PORT]",
        .repeatable = true,
        .help = "ask this resolver instead of the system's"},
    [OPT_SPF_TIMEOUT] = {.command = "spf", .name = "timeout", .type = OPTION_NUMBER, .argument = "SECONDS",
        .least = 1, .most = 3600,
        .standard = "60", .help = "what is not known by then is temperror"},
    [OPT_SPF_TRACE] = {.command = "spf", .name = "trace", .type = OPTION_FLAG,
        .help = "write every query and reply with time and peer to standard error"},
    [OPT_SPF_HELP] = {.command = "spf", .name = "help", .letter = 'h', .type = OPTION_FLAG, .help = "show this help"},
    [OPT_LINT_FAIL_ON] = {.command = "lint", .name = "fail-on", .type = OPTION_CHOICE, .argument = "fail|warn|never",
        .choices = "fail warn never", .standard = "fail", .help = "the mildest finding that makes the exit status 1"},
    [OPT_LINT_HELP] = {.command = "lint", .name = "help", .letter = 'h', .type = OPTION_FLAG, .help = "show this help"},
    [OPT_DIFF_FORMAT] = {.command = "diff", .name = "format", .type = OPTION_CHOICE, .argument = "text|markdown|json|html",
        .choices = "text markdown json html", .standard = "text", .help = "how to show it"},
    [OPT_DIFF_FAIL_ON] = {.command = "diff", .name = "fail-on", .type = OPTION_CHOICE, .argument = "note|warn|fail|never",
        .choices = "note warn fail never", .standard = "warn",
        .help = "the mildest finding that makes the exit status 1 where it is new or worse"},
    [OPT_DIFF_HELP] = {.command = "diff", .name = "help", .letter = 'h', .type = OPTION_FLAG, .help = "show this help"},
    [OPT_HELP_MAN] = {.command = "help", .name = "man", .type = OPTION_FLAG, .help = "print the manual page, in mdoc"},
    [OPT_HELP_COMPLETION] = {.command = "help", .name = "completion", .type = OPTION_CHOICE, .argument = "bash|zsh|fish",
        .choices = "bash zsh fish", .help = "print the completion for a shell"},
    [OPT_HELP_HELP] = {.command = "help", .name = "help", .letter = 'h', .type = OPTION_FLAG, .help = "show this help"},
};
/* clang-format on */
