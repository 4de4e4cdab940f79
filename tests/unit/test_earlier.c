/* Sessions of earlier runs: what went well is used again, and nothing else, whatever a store holds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "core/audit/earlier.h"
#include "core/base/arena.h"
#include "core/base/gzip.h"
#include "core/base/limits.h"
#include "core/base/str.h"
#include "core/facts/evidence.h"
#include "core/facts/evidence_json.h"

enum { ARENA_BYTES = 1 << 24, SPAN_S = 3600, ROOM = 1 << 20 };

static const int64_t asked_s = 1767225600;
static const char session_key[] = "smtp:192.0.2.1:25/mx1.example.org";

#define SESSION "\"greeting\": \"220 mx1.example.org\", \"ehlo\": \"250 mx1.example.org\", \"greeted\": 1767225600"

static int enter(void **state)
{
    *state = arena_new(ARENA_BYTES);
    return *state ? 0 : -1;
}

static int leave(void **state)
{
    arena_free(*state);
    return 0;
}

static struct evidence evidence_of(struct arena *arena, const char *key_text, const char *text)
{
    struct evidence evidence = {.text = key_text, .known = true};
    struct cJSON *json = text ? cJSON_Parse(text) : NULL;
    char error[EVIDENCE_ERROR_MAX] = "";

    assert_true(key_parse(arena, key_text, &evidence.key));
    if (text)
        evidence.value = evidence_from_json(arena, &evidence.key, key_text, json, error);
    assert_string_equal(error, "");
    cJSON_Delete(json);
    return evidence;
}

/* Empty: it is not to be kept. */
static struct str packed(struct arena *arena, const char *key_text, const char *text, int64_t since_s, int64_t now_s)
{
    struct evidence evidence = evidence_of(arena, key_text, text);
    int64_t when_s = 0;
    size_t size = 0;
    char *octets = earlier_pack(&evidence, since_s, now_s, &size, &when_s);
    struct str copy = {"", 0};

    if (octets) {
        assert_int_equal(when_s, asked_s);
        copy = (struct str){memcpy(arena_alloc(arena, size), octets, size), size};
    }
    free(octets);
    return copy;
}

static bool is_kept(struct arena *arena, const char *text)
{
    return packed(arena, session_key, text, asked_s - 5, asked_s + 5).len > 0;
}

/* Is it used at this moment? */
static bool is_found(struct arena *arena, const struct earlier *earlier, const char *key_text, int64_t now_s)
{
    struct evidence wanted = evidence_of(arena, key_text, NULL);
    struct cJSON *json = earlier_find(earlier, &wanted, now_s);
    bool found = json;

    cJSON_Delete(json);
    return found;
}

static void what_went_well_is_kept(void **state)
{
    assert_true(is_kept(*state, "{" SESSION "}"));
    assert_true(is_kept(
        *state, "{\"greeting\": \"220 a\", \"ehlo\": \"500 what?\", \"helo\": \"250 a\", \"greeted\": 1767225600}"));
    assert_false(is_kept(*state, "\"refused\""));
    assert_false(is_kept(*state, "\"timeout\""));
    assert_false(is_kept(*state, "{\"end\": \"reset\", \"state\": \"starttls\", " SESSION "}"));
    assert_false(is_kept(*state, "{\"greeting\": \"421 too busy\", \"greeted\": 1767225600}"));
    assert_false(is_kept(*state, "{\"greeting\": \"554 no\", \"greeted\": 1767225600}"));
    assert_false(is_kept(*state, "{\"greeting\": \"220 a\", \"ehlo\": \"450 later\", \"greeted\": 1767225600}"));
    assert_false(is_kept(*state, "{\"starttls\": \"454 later\", " SESSION "}"));
    assert_false(is_kept(
        *state,
        "{\"starttls\": \"220 go\", \"tls\": {\"protocol\": \"TLSv1.3\"}, \"ehlo_tls\": \"421 busy\", " SESSION "}"));
    assert_false(is_kept(*state, "{\"greeting\": \"220 a\", \"ehlo\": \"250 a\"}")); /* nobody knows when */
    assert_true(is_kept(*state, "{\"tls\": {\"protocol\": \"TLSv1.3\"}, " SESSION "}"));
    assert_false(is_kept(
        *state, "{\"tls\": {\"protocol\": \"TLSv1.3\", \"verify_error\": 20, \"lacks_anchors\": true}, " SESSION "}"));
}

