/* Refusals as servers word them: do they speak of us?  (checks.md, section 7) */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/derive/refusal.h"

static const struct {
    const char *said;
    enum refusal refusal;
} sentences[] = {
    /* Postfix, and its postscreen */
    {"554 5.7.1 Service unavailable; client [11.9.9.9] blocked using zen.spamhaus.org", REFUSAL_OF_LISTED},
    {"521 5.7.1 Service unavailable; client [11.9.9.9] blocked using dnsbl.example.net", REFUSAL_OF_LISTED},
    {"554 5.7.1 Service unavailable; Client host [11.9.9.9] blocked using bl.spamcop.net; see the list's page",
     REFUSAL_OF_LISTED},
    {"554 5.7.1 <audit.example.net[11.9.9.9]>: Client host rejected: Access denied", REFUSAL_OF_US},
    {"554 5.7.1 <unknown[10.1.1.1]>: Client host rejected: Access denied", REFUSAL_OF_US},
    {"450 4.7.25 Client host rejected: cannot find your hostname, [11.9.9.9]", REFUSAL_OF_PTR},
    {"450 4.7.1 Client host rejected: cannot find your reverse hostname, [11.9.9.9]", REFUSAL_OF_PTR},
    {"550 5.7.1 <audit.example.net>: Helo command rejected: Host not found", REFUSAL_OF_HELO},
    {"504 5.5.2 <audit>: Helo command rejected: need fully-qualified hostname", REFUSAL_OF_HELO},
    {"501 5.5.2 <a_b>: Helo command rejected: Invalid name", REFUSAL_OF_HELO},
    {"550 5.5.1 Protocol error", REFUSAL_OF_ALL},
    {"421 4.3.2 All server ports are busy", REFUSAL_OF_ALL},
    {"450 4.3.2 Service currently unavailable", REFUSAL_OF_ALL},
    {"421 4.7.0 mx1.example.org Error: too many connections from 11.9.9.9", REFUSAL_OF_ALL},
    {"450 4.2.0 Greylisted, see the help page, please come back later (11.9.9.9)", REFUSAL_OF_ALL},
    /* Exim */
    {"550 HELO argument does not match calling host", REFUSAL_OF_HELO},
    {"501 Syntactically invalid EHLO argument(s)", REFUSAL_OF_HELO},
    {"550 Access denied - Invalid HELO name (See RFC2821 4.1.1.1)", REFUSAL_OF_HELO},
    {"550 Reverse DNS lookup failed for host 11.9.9.9", REFUSAL_OF_PTR},
    {"554 inconsistent or no DNS PTR record for 11.9.9.9 (see RFC 1912 2.1)", REFUSAL_OF_PTR},
    {"550-Rejected because 11.9.9.9 is in a black list at dnsbl.example.net", REFUSAL_OF_LISTED},
    {"554 SMTP synchronization error", REFUSAL_OF_ALL},
    /* sendmail */
    {"554 5.7.1 Fix reverse DNS for 11.9.9.9", REFUSAL_OF_US},
    {"553 5.3.0 Rejected - see the blocklist, 11.9.9.9", REFUSAL_OF_LISTED},
    {"500 5.5.1 Command unrecognized: \"EHLO audit.example.net\"", REFUSAL_OF_ALL},
    {"502 5.5.2 Error: command not recognized: EHLO", REFUSAL_OF_ALL},
    {"502 EHLO not implemented", REFUSAL_OF_ALL},
    {"503 5.5.1 Send HELO first, not STARTTLS", REFUSAL_OF_ALL},
    /* rspamd and policy servers */
    {"554 5.7.1 Your IP is on our local blacklist", REFUSAL_OF_LISTED},
    {"554 5.7.1 Policy rejection, hostname mismatch", REFUSAL_OF_PTR},
    {"550 No rDNS, no service", REFUSAL_OF_PTR},
    {"554 connecting IP must have a valid PTR", REFUSAL_OF_PTR},
    {"554 rDNS required.", REFUSAL_OF_PTR},
    {"554 you are not allowed to connect here", REFUSAL_OF_US},
    {"554 5.7.1 Connection refused - your IP is listed in our local database", REFUSAL_OF_LISTED},
    {"554 5.7.1 Mail from your network is not accepted here", REFUSAL_OF_US},
    {"554 Host name lookup failed", REFUSAL_OF_PTR},
    {"554 HELO/EHLO name does not match reverse DNS", REFUSAL_OF_PTR},
    {"554 Connections from dynamic IP addresses are not accepted", REFUSAL_OF_US},
    {"554 11.9.9.9 is not allowed", REFUSAL_OF_US},
    {"550 Rejected by a local RBL: 11.9.9.9", REFUSAL_OF_LISTED},
    /* Microsoft */
    {"550 5.7.1 Unfortunately, messages from [11.9.9.9] weren't sent. Part of the network is on our block list "
     "(S3140).",
     REFUSAL_OF_LISTED},
    {"550 5.7.606 Access denied, banned sending IP [11.9.9.9]", REFUSAL_OF_US},
    {"451 4.7.650 The mail server [11.9.9.9] has been temporarily rate limited due to IP reputation",
     REFUSAL_OF_REPUTATION},
    /* appliances and services */
    {"554 Service unavailable; Client host [11.9.9.9] blocked by the reputation system of Barracuda",
     REFUSAL_OF_REPUTATION},
    {"554-mx1.example.org\n554 Your access to this mail system has been rejected due to the sending MTA's poor "
     "reputation",
     REFUSAL_OF_REPUTATION},
    {"554 Blocked - see https://ipcheck.proofpoint.com/?ip=11.9.9.9", REFUSAL_OF_US},
    {"550 csi.example.net Poor Reputation Sender.", REFUSAL_OF_REPUTATION},
    {"554 IP=11.9.9.9 - None/bad reputation. Ask your postmaster for help (NOWL)", REFUSAL_OF_REPUTATION},
    {"554 IP=11.9.9.9 - Dialup/transient IP not allowed. (DIAL)", REFUSAL_OF_US},
    {"554-mx1.example.org Service not available\n554-No SMTP service\n554 Bad DNS PTR resource record.",
     REFUSAL_OF_PTR},
    {"554-mx1.example.org Service not available\n554-No SMTP service\n554 IP address is block listed.",
     REFUSAL_OF_LISTED},
    {"554 9.9.9.11.example.net says no", REFUSAL_OF_US},
    {"554 Go away, audit.example.net", REFUSAL_OF_US},
    {"521 5.7.1 Blocked by our reputation service", REFUSAL_OF_REPUTATION},
    {"554 (ip:[IPv6:2600:0:0:0::9]) no", REFUSAL_OF_ALL},
    /* German, French */
    {"554 Ihre IP-Adresse steht auf einer Sperrliste", REFUSAL_OF_LISTED},
    {"554 Verbindung abgelehnt: kein g\xc3\xbcltiger PTR-Eintrag", REFUSAL_OF_PTR},
    {"554 Ihr Server wird abgewiesen, Ihre Adresse ist gesperrt", REFUSAL_OF_US},
    {"550 HELO-Name ung\xfcltig", REFUSAL_OF_HELO},
    {"554 schlechte Reputation", REFUSAL_OF_REPUTATION},
    {"554 R\xc3\xbc"
     "ckw\xc3\xa4rtsaufl\xc3\xb6sung fehlgeschlagen",
     REFUSAL_OF_PTR},
    {"554 Votre adresse IP est bloqu\xc3\xa9"
     "e",
     REFUSAL_OF_US},
    {"554 Connexion refus\xc3\xa9"
     "e : adresse pr\xc3\xa9sente sur liste noire",
     REFUSAL_OF_LISTED},
    {"554 Connexion refus\xc3\xa9"
     "e, pas de DNS inverse",
     REFUSAL_OF_PTR},
    {"554 r\xc3\xa9putation insuffisante", REFUSAL_OF_REPUTATION},
    {"554 nom HELO invalide", REFUSAL_OF_HELO},
    {"554 Nom d'h\xc3\xb4te introuvable", REFUSAL_OF_PTR},
    {"554 Hostname konnte nicht aufgel\xc3\xb6st werden", REFUSAL_OF_PTR},
    {"554 Votre IP n'a pas de PTR", REFUSAL_OF_PTR},
    /* in any case, with any punctuation */
    {"554 SPAMHAUS!", REFUSAL_OF_LISTED},
    {"554 (RBL)", REFUSAL_OF_LISTED},
    {"554 \"Reputation\"", REFUSAL_OF_REPUTATION},
    {"554 [11.9.9.9]:25", REFUSAL_OF_US},
    {"554 client=11.9.9.9, bye", REFUSAL_OF_US},

    {"554 11.9.9.9:25, bye", REFUSAL_OF_US},
    {"554 refused by zen.spamhaus.org", REFUSAL_OF_LISTED},
    {"554 no generic addresses", REFUSAL_OF_US},
    {"502 your host has no rDNS", REFUSAL_OF_PTR},
    {"502 11.9.9.9 refused by zen.spamhaus.org", REFUSAL_OF_LISTED},

    /* of everybody */
    {"554 11.9.9.90:25 takes no mail", REFUSAL_OF_ALL},
    {"554 No SMTP service here", REFUSAL_OF_ALL},
    {"554 mx1.example.org no SMTP service here", REFUSAL_OF_ALL},
    {"521 5.3.2 mx1.example.org does not accept mail", REFUSAL_OF_ALL},
    {"521 This hostname does not accept mail", REFUSAL_OF_ALL},
    {"554 marble.example.org takes no mail", REFUSAL_OF_ALL},
    {"554 marble takes no mail: it does not scribble", REFUSAL_OF_ALL},
    {"554 blocked.example.org takes no mail", REFUSAL_OF_ALL},
    {"554 rbl.example.org takes no mail", REFUSAL_OF_ALL},
    {"554 spamhaus.example.org takes no mail", REFUSAL_OF_ALL},
    {"554 ptr.example.org must not be used for mail", REFUSAL_OF_ALL},
    {"554 helo.example.net is not a mail server", REFUSAL_OF_ALL},
    {"521 hostname.example.net refuses mail", REFUSAL_OF_ALL},
    {"554 reputation.example.net does not accept mail", REFUSAL_OF_ALL},
    {"554 mx1 rejects all mail", REFUSAL_OF_ALL},
    {"554 11.9.9.90 takes no mail", REFUSAL_OF_ALL},
    {"554 111.9.9.9 takes no mail", REFUSAL_OF_ALL},
    {"554 bigaudit.example.net.example takes no mail", REFUSAL_OF_ALL},
    {"554 blocked-mx.example.net no SMTP service here", REFUSAL_OF_ALL},
    {"554 5.5.4 mail is not served by this host", REFUSAL_OF_ALL},
    {"521 5.3.2 Hostname mx1 is not a mail host", REFUSAL_OF_ALL},
    {"554 unblocked mail only", REFUSAL_OF_ALL},
    {"550 5.7.1 Unable to relay", REFUSAL_OF_ALL},
    {"554 Kein Mailserver", REFUSAL_OF_ALL},
    {"554 Pas de service SMTP ici", REFUSAL_OF_ALL},
    {"554 Access denied", REFUSAL_OF_ALL},
    {"554 5.3.2 system not accepting network messages", REFUSAL_OF_ALL},
    {"554 Transaction failed", REFUSAL_OF_ALL},
    {"550 Relaying denied", REFUSAL_OF_ALL},
    {"554 reverse proxy without a backend", REFUSAL_OF_ALL},
    {"554 Mailing list server, takes no mail", REFUSAL_OF_ALL},
    {"530 5.7.0 Must issue a STARTTLS command first", REFUSAL_OF_ALL},
    {"454 4.7.0 TLS not available due to local problem", REFUSAL_OF_ALL},
    {"503 5.5.1 Error: bad sequence of commands", REFUSAL_OF_ALL},
    {"550 go away", REFUSAL_OF_ALL},
    {"554", REFUSAL_OF_ALL},
    {"554 ", REFUSAL_OF_ALL},
};

