/* What was meant by records that readers reject: the repaired text, and what was looked past. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "core/base/arena.h"
#include "core/records/dkim_mend.h"
#include "core/records/dmarc_mend.h"
#include "core/records/policy_mend.h"
#include "core/records/tag_mend.h"
#include "tests/unit/dkim_keys.h"

static int setup(void **state)
{
    *state = arena_new(1 << 22);
    return *state ? 0 : -1;
}

static int teardown(void **state)
{
    arena_free(*state);
    return 0;
}

static void compare(const char *from, const char *found, const char *right, unsigned slips, unsigned right_slips)
{
    if ((found == NULL) != (right == NULL) || (found && strcmp(found, right) != 0))
        fail_msg("%s\n  becomes %s\n  and not %s", from, found ? found : "nothing", right ? right : "nothing");
    if (slips != right_slips)
        fail_msg("%s\n  has slips %x, and not %x", from, slips, right_slips);
}

static void mends_dmarc_records(void **state)
{
    static const struct {
        const char *from, *to;
        unsigned slips;
    } cases[] = {
        {"v=DMARC1; p=none", "v=DMARC1; p=none", 0},
        {"v=DMARC1;p=none;", "v=DMARC1; p=none", 0},
        {"v=DMARC1; p=none; sp=reject; x=1; rua=mailto:a@b.example",
         "v=DMARC1; p=none; sp=reject; x=1; rua=mailto:a@b.example", 0},
        {"\"v=DMARC1; p=reject; rua=mailto:a@b.example,mailto:c@d.example\"",
         "v=DMARC1; p=reject; rua=mailto:a@b.example,mailto:c@d.example", SLIP_QUOTES},
        {"\xe2\x80\x9cv=DMARC1; p=reject\xe2\x80\x9d", "v=DMARC1; p=reject", SLIP_QUOTES},
        {"'v=DMARC1; p=reject'", "v=DMARC1; p=reject", SLIP_QUOTES},
        {"\"v=DMARC1; p=none; \" \"rua=mailto:a@b.example\"", "v=DMARC1; p=none; rua=mailto:a@b.example", SLIP_QUOTES},
        {"v=DMARC1\\; p=none", "v=DMARC1; p=none", SLIP_BACKSLASH},
        {" v=DMARC1; p=none", "v=DMARC1; p=none", SLIP_LEADING_BLANK},
        {"\xef\xbb\xbfv=DMARC1; p=none", "v=DMARC1; p=none", SLIP_ODD_BLANK},
        {"v=DMARC1;\xc2\xa0p=none", "v=DMARC1; p=none", SLIP_ODD_BLANK},
        {"v=DMARC1\xef\xbc\x9b p=none", "v=DMARC1; p=none", SLIP_WIDE_SIGN},
        {"p=reject; sp=none; rua=mailto:a@b.example", "v=DMARC1; p=reject; sp=none; rua=mailto:a@b.example",
         SLIP_NO_VERSION},
        {"v=DMARC; p=none", "v=DMARC1; p=none", SLIP_VERSION},
        {"v=dmarc1; p=none", "v=DMARC1; p=none", SLIP_VERSION},
        {"v=DMARC2; p=none", "v=DMARC1; p=none", SLIP_VERSION},
        {"DMARC1; p=none", "v=DMARC1; p=none", SLIP_VERSION},
        {"p=none; v=DMARC1", "v=DMARC1; p=none", SLIP_LATE_VERSION},
        {"V=DMARC1; P=REJECT; RUA=mailto:a@b.example", "v=DMARC1; p=REJECT; rua=mailto:a@b.example", 0},
        {"v=DMARC1, p=none, rua=mailto:a@b.example, mailto:c@d.example",
         "v=DMARC1; p=none; rua=mailto:a@b.example,mailto:c@d.example", SLIP_COMMA},
        {"v=DMARC1 p=none sp=none", "v=DMARC1; p=none; sp=none", SLIP_NO_SEMICOLON},
        {"v=DMARC1: p:none; rua:mailto:a@b.example", "v=DMARC1; p=none; rua=mailto:a@b.example",
         SLIP_COLON | SLIP_VERSION | SLIP_NO_SEMICOLON},
        {"v:DMARC1; p:none", "v=DMARC1; p=none", SLIP_COLON},
        {"v=DMARC1; p none", "v=DMARC1; p=none", SLIP_NO_EQUALS},
        {"v=DMARC1;; p=none", "v=DMARC1; p=none", SLIP_EMPTY_TAG},
        {"v=DMARC1; p=none; rua=mailto:a@b.example; mailto:c@d.example; ruf=mailto:e@f.example",
         "v=DMARC1; p=none; rua=mailto:a@b.example,mailto:c@d.example; ruf=mailto:e@f.example", SLIP_URI_SEPARATOR},
        {"v=DMARC1; p=none; rua=mailto:a@b.example mailto:c@d.example",
         "v=DMARC1; p=none; rua=mailto:a@b.example,mailto:c@d.example", SLIP_URI_SEPARATOR},
        {"v=DMARC1; p=none; rua=a@b.example, c@d.example",
         "v=DMARC1; p=none; rua=mailto:a@b.example,mailto:c@d.example", SLIP_NO_SCHEME},
        {"v=DMARC1; p=none; rua=a@b.example; c@d.example",
         "v=DMARC1; p=none; rua=mailto:a@b.example,mailto:c@d.example", SLIP_NO_SCHEME | SLIP_URI_SEPARATOR},
        {"v=DMARC1; p=none; rua=mailto: a@b.example", "v=DMARC1; p=none; rua=mailto:a@b.example", SLIP_VALUE},
        {"v=DMARC1; p=none; rua=mailto=a@b.example", "v=DMARC1; p=none; rua=mailto:a@b.example", SLIP_NO_SCHEME},
        {"v=DMARC1; p=none; rua=mailto://a@b.example", "v=DMARC1; p=none; rua=mailto:a@b.example", SLIP_NO_SCHEME},
        {"v=DMARC1; p=none; rua=mailto:a@b\xc3\xbc"
         "cher.example",
         "v=DMARC1; p=none; rua=mailto:a@xn--bcher-kva.example", SLIP_VALUE},
        {"v=DMARC1; p=none; ruf=a@b\xc3\xbc"
         "cher.example",
         "v=DMARC1; p=none; ruf=mailto:a@xn--bcher-kva.example", SLIP_VALUE | SLIP_NO_SCHEME},
        {"v=DMARC1; p=none; rua=<a@b.example>", "v=DMARC1; p=none; rua=mailto:a@b.example",
         SLIP_QUOTES | SLIP_NO_SCHEME},
        {"v=DMARC1; p=none; rua=mail:a@b.example", "v=DMARC1; p=none; rua=mailto:a@b.example", SLIP_NO_SCHEME},
        {"v=DMARC1; p=none; rua=email:a@b.example", "v=DMARC1; p=none; rua=mailto:a@b.example", SLIP_NO_SCHEME},
        {"v=DMARC1; p=none; rua=mailto//a@b.example", "v=DMARC1; p=none; rua=mailto:a@b.example", SLIP_NO_SCHEME},
        {"v=DMARC1; p=none; rua=http://h.example/x", "v=DMARC1; p=none; rua=http://h.example/x", 0},
        {"v=DMARC1; p=none; rua=https: //h.example/", "v=DMARC1; p=none; rua=https://h.example/", SLIP_VALUE},
        {"v=DMARC1; p=none; rua=https://h.example/x b@c.example",
         "v=DMARC1; p=none; rua=https://h.example/x,mailto:b@c.example", SLIP_URI_SEPARATOR | SLIP_NO_SCHEME},
        {"v=DMARC1; p=none; rua=mailto:a@b.example,", "v=DMARC1; p=none; rua=mailto:a@b.example", 0},
        {"v=DMARC1; policy=reject", "v=DMARC1; p=reject", 0},
        {"v=DMARC1; policy=reject; sp=none", "v=DMARC1; p=reject; sp=none", 0},
        {"v=DMARC1; p=none; rua=mailto:<a@b.example>", "v=DMARC1; p=none; rua=mailto:a@b.example", SLIP_QUOTES},
        {"v=DMARC1; p=none; rua=mailto:a@b.example!10m", "v=DMARC1; p=none; rua=mailto:a@b.example!10m", 0},
        {"v=DMARC1; p=none; adkim=relaxed; aspf=Strict", "v=DMARC1; p=none; adkim=r; aspf=s", SLIP_VALUE},
        {"v=DMARC1; p=none; fo=1,d", "v=DMARC1; p=none; fo=1:d", SLIP_VALUE},
        {"v=DMARC1; p=none; t=maybe", "v=DMARC1; p=none", SLIP_VALUE},
        {"v=DMARC1; p=none; adkim=x; aspf=y", "v=DMARC1; p=none", SLIP_VALUE},
        {"v=DMARC1; p=none; fo=0:1:d:s; ri=86400; rf=afrf", "v=DMARC1; p=none; fo=0:1:d:s; ri=86400; rf=afrf", 0},
        {"v=DMARC1; p=quarentine", "v=DMARC1; p=quarantine", SLIP_VALUE},
        {"v=DMARC1; p=nome", "v=DMARC1; p=none", SLIP_VALUE},
        {"v=DMARC1; p=rejekt", "v=DMARC1; p=reject", SLIP_VALUE},
        {"v=DMARC1; p=none; sp=rejekt; np=quarentine", "v=DMARC1; p=none; sp=reject; np=quarantine", SLIP_VALUE},
        {"v=DMARC1; p=reject; pct=100", "v=DMARC1; p=reject; pct=100", 0},
        {"v=DMARC1; p=reject; pct=0", "v=DMARC1; p=reject; t=y", 0},
        {"v=DMARC1; p=reject; pct=%", "v=DMARC1; p=reject", 0},
        {"v=DMARC1; p=reject; pct=5x", "v=DMARC1; p=reject", 0},
        {"v=DMARC1; p=reject; pct=50", "v=DMARC1; p=reject; t=y", 0},
        {"v=DMARC1; p=none; pct=50", "v=DMARC1; p=none", 0},
        {"v=DMARC1; p=none; pct=100", "v=DMARC1; p=none; pct=100", 0},
        {"v=DMARC1; p=reject; pct=99%", "v=DMARC1; p=reject; t=y", 0},
        {"v=DMARC1; p=reject; pct=050", "v=DMARC1; p=reject; t=y", 0},
        {"v=DMARC1; p=reject; pct=101", "v=DMARC1; p=reject", 0}, /* is no share: the policy holds today, too */
        {"v=DMARC1; p=reject; pct=1000", "v=DMARC1; p=reject", 0},
        {"v=DMARC1; p=reject; pct=all", "v=DMARC1; p=reject", 0},
        {"v=DMARC1; p=none; rua=mailto:a@b.example,milto:c@d.example",
         "v=DMARC1; p=none; rua=mailto:a@b.example,milto:c@d.example", 0}, /* "mailto:milto:c" is nobody's address */
        {"v=DMARC1; rua=mailto:a@b.example; p=none", "v=DMARC1; p=none; rua=mailto:a@b.example", 0},
        {"v=DMARC1; rua=mailto:a@b.example", "v=DMARC1; p=none; rua=mailto:a@b.example", 0},
        {"v=DMARC1; p=none; p=none", "v=DMARC1; p=none", SLIP_REPEATED},
        {"v=DMARC1; psd=unknown; p=none", "v=DMARC1; p=none; psd=u", SLIP_VALUE},
        {"v=DMARC1; p=reject; t=1", "v=DMARC1; p=reject; t=y", SLIP_VALUE},
        {"v=DMARC1; p=reject; t=false", "v=DMARC1; p=reject; t=n", SLIP_VALUE},
        {"v=DMARC1; p=reject; t=n; pct=50", "v=DMARC1; p=reject; t=n", 0},
        {"v=DMARC1; p=none; fo=1x", "v=DMARC1; p=none", SLIP_VALUE},
        {"v=DMARC1; p=none; fo=D / s", "v=DMARC1; p=none; fo=D:s", SLIP_VALUE},
        {"v=DMARC1; p=reject; pct=100%", "v=DMARC1; p=reject", 0},
        {"v=DMARC1; p=reject; pct=0%", "v=DMARC1; p=reject; t=y", 0},
        {"v=DMARC1; policy=x", "v=DMARC1; p=none; policy=x", 0},
        {"v=DMARC1; x=reject", "v=DMARC1; p=none; x=reject", 0},
        {"v=DMARC1; p=none; policy=reject", "v=DMARC1; p=none; policy=reject", 0},
        {"v=DMARC1; x=1; policy=reject", "v=DMARC1; p=reject; x=1", 0},
        {"v=DMARC1; p=none; x=~", "v=DMARC1; p=none; x=~", 0},
        {"v=DMARC1; p=none; x=\x7f", NULL, 0},
        {"v=DMARC1; p=none; x=\x1f", NULL, 0},
        {"_dmarc.b.example. 3600 IN TXT \"v=DMARC1; p=none\"", "v=DMARC1; p=none", SLIP_QUOTES | SLIP_ZONE_LINE},
        /* what was meant cannot be told */
        {"v=DMARC1; p=none; p=reject", NULL, 0},
        {"v=DMARC1; p=block", NULL, 0},
        {"v=DMARC1; p=nxxe", NULL, 0}, /* two letters of four */
        {"v=DMARC1; p=none; rua=<>", NULL, 0},
        {"v=DMARC1; p=none; rua=mailto:a@b.example, x", NULL, 0},
        {"v=DMARC1; p=none; rua=mailto:b\xc3\xbc"
         "cher.example",
         NULL, 0},
        {"v=DMARC1; p=none; rua=mailto:a@\xff", NULL, 0},
        {"v=DMARC1; reject", NULL, 0},
        {"v=DMARC1 reject", NULL, 0},
        {"v=DMARC1 policy=reject; rua=mailto:a@b.example", NULL, 0},
        {"v=DMARC1; p=none; rua=mailto:a@b,example", NULL, 0},
        {"v=DMARC1; p=none; rua=mailto:", NULL, 0},
        {"v=DMARC1; p=none; \xc3\xa4=1", NULL, 0},
        {"v=spf1 -all", NULL, 0},
        {"", "v=DMARC1; p=none", SLIP_NO_VERSION},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct dmarc_mended mended = dmarc_mend(*state, str_of(cases[i].from));

        compare(cases[i].from, mended.text, cases[i].to, cases[i].to ? mended.slips : 0, cases[i].slips);
    }
}

