/* DKIM key records: syntax, keys of every size, and a suite that others wrote. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/x509_key.h"
#include "core/records/dkim_key.h"
#include "tests/unit/dkim_keys.h"

#define SUITE "../shared/corpora/dkim/mox-dkim-record.jsonl"

enum { LINE_MAX_BYTES = 4096 };

static int setup(void **state)
{
    *state = arena_new(1 << 20);
    return *state ? 0 : -1;
}

static int teardown(void **state)
{
    arena_free(*state);
    return 0;
}

static void judges_records(void **state)
{
    static const struct {
        const char *text, *fault; /* the first one; NULL: none */
    } cases[] = {
        {"v=DKIM1; k=rsa; p=" RSA_2048, NULL},
        {"p=" RSA_2048, NULL},
        {"p=" RSA_2048 ";", NULL},
        {"v=DKIM1; h=sha256; s=email; t=y:s; n=words of all kinds; zz=new; p=" RSA_2048, NULL},
        {"v=DKIM1; s=*; p=" RSA_1024, NULL},
        {"v=DKIM1; s=tlsrpt:email; p=" RSA_1024, NULL},
        {"v=DKIM1; k=ed25519; p=" ED25519, NULL},
        {"v=DKIM1; p=", NULL},
        {"p=" RSA_2048 "; v=DKIM1", "v= is not the first tag"},
        {"v=DKIM2; p=" RSA_2048, "v= is not DKIM1"},
        {"v=dkim1; p=" RSA_2048, "v= is not DKIM1"},
        {"v=DKIM1", "p= is missing"},
        {"", "a tag without a name"},
        {"v=spf1 -all", "v= is not DKIM1"},
        {"v=DKIM1; k=dsa; p=" RSA_2048, "k= names a key type that verifiers ignore"},
        {"v=DKIM1; p=" RSA_2048 "; p=" RSA_2048, "a second tag of that name"},
        {"v=DKIM1; p=" RSA_2048 "; \"", "no \"=\""},
        {"v=DKIM1; p=!" RSA_2048, "p= is not base 64"},
        {"v=DKIM1; p=\"" RSA_2048 "\"", "p= is not base 64"},
        {"v=DKIM1; p=Zm9v", "p= holds no RSA public key"},
        {"v=DKIM1; p=" RSA_2048 RSA_2048, "p= holds no RSA public key"},
        {"v=DKIM1; p=" EC_P256, "p= holds no RSA public key"},
        {"v=DKIM1; p=" ED25519, "p= holds no RSA public key"},
        {"v=DKIM1; p=" RSA_1024_BARE, "p= holds a bare RSAPublicKey, where verifiers expect a SubjectPublicKeyInfo"},
        {"v=DKIM1; p=" RSA_EVEN_EXPONENT, "p= holds an RSA key with a useless exponent"},
        {"v=DKIM1; k=ed25519; p=" ED25519_INFO, "p= does not hold the 32 octets of an Ed25519 key"},
        {"v=DKIM1; k=ed25519; p=" RSA_2048, "p= does not hold the 32 octets of an Ed25519 key"},
        {"v=DKIM1; s=tlsrpt; p=" RSA_2048, "s= does not allow mail: neither \"*\" nor \"email\""},
        {"v=DKIM1; s=; p=" RSA_2048, "s= does not allow mail: neither \"*\" nor \"email\""},
        {"v=DKIM1; h=sha256:; p=" RSA_2048, "h= has an empty item"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct dkim_key key = dkim_key_parse(*state, str_of(cases[i].text));

        if (!cases[i].fault && key.fault_count)
            fail_msg("%s: %s", cases[i].text, key.faults[0].what);
        if (cases[i].fault && !key.fault_count)
            fail_msg("%s: no fault", cases[i].text);
        if (cases[i].fault)
            assert_string_equal(key.faults[0].what, cases[i].fault);
    }
}

static void reads_keys(void **state)
{
    static const struct {
        const char *text;
        enum dkim_key_type type;
        unsigned bits;
    } cases[] = {
        {"p=" RSA_512, DKIM_KEY_RSA, 512},         {"p=" RSA_1024, DKIM_KEY_RSA, 1024},
        {"p=" RSA_2048, DKIM_KEY_RSA, 2048},       {"p=" RSA_5120, DKIM_KEY_RSA, 5120},
        {"k=rsa;p=" RSA_2048, DKIM_KEY_RSA, 2048}, {"k=ed25519;p=" ED25519, DKIM_KEY_ED25519, 256},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct dkim_key key = dkim_key_parse(*state, str_of(cases[i].text));

        assert_true(dkim_key_is_usable(&key));
        assert_int_equal(key.type, cases[i].type);
        assert_int_equal(key.bits, cases[i].bits);
        assert_true(strlen(dkim_key_type_text(key.type)) > 0);
    }
}