/* What stands behind the codes. */
static struct str text_of(struct arena *arena, const char *said)
{
    char *text = (char *)arena_alloc(arena, strlen(said) + 1);
    size_t len = 0;

    for (const char *line = said; *line; line += strcspn(line, "\n"), line += *line == '\n') {
        size_t size = strcspn(line, "\n"), skip = size < 4 ? size : 4;

        memcpy(text + len, line + skip, size - skip);
        len += size - skip;
        text[len++] = '\n';
    }
    return (struct str){text, len};
}

static void test_sentences(void **state)
{
    struct refusal_parties parties = {.our_name = "audit.example.net", .server_name = "mx1.example.org"};
    struct arena *arena = arena_new(8u << 20);
    size_t wrong = 0;

    (void)state;
    assert_non_null(arena);
    assert_true(ip_parse("11.9.9.9", &parties.our_ip));
    for (size_t i = 0; i < sizeof sentences / sizeof *sentences; i++) {
        enum refusal found = refusal_by_words(arena, &parties, (int)strtol(sentences[i].said, NULL, 10),
                                              text_of(arena, sentences[i].said));

        if (found != sentences[i].refusal) {
            print_error("%s\n    found %d, not %d\n", sentences[i].said, (int)found, (int)sentences[i].refusal);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
    arena_free(arena);
}

/* IPv6 addresses have many spellings. */
static void test_ipv6(void **state)
{
    struct refusal_parties parties = {.our_name = "audit.example.net", .server_name = "mx1.example.org"};
    struct arena *arena = arena_new(1u << 20);

    (void)state;
    assert_non_null(arena);
    assert_true(ip_parse("2600::9", &parties.our_ip));
    assert_int_equal(refusal_by_words(arena, &parties, 554, str_of("no [IPv6:2600:0:0:0:0:0:0:9]")), REFUSAL_OF_US);
    assert_int_equal(refusal_by_words(arena, &parties, 554, str_of("no, 2600:0000::9.")), REFUSAL_OF_US);
    assert_int_equal(refusal_by_words(arena, &parties, 554, str_of("no, 2600::9a")), REFUSAL_OF_ALL);
    arena_free(arena);
}

/* The program runs on the mail host itself: its own name is the server's, and says nothing. */
static void test_own_names(void **state)
{
    struct refusal_parties parties = {.our_name = "rbl.example.org", .server_name = "rbl.example.org"};
    struct arena *arena = arena_new(1u << 20);

    (void)state;
    assert_non_null(arena);
    assert_int_equal(refusal_by_words(arena, &parties, 554, str_of("rbl.example.org no SMTP service here")),
                     REFUSAL_OF_ALL);
    assert_int_equal(refusal_by_words(arena, &parties, 554, str_of("rbl takes no mail")), REFUSAL_OF_ALL);
    assert_int_equal(refusal_by_words(arena, &parties, 554, str_of("listed by an RBL: sorbs.example.net")),
                     REFUSAL_OF_LISTED);
    arena_free(arena);
}

/* Of a long text the first 4,096 octets are read. */
static void test_length(void **state)
{
    struct refusal_parties parties = {.our_name = "audit.example.net", .server_name = "mx1.example.org"};
    struct arena *arena = arena_new(1u << 20);
    char text[4097];

    (void)state;
    assert_non_null(arena);
    assert_true(ip_parse("11.9.9.9", &parties.our_ip));
    memset(text, ' ', sizeof text);
    memcpy(text + 4096 - strlen("11.9.9.9"), "11.9.9.9", strlen("11.9.9.9"));
    assert_int_equal(refusal_by_words(arena, &parties, 554, (struct str){text, sizeof text}), REFUSAL_OF_US);
    memmove(text + 1, text, sizeof text - 1);
    assert_int_equal(refusal_by_words(arena, &parties, 554, (struct str){text, sizeof text}), REFUSAL_OF_ALL);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sentences),
        cmocka_unit_test(test_ipv6),
        cmocka_unit_test(test_own_names),
        cmocka_unit_test(test_length),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