static void knows_what_was_meant_to_be_a_dmarc_record(void **state)
{
    static const char *const meant[] = {"v=DMARC1 p=none",
                                        " v=DMARC1; p=none",
                                        "v=dmarc1; p=none",
                                        "v=DMARC10; p=none",
                                        "p=none; v=DMARC1",
                                        "DMARC1",
                                        "p=none",
                                        "p=quarentine",
                                        "rua=mailto:a@b.example",
                                        "\"v=DMARC1; p=none\"",
                                        "v:DMARC1"};
    static const char *const others[] = {"v=DMARC1",
                                         "V=DMARC1; p=none",
                                         "v=spf1 -all",
                                         "v=DKIM1; p=MIIB",
                                         "k=rsa; p=MIIBIjANBg",
                                         "p=",
                                         "",
                                         ";",
                                         "v",
                                         "v=",
                                         "site-verification=4711",
                                         "v=STSv1; id=1",
                                         "v=TLSRPTv1; rua=mailto:a@b.example"};

    for (size_t i = 0; i < sizeof meant / sizeof *meant; i++)
        if (!dmarc_looks_like_record(*state, str_of(meant[i])))
            fail_msg("%s", meant[i]);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (dmarc_looks_like_record(*state, str_of(others[i])))
            fail_msg("%s", others[i]);
}

