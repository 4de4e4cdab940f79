/* What is behind a URL, and why it cannot be had: a table of hosts and responses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/limits.h"
#include "core/base/str.h"
#include "core/base/trouble.h"
#include "core/derive/page.h"
#include "tests/unit/find_by_text.h"
#include "tests/unit/zone_lines.h"

enum { LINES_MAX = 6, BODY_MAX = 100, SEEDS = 3 };

static const struct target target = {.domain = "example.com"};

struct fetched {
    const char *url, *text;
    size_t addresses; /* in the question */
};

static void fetch(struct run *run, void *arg)
{
    static const char *const steps[] = {"pending", "undecided", "faulty", "sound"};
    struct fetched *f = arg;
    struct page page = need_page(run, f->url, BODY_MAX);
    const char *why = page.fault ? page.fault : page.trouble.reason ? page.trouble.why : NULL;

    f->text = str_printf(run_arena(run), "%s%s%s", steps[page.step], why ? ": " : "", why ? why : "");
}

/* `lines` has LINES_MAX at most, or ends in NULL. */
static const char *fetched(struct zone *zone, const char *url, const char *const *lines, uint64_t seed,
                           size_t *addresses)
{
    struct fetched f = {.url = url};
    const struct evidence *asked;
    struct zone_session s;

    for (size_t i = 0; i < LINES_MAX && lines[i]; i++)
        zone_add_line(zone, lines[i]);
    zone_open(&s, zone, &target, seed);
    zone_run(&s, fetch, &f);
    asked = find_by_text(s.view.store, str_printf(zone->arena, "https:%s", url), &s.view.waiter);
    *addresses = asked ? asked->key.address_count : 0;
    f.text = str_printf(zone->arena, "%s", f.text);
    zone_close(&s);
    return f.text;
}

#define URL "https://a.example.com/b"
#define GET "https:" URL " "
#define HAS_A "a.example.com A 11.0.0.1"
#define RING(type)                                                                                                     \
    "dns:a.example.com/" type " {'status': 'unknown', 'reason': 'protocol', 'chain_loops': true, 'chain': "            \
    "[['a.example.com', 'b.example.com'], ['b.example.com', 'a.example.com']]}"
#define CERTIFICATE(members) GET "{'end': 'certificate', 'tls': {" members "}}"
#define ROOT_SIGNED(members) "dns:/SOA {'records': ['a.lab b.lab 1 2 3 4 5'], " members "}"