static void reads_flags(void **state)
{
    static const struct {
        const char *text;
        bool revoked, testing, strict, sha1, sha256, is_key_record, blank_end;
    } cases[] = {
        {"p=", true, false, false, true, true, true, false},
        {"p=;t=y", true, true, false, true, true, true, false},
        {"p=; t=s : y; ", true, true, true, true, true, true, true},
        {"p=;t=yes", true, false, false, true, true, true, false},
        {"p=;h=sha1", true, false, false, true, false, true, false},
        {"p=;h=SHA256:x", true, false, false, false, true, true, false},
        {"p=;h=md5", true, false, false, false, false, true, false},
        {"v=DKIM1", false, false, false, true, true, true, false},
        {"v=spf1 -all", false, false, false, true, true, false, false},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct dkim_key key = dkim_key_parse(*state, str_of(cases[i].text));

        assert_int_equal(key.revoked, cases[i].revoked);
        assert_int_equal(key.testing, cases[i].testing);
        assert_int_equal(key.strict, cases[i].strict);
        assert_int_equal(key.allows_sha1, cases[i].sha1);
        assert_int_equal(key.allows_sha256, cases[i].sha256);
        assert_int_equal(key.is_key_record, cases[i].is_key_record);
        assert_int_equal(key.tags.blank_end, cases[i].blank_end);
    }
}

static void points_at_faults(void **state)
{
    struct dkim_key key = dkim_key_parse(*state, str_of("v=DKIM1; k=dsa; t=y; word"));

    assert_int_equal(key.fault_count, 3);
    assert_int_equal(taglist_column(&key.tags, key.faults[0].span), 22); /* word */
    assert_int_equal(taglist_column(&key.tags, key.faults[1].span), 12); /* dsa */
    assert_null(key.faults[2].span.at);                                  /* p= is missing */
}

/* RFC 8301 3.1, 3.2 */
static void says_what_verifiers_accept(void **state)
{
    static const struct {
        struct dkim_key key;
        bool accepted;
    } cases[] = {
        {{.type = DKIM_KEY_RSA, .bits = DKIM_RSA_LEAST, .allows_sha256 = true}, true},
        {{.type = DKIM_KEY_RSA, .bits = DKIM_RSA_LEAST - 1, .allows_sha256 = true}, false},
        {{.type = DKIM_KEY_RSA, .bits = DKIM_RSA_LEAST, .allows_sha256 = false}, false},
        {{.type = DKIM_KEY_RSA, .bits = DKIM_RSA_LEAST, .allows_sha256 = true, .revoked = true}, false},
        {{.type = DKIM_KEY_RSA, .bits = DKIM_RSA_LEAST, .allows_sha256 = true, .fault_count = 1}, false},
        {{.type = DKIM_KEY_ED25519, .bits = 256, .allows_sha256 = true}, true},
        {{.type = DKIM_KEY_ED25519, .bits = 256, .allows_sha256 = false}, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(dkim_key_is_accepted(&cases[i].key), cases[i].accepted);
}

static void bounds_faults(void **state)
{
    const char *text = "";
    struct dkim_key key;

    for (size_t i = 0; i < 60; i++)
        text = str_printf(*state, "%sx;", text);
    key = dkim_key_parse(*state, str_of(text));
    assert_int_equal(key.fault_count, DKIM_FAULTS_MAX);
    assert_false(dkim_key_is_usable(&key));
}

/* The suite is strict where we are not: it has no blanks behind the last semicolon (RFC 6376 3.2, tag-list), which half
 * of the world's records have, so that is a remark of ours and no fault.  Nothing else differs. */
static void agrees_with_the_suite(void **state)
{
    FILE *file = fopen(SUITE, "r");
    char line[LINE_MAX_BYTES];
    size_t count = 0;

    if (!file) {
        print_message("no %s: skipped\n", SUITE);
        skip();
    }
    while (fgets(line, sizeof line, file)) {
        cJSON *root = cJSON_Parse(line);
        const cJSON *input = cJSON_GetObjectItem(root, "input"), *valid = cJSON_GetObjectItem(root, "valid");
        struct dkim_key key;

        assert_non_null(input);
        key = dkim_key_parse(*state, str_of(input->valuestring));
        if ((key.fault_count == 0 && !key.tags.blank_end) != cJSON_IsTrue(valid))
            fail_msg("%s: %s", input->valuestring, key.fault_count ? key.faults[0].what : "no fault");
        cJSON_Delete(root);
        count++;
    }
    fclose(file);
    assert_true(count >= 12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(judges_records, setup, teardown),
        cmocka_unit_test_setup_teardown(reads_keys, setup, teardown),
        cmocka_unit_test_setup_teardown(reads_flags, setup, teardown),
        cmocka_unit_test_setup_teardown(points_at_faults, setup, teardown),
        cmocka_unit_test_setup_teardown(says_what_verifiers_accept, setup, teardown),
        cmocka_unit_test_setup_teardown(bounds_faults, setup, teardown),
        cmocka_unit_test_setup_teardown(agrees_with_the_suite, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