static void mends_dkim_keys(void **state)
{
    static const struct {
        const char *from;
        enum dkim_mishap mishap;
        const char *text;
    } cases[] = {
        {"v=DKIM1; p=" RSA_1024, DKIM_MISSPELT, "v=DKIM1; p=" RSA_1024},
        {"p=" RSA_1024, DKIM_MISSPELT, "p=" RSA_1024},
        {"v=DKIM1; p=\"" RSA_1024 "\"", DKIM_MISSPELT, "v=DKIM1; p=" RSA_1024},
        {"v=DKIM1; p=" RSA_1024 "\\n", DKIM_MISSPELT, "v=DKIM1; p=" RSA_1024},
        {"v=DKIM1; \\r\\np=" RSA_1024, DKIM_MISSPELT, "v=DKIM1; p=" RSA_1024},
        {"v=DKIM1; p=" RSA_1024 "\\", DKIM_MISSPELT, "v=DKIM1; p=" RSA_1024},
        {"v=DKIM1; p=" RSA_1024 " =", DKIM_MISSPELT, "v=DKIM1; p=" RSA_1024},
        {"v=DKIM1; k=; p=" RSA_1024, DKIM_MISSPELT, "v=DKIM1; p=" RSA_1024},
        {"v=DKIM1; k=rsa; p=" ED25519, DKIM_MISSPELT, "v=DKIM1; k=ed25519; p=" ED25519},
        {"v=DKIM1; t=y; x=1 " RSA_1024, DKIM_MISSPELT, "v=DKIM1; t=y; x=1; p=" RSA_1024},
        {"v=DKIM1; h=sha1; p=" RSA_1024, DKIM_MISSPELT, "v=DKIM1; p=" RSA_1024},
        {"v=DKIM1; h=sha-256; p=" RSA_1024, DKIM_MISSPELT, "v=DKIM1; h=sha256; p=" RSA_1024},
        {"v=DKIM1; h=ed25519-sha256,sha1; p=" RSA_1024, DKIM_MISSPELT, "v=DKIM1; h=sha256:sha1; p=" RSA_1024},
        {"v=DKIM1; s=*; p=" RSA_1024, DKIM_MISSPELT, "v=DKIM1; s=*; p=" RSA_1024},
        {"v=DKIM1; s=tlsrpt:email; p=" RSA_1024, DKIM_MISSPELT, "v=DKIM1; s=tlsrpt:email; p=" RSA_1024},
        {"v=DKIM1; s=; p=" RSA_1024, DKIM_MISSPELT, "v=DKIM1; p=" RSA_1024},
        {"v=DKIM1; n=HcCAQEEIIrYSSNQFaA2Hwf1duRSxKtLL; p=" RSA_1024, DKIM_MISSPELT,
         "v=DKIM1; n=HcCAQEEIIrYSSNQFaA2Hwf1duRSxKtLL; p=" RSA_1024},
        {"v=DKIM1\\; p=" RSA_1024, DKIM_MISSPELT, "v=DKIM1; p=" RSA_1024},
        {"v=DKIM1\\059 p=" RSA_1024, DKIM_MISSPELT, "v=DKIM1; p=" RSA_1024},
        {"DKIM1; k=RSA; p:" RSA_1024, DKIM_MISSPELT, "v=DKIM1; k=RSA; p=" RSA_1024},
        {"k=rsa; s=email; p=-----BEGIN PUBLIC KEY-----\n" RSA_1024 "\n-----END PUBLIC KEY-----; v=DKIM1", DKIM_MISSPELT,
         "v=DKIM1; k=rsa; s=email; p=" RSA_1024},
        {"v=DKIM1; h=sha1:rsa-sha256; p=" RSA_1024, DKIM_MISSPELT, "v=DKIM1; h=sha1:sha256; p=" RSA_1024},
        {"v=DKIM1; h=rsa-sha256:; p=" RSA_1024, DKIM_MISSPELT, "v=DKIM1; h=sha256; p=" RSA_1024},
        {"v=DKIM1; h=md5; p=" RSA_1024, DKIM_MISSPELT, "v=DKIM1; p=" RSA_1024},
        {"v=DKIM1; k=rsa2048; p=" RSA_1024, DKIM_MISSPELT, "v=DKIM1; k=rsa; p=" RSA_1024},
        {RSA_1024, DKIM_MISSPELT, "p=" RSA_1024},
        {"v=DKIM1; k=rsa; " RSA_1024, DKIM_MISSPELT, "v=DKIM1; k=rsa; p=" RSA_1024},
        {"v=DKIM1; s=mail; p=" RSA_1024, DKIM_MISSPELT, "v=DKIM1; p=" RSA_1024},
        {"s1._domainkey IN TXT ( \"v=DKIM1; \" \"p=" RSA_1024 "\" )", DKIM_MISSPELT, "v=DKIM1; p=" RSA_1024},
        {"s1.dkim.provider.example.", DKIM_NO_MISHAP, NULL}, /* a name that nobody has: example is for special use */
        {"\"S1.dkim.example.net.\"", DKIM_HOST_NAME, "s1.dkim.example.net"},
        {"CNAME s1.dkim.example.net", DKIM_HOST_NAME, "s1.dkim.example.net"},
        {"'s1.dkim.example.net'", DKIM_HOST_NAME, "s1.dkim.example.net"},
        {"s1_x.dkim-2.example.net", DKIM_HOST_NAME, "s1_x.dkim-2.example.net"},
        {"'s1.dkim.example.net", DKIM_NO_MISHAP, NULL},
        {"s1.example.net", DKIM_HOST_NAME, "s1.example.net"},
        {"s1 dkim.example.net", DKIM_NO_MISHAP, NULL},
        {"s1.dkim.example.net/", DKIM_NO_MISHAP, NULL},
        {"s1!.dkim.example.net", DKIM_NO_MISHAP, NULL},
        {"s1.dkim.ex\\mple.net", DKIM_NO_MISHAP, NULL},
        {"CNAME ", DKIM_NO_MISHAP, NULL},
        {"example.net", DKIM_NO_MISHAP, NULL},
        {"v=spf1 -all", DKIM_OTHER_RECORD, "an SPF record"},
        {"v=DMARC1; p=none", DKIM_OTHER_RECORD, "a DMARC record"},
        {"v=DKIM1; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCzSRX07Nlz2XMk", DKIM_CUT, NULL},
        {"v=DKIM1; p=MIIBPAIBAAJBAOBohsScAY19/00IqKo8tEDWJsE9TKCWeQvEPx2H1UHrZ8sk", DKIM_PRIVATE_KEY, NULL},
        {"v=DKIM1; k=ed25519; p=MC4CAQAwBQYDK2VwBCIEIOe21uoebA6tUDPtqRnqWSoWqSF0VMRrHX2u6g8D", DKIM_PRIVATE_KEY, NULL},
        {"-----BEGIN EC PRIVATE KEY-----", DKIM_PRIVATE_KEY, NULL},
        {"v=DKIM1; p=MHcCAQEEIIrYSSNQFaA2Hwf1duRSxKtLYX5CB04f", DKIM_PRIVATE_KEY, NULL}, /* of an elliptic curve */
        {"v=DKIM1; p=MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0w", DKIM_PRIVATE_KEY, NULL}, /* the same as PKCS 8 */
        {"v=DKIM1; p=MHcCAQEEIIrYSSNQ", DKIM_PRIVATE_KEY, NULL},
        {"v=DKIM1; n=MHcCAQEEIIrYSSNQFaA2Hwf1duRSxKtL; p=" RSA_1024, DKIM_PRIVATE_KEY, NULL}, /* wherever it stands */
        {"v=DKIM1; k=ed25519; p=MCowBQYDK2VwAyEAP2t3ZxmPPtIJ", DKIM_CUT, NULL},
        {"v=DKIM1; p=MIGf", DKIM_CUT, NULL},
        {"v=DKIM1; p=MIGfMA0GCSqGSIb3DQEBA", DKIM_CUT, NULL}, /* in the middle of three octets */
        {"v=DKIM1; k=ed25519; p=" ED25519_INFO, DKIM_NO_MISHAP, NULL}, /* the whole of it, with its padding */
        {"v=DKIM1; p=MIMBAAAA", DKIM_NO_MISHAP, NULL}, /* lengths that no key has */
        {"v=DKIM1; p=MIAAAAAA", DKIM_NO_MISHAP, NULL},
        {"v=DKIM1; p=MIE=", DKIM_NO_MISHAP, NULL},
        {"v=DKIM1; p=" RSA_1024 "; p=" ED25519, DKIM_NO_MISHAP, NULL},
        {"v=DKIM1; p=" RSA_1024_BARE, DKIM_NO_MISHAP, NULL},
        {"v=DKIM1; p=-----BEGIN PUBLIC KEY" RSA_1024, DKIM_NO_MISHAP, NULL},
        {"v=DKIM1; p=(" RSA_1024 ")", DKIM_NO_MISHAP, NULL},
        {"v=DKIM1; s=tlsrpt; p=" RSA_1024, DKIM_NO_MISHAP, NULL},
        {"v=DKIM1; p=MA", DKIM_NO_MISHAP, NULL},
        {"v=DKIM1; p=M", DKIM_NO_MISHAP, NULL},
        {"v=DKIM1; p=", DKIM_NO_MISHAP, NULL},
        {"v=DKIM1; p=!" RSA_1024, DKIM_NO_MISHAP, NULL},
        {"v=DKIM1; p=" RSA_1024 "-----END", DKIM_NO_MISHAP, NULL},
        {"", DKIM_NO_MISHAP, NULL},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct dkim_mended mended = dkim_mend(*state, str_of(cases[i].from));

        compare(cases[i].from, mended.text, cases[i].text, mended.mishap, cases[i].mishap);
    }
}