static const struct {
    const char *lines[LINES_MAX], *text;
} table[] = {
    /* the host */
    {{NULL}, "faulty: the host a.example.com does not exist"},
    {{"a.example.com MX 0 b.lab"}, "faulty: the host a.example.com has no address"},
    {{"a.example.com BROKEN"}, "undecided: no answer before the deadline"},
    {{"dns:a.example.com/A 'servfail'"}, "undecided: the name servers answered with an error (SERVFAIL)"},
    {{"dns:a.example.com/AAAA 'servfail'"}, "undecided: the name servers answered with an error (SERVFAIL)"},
    {{"dns:a.example.com/A 'timeout'", "dns:a.example.com/AAAA 'servfail'"},
     "undecided: no answer before the deadline"},
    {{RING("A"), RING("AAAA")},
     "faulty: the host is an alias that leads in a circle: a.example.com -> b.example.com -> a.example.com"},
    {{RING("A")},
     "faulty: the host is an alias that leads in a circle: a.example.com -> b.example.com -> a.example.com"},
    {{RING("AAAA")},
     "faulty: the host is an alias that leads in a circle: a.example.com -> b.example.com -> a.example.com"},
    {{RING("AAAA"), HAS_A, GET "{'status': 200}"}, "sound"},

    /* the response */
    {{HAS_A, GET "{'status': 200}"}, "sound"},
    {{"a.example.com AAAA 2600::1", GET "{'status': 200}"}, "sound"},
    {{HAS_A, GET "{'status': 199}"}, "faulty: the web server answers with status 199"},
    {{HAS_A, GET "{'status': 201}"}, "faulty: the web server answers with status 201"},
    {{HAS_A, GET "{'status': 299}"}, "faulty: the web server answers with status 299"},
    {{HAS_A, GET "{'status': 400}"}, "faulty: the web server answers with status 400"},
    {{HAS_A, GET "{'status': 300}"}, "faulty: the web server redirects (status 300), which is not followed"},
    {{HAS_A, GET "{'status': 399, 'location': 'https://b.lab/'}"},
     "faulty: the web server redirects (status 399) to https://b.lab/, which is not followed"},
    {{HAS_A, GET "{'content_encoding': 'gzip'}"},
     "faulty: the web server uses the content coding gzip, which nobody asked for"},
    {{HAS_A, GET "{'content_encoding': 'x'}"},
     "faulty: the web server uses the content coding x, which nobody asked for"},
    {{HAS_A, GET "{'content_encoding': 'IDENTITY'}"}, "sound"},
    {{HAS_A, GET "{'content_encoding': ''}"}, "sound"},
    {{HAS_A, GET "{'end': 'too_large', 'status': 200}"},
     "faulty: there are more than 100 octets, of which the rest was not read"},
    {{HAS_A, GET "'refused'"}, "faulty: the host refuses connections on port 443"},
    {{HAS_A, GET "'not_contacted'"}, "faulty: the host has no public address"},
    {{HAS_A, GET "'timeout'"}, "undecided: no answer before the deadline"},
    {{HAS_A, GET "{'end': 'tls', 'why': 'no TLS'}"}, "faulty: no TLS"},

    /* the certificate */
    {{HAS_A, CERTIFICATE("'verify_error': 18, 'verify_text': 'self-signed'")},
     "faulty: the web server's certificate is not valid: self-signed"},
    {{HAS_A,
      CERTIFICATE("'verify_error': 20, 'verify_text': 'no issuer', 'lacks_anchors': true, 'name_matches': true")},
     "undecided: this machine has no certificates of authorities (Debian has them in ca-certificates)"},
    {{HAS_A,
      CERTIFICATE("'verify_error': 20, 'verify_text': 'no issuer', 'lacks_anchors': true, 'name_matches': false")},
     "faulty: the web server's certificate is another host's: it does not have the name in the URL"},
    {{HAS_A, CERTIFICATE("'name_matches': false")},
     "faulty: the web server's certificate is another host's: it does not have the name in the URL"},
    {{HAS_A, CERTIFICATE("'name_matches': true")}, "faulty: the web server's certificate is not valid"},
    {{HAS_A, GET "{'end': 'certificate'}"}, "faulty: the web server's certificate is not valid"},
    {{HAS_A, CERTIFICATE("'verify_error': 10, 'verify_text': 'expired', 'name_matches': true")},
     "faulty: the web server's certificate is not valid: expired"},
    {{HAS_A, CERTIFICATE("'verify_error': 10, 'verify_text': 'expired', 'name_matches': true"),
      ROOT_SIGNED("'signed_from': 1000000000, 'signed_until': 1000000001")},
     "undecided: the clock of this machine is wrong"},
    {{HAS_A, CERTIFICATE("'verify_error': 18, 'verify_text': 'self-signed'"),
      ROOT_SIGNED("'signed_from': 1000000000, 'signed_until': 1000000001")},
     "faulty: the web server's certificate is not valid: self-signed"},
};

static void pages(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        for (uint64_t seed = 0; seed < SEEDS; seed++) {
            struct zone *zone = zone_new();
            size_t addresses;
            const char *text = fetched(zone, URL, table[i].lines, seed, &addresses);

            if (strcmp(text, table[i].text) != 0)
                fail_msg("%zu: \"%s\", not \"%s\"", i, text, table[i].text);
            zone_free(zone);
        }
    }
}

static void urls(void **state)
{
    static const char *const none[] = {NULL};
    struct zone *zone = zone_new();
    size_t addresses;

    (void)state;
    assert_string_equal(fetched(zone, "http://a.example.com/b", none, 0, &addresses),
                        "faulty: this is no https URL of a file");
    zone_free(zone);
}

/* All addresses of the host go with the question, of both families, as many as are contacted. */
static void addresses_of_host(void **state)
{
    static const struct {
        size_t a, aaaa, asked;
    } rows[] = {
        {0, 0, 0},
        {1, 0, 1},
        {0, 1, 1},
        {2, 3, 5},
        {ADDRESSES_MAX - 1, 1, ADDRESSES_MAX},
        {ADDRESSES_MAX - 1, 2, ADDRESSES_MAX},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        static const char *const lines[] = {GET "{'status': 200}", NULL};
        struct zone *zone = zone_new();
        size_t addresses;

        for (size_t n = 0; n < rows[i].a; n++)
            zone_add_line(zone, str_printf(zone->arena, "a.example.com A 11.0.0.%zu", n));
        for (size_t n = 0; n < rows[i].aaaa; n++)
            zone_add_line(zone, str_printf(zone->arena, "a.example.com AAAA 2600::%zu", n));
        fetched(zone, URL, lines, 0, &addresses);
        assert_int_equal(addresses, rows[i].asked);
        zone_free(zone);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages),
        cmocka_unit_test(urls),
        cmocka_unit_test(addresses_of_host),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