static void only_ordinary_sessions_are_kept(void **state)
{
    static const char *const others[] = {"smtp:192.0.2.1:25/mx1.example.org?old-tls",
                                         "smtp:192.0.2.1:25/mx1.example.org#2", "connect:192.0.2.1:25"};

    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_int_equal(packed(*state, others[i], "{" SESSION "}", 0, asked_s + 5).len, 0);
    assert_int_equal(packed(*state, session_key, "{" SESSION "}", asked_s + 1, asked_s + 5).len, 0);
    assert_int_equal(packed(*state, session_key, "{" SESSION "}", 0, asked_s - 1).len, 0);
    assert_true(packed(*state, session_key, "{" SESSION "}", asked_s, asked_s).len > 0);
}

static void what_was_kept_is_found_for_a_time(void **state)
{
    struct earlier *earlier = earlier_new(SPAN_S, ROOM);
    struct str session = packed(*state, session_key, "{" SESSION "}", 0, asked_s);

    assert_non_null(earlier);
    assert_false(is_found(*state, earlier, session_key, asked_s));
    assert_true(earlier_add(earlier, session_key, session));
    assert_true(earlier_add(earlier, session_key, (struct str){"x", 1})); /* the first counts */
    assert_true(is_found(*state, earlier, session_key, asked_s));
    assert_true(is_found(*state, earlier, session_key, asked_s + SPAN_S));
    assert_false(is_found(*state, earlier, session_key, asked_s + SPAN_S + 1));
    assert_false(is_found(*state, earlier, session_key, asked_s - 1)); /* a clock that was set back */
    assert_false(is_found(*state, earlier, "smtp:192.0.2.1:26/mx1.example.org", asked_s));
    assert_false(is_found(*state, earlier, "smtp:192.0.2.1:25/mx2.example.org", asked_s));
    assert_false(is_found(*state, earlier, "smtp:192.0.2.1:25/mx1.example.org#2", asked_s));
    earlier_free(earlier);
    earlier_free(NULL);
}

/* A session under a key that it must not be used for, too. */
static void what_is_no_session_is_not_used(void **state)
{
    static const char *const texts[] = {"",
                                        "{",
                                        "\"refused\"",
                                        "[]",
                                        "null",
                                        "{\"greeting\": \"421 a\"}",
                                        "{\"greeting\": 7}",
                                        "{" SESSION ", \"unknown\": 1}",
                                        "{" SESSION ", \"greeted\": 1}"};
    struct earlier *earlier = earlier_new(SPAN_S, ROOM);
    char *octets;
    size_t size;

    assert_non_null(earlier);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const char *key = str_printf(*state, "smtp:192.0.2.%zu:25/mx1.example.org", i);

        octets = gzip_pack(str_of(texts[i]), &size);
        assert_true(earlier_add(earlier, key, (struct str){octets, size}));
        assert_false(is_found(*state, earlier, key, asked_s));
        free(octets);
    }
    assert_true(earlier_add(earlier, session_key, str_of("{" SESSION "}"))); /* not packed */
    assert_false(is_found(*state, earlier, session_key, asked_s));
    earlier_free(earlier);
}

static void there_is_no_more_than_fits(void **state)
{
    struct str session = packed(*state, session_key, "{" SESSION "}", 0, asked_s);
    struct earlier *earlier = earlier_new(SPAN_S, 10 * (session.len + sizeof session_key));
    size_t count = 0;

    assert_non_null(earlier);
    while (count < 20 &&
           earlier_add(earlier, str_printf(*state, "smtp:192.0.2.%zu:25/mx1.example.org", count), session))
        count++;
    assert_in_range(count, 1, 9);
    assert_true(is_found(*state, earlier, "smtp:192.0.2.0:25/mx1.example.org", asked_s));
    earlier_free(earlier);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_went_well_is_kept, enter, leave),
        cmocka_unit_test_setup_teardown(only_ordinary_sessions_are_kept, enter, leave),
        cmocka_unit_test_setup_teardown(what_was_kept_is_found_for_a_time, enter, leave),
        cmocka_unit_test_setup_teardown(what_is_no_session_is_not_used, enter, leave),
        cmocka_unit_test_setup_teardown(there_is_no_more_than_fits, enter, leave),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