/* A string of a TXT record has 255 octets: a key that is none and ends there was cut. */
static void keys_end_with_the_first_string(void **state)
{
    for (size_t octets = 254; octets <= 256; octets++) {
        char text[257] = "v=DKIM1; p=";

        memset(text + strlen(text), 'A', octets - strlen(text));
        assert_int_equal(dkim_mend(*state, (struct str){text, octets}).mishap,
                         octets == 255 ? DKIM_CUT : DKIM_NO_MISHAP);
    }
}

/* Keys that are no more than the beginning of one: what was cut says by itself how long it was. */
static void the_beginning_of_a_key_tells(void **state)
{
    static const struct {
        const char *key;
        enum dkim_mishap mishap;
        size_t octets, wanted;
    } cases[] = {
        {"MA==", DKIM_NO_MISHAP, 0, 0},
        {"MAA=", DKIM_NO_MISHAP, 0, 0},
        {"MAE=", DKIM_CUT, 2, 3},
        {"MH8=", DKIM_CUT, 2, 129},
        {"MIA=", DKIM_NO_MISHAP, 0, 0}, /* without a length */
        {"MIEF", DKIM_CUT, 3, 8},
        {"MIE=", DKIM_NO_MISHAP, 0, 0},
        {"MIIBAA==", DKIM_CUT, 4, 260},
        {"MIIB", DKIM_NO_MISHAP, 0, 0},
        {"MIMAAAE=", DKIM_NO_MISHAP, 0, 0}, /* no key is that long */
        {"MQIAAA==", DKIM_NO_MISHAP, 0, 0},
        {"MAMCAQA=", DKIM_PRIVATE_KEY, 0, 0},
        {"MAMCAQE=", DKIM_PRIVATE_KEY, 0, 0},
        {"MAMCAQI=", DKIM_NO_MISHAP, 0, 0},
        {"MAICAQ==", DKIM_NO_MISHAP, 0, 0},
        {"MAMCAgA=", DKIM_NO_MISHAP, 0, 0},
        {"MAMDAQA=", DKIM_NO_MISHAP, 0, 0},
        {"MQMCAQA=", DKIM_NO_MISHAP, 0, 0},
        {"MIEDAgEA", DKIM_PRIVATE_KEY, 0, 0},
        {"MIIAAwIBAA==", DKIM_PRIVATE_KEY, 0, 0},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct dkim_mended mended = dkim_mend(*state, str_of(str_printf(*state, "v=DKIM1; p=%s", cases[i].key)));

        if (mended.mishap != cases[i].mishap || mended.octets != cases[i].octets || mended.wanted != cases[i].wanted)
            fail_msg("%s: %d, %zu of %zu", cases[i].key, (int)mended.mishap, mended.octets, mended.wanted);
    }
}

/* So many digits without "p=" are a key, where they stand for themselves. */
static void digits_alone_are_a_key(void **state)
{
    enum { MOST = 65 };
    static const struct {
        const char *before;
        bool may_be;
    } cases[] = {{"", true}, {"k=rsa; ", true}, {"k=rsa;", true}, {"k=rsa; !", false}, {"k=rsa;-", false}};

    for (size_t digits = MOST - 2; digits <= MOST; digits++)
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
            char key[MOST + 1] = "MIIBAA"; /* of a key that is longer */

            memset(key + strlen(key), 'A', digits - strlen(key));
            assert_int_equal(dkim_mend(*state, str_of(str_printf(*state, "%s%s", cases[i].before, key))).mishap,
                             cases[i].may_be && digits >= 64 ? DKIM_CUT : DKIM_NO_MISHAP);
        }
}

/* A private key stands anywhere in the text: so many digits are no word by accident. */
static void private_keys_are_seen_anywhere(void **state)
{
    static const char key[] = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC";

    static const char *const before[] = {"", "n=", "a b "}, *const behind[] = {"", ";", " c d"};

    for (size_t digits = strlen(key) - 1; digits <= strlen(key); digits++)
        for (size_t i = 0; i < sizeof before / sizeof *before; i++)
            for (size_t k = 0; k < sizeof behind / sizeof *behind; k++) {
                const char *text = str_printf(*state, "%s%.*s%s", before[i], (int)digits, key, behind[k]);

                assert_int_equal(dkim_has_private_key(*state, str_of(text)), digits == strlen(key));
            }
    assert_true(dkim_has_private_key(*state, str_of("PRIVATE KEY")));
    assert_false(dkim_has_private_key(*state, str_of("")));
}

static void mends_records_of_tls_policies(void **state)
{
    static const struct {
        bool sts;
        const char *from, *to;
    } cases[] = {
        {true, "v=STSv1; id=1", "v=STSv1; id=1"},
        {true, "v=STSv1;id=1; ext=x;", "v=STSv1; id=1; ext=x"},
        {true, "\"v=STSv1; id=2024\"", "v=STSv1; id=2024"},
        {true, "v=stsv1; id=2024-01-02T03:04", "v=STSv1; id=20240102T0304"},
        {true, "id:7", "v=STSv1; id=7"},
        {true, "v=STSv1 id = 7", "v=STSv1; id=7"},
        {true, "v=STSv1, ID=7", "v=STSv1; id=7"},
        {true, "v=STSv1; id=12345678901234567890123456789012", "v=STSv1; id=12345678901234567890123456789012"},
        {true, "v=STSv1; id=123456789012345678901234567890123", "v=STSv1; id=12345678901234567890123456789012"},
        {true, "v=STSv1; x=a-b; id=2-3", "v=STSv1; x=a-b; id=23"},
        {true, "v=STSv1;", NULL},
        {true, "v=STSv1; id=", NULL},
        {true, "v=STSv1; id=1; id=2", NULL},
        {true, "v=STSv1; id=1; x y", NULL},
        {false, "v=TLSRPTv1; rua=mailto:a@b.example; x y", NULL},
        {false, "v=TLSRPTv1; rua=mailto:a@b.example", "v=TLSRPTv1; rua=mailto:a@b.example"},
        {false, "v=TLSRPT1; rua=a@b.example; mailto:c@d.example",
         "v=TLSRPTv1; rua=mailto:a@b.example,mailto:c@d.example"},
        {false, "v=TLSRPTv1: rua:mailto:a@b.example", "v=TLSRPTv1; rua=mailto:a@b.example"},
        {false, "rua=https://h.example/x,mailto:a@b.example", "v=TLSRPTv1; rua=https://h.example/x,mailto:a@b.example"},
        {false, "v=TLSRPTv1\\; rua=mailto:a@b.example", "v=TLSRPTv1; rua=mailto:a@b.example"},
        {false, "v=TLSRPTv1; rua=", NULL},
        {false, "v=TLSRPTv1; rua=ftp://h.example/", NULL},
    };
    static const char *const others[] = {"", "v=spf1 -all", "site=1", "v=DMARC1; p=none; rua=mailto:a@b.example"};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct str from = str_of(cases[i].from);
        struct policy_mended mended = cases[i].sts ? sts_record_mend(*state, from) : tlsrpt_mend(*state, from);

        compare(cases[i].from, mended.text, cases[i].to, mended.meant, true);
    }
    assert_int_equal(sts_record_mend(*state, str_of("v=STSv1; id=23")).slips, 0);
    assert_int_equal(sts_record_mend(*state, str_of("v=STSv1; id=2-3")).slips, SLIP_VALUE);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (sts_record_mend(*state, str_of(others[i])).meant || tlsrpt_mend(*state, str_of(others[i])).meant)
            fail_msg("%s", others[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(mends_dmarc_records, setup, teardown),
        cmocka_unit_test_setup_teardown(mends_dkim_keys, setup, teardown),
        cmocka_unit_test_setup_teardown(keys_end_with_the_first_string, setup, teardown),
        cmocka_unit_test_setup_teardown(the_beginning_of_a_key_tells, setup, teardown),
        cmocka_unit_test_setup_teardown(digits_alone_are_a_key, setup, teardown),
        cmocka_unit_test_setup_teardown(private_keys_are_seen_anywhere, setup, teardown),
        cmocka_unit_test_setup_teardown(mends_records_of_tls_policies, setup, teardown),
        cmocka_unit_test_setup_teardown(knows_what_was_meant_to_be_a_dmarc_record, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
