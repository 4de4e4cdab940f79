/* core/records/dnsbl.c - the catalogue of blocklists, and how to ask one. */
#include "core/records/dnsbl.h"

#include <string.h>

#include "core/base/arena.h"
#include "core/base/name.h"
#include "core/base/str.h"

enum { NAME_OCTETS_MAX = 253, TYPING_ERROR = 252, PUBLIC_RESOLVER = 254, TOO_MANY = 255 };

struct known {
    const char *zone, *keyed, *codes;
    unsigned kinds;
    bool standard;
    enum status severity;
    const char *name, *removal, *users;
};

struct code {
    const char *zone;
    unsigned first, last;
    const char *meaning;
};

struct policy {
    const char *zone;
    unsigned first, last;
};

struct test {
    const char *zone, *listed, *unlisted;
};

/* The data is read once for each kind of its lines. */
#define DNSBL(zone, keyed, codes, kinds, standard, severity, name, removal, users)                                     \
    {zone, keyed, codes, kinds, standard, severity, name, removal, users},
#define DNSBL_CODE(zone, first, last, meaning)
#define DNSBL_POLICY(zone, first, last)
#define DNSBL_TEST(zone, listed, unlisted)
static const struct known catalogue[] = {
#include "core/records/dnsbl.def"
};
#undef DNSBL
#undef DNSBL_CODE

#define DNSBL(zone, keyed, codes, kinds, standard, severity, name, removal, users)
#define DNSBL_CODE(zone, first, last, meaning) {zone, first, last, meaning},
static const struct code codes[] = {
#include "core/records/dnsbl.def"
};
#undef DNSBL_CODE
#undef DNSBL_POLICY

#define DNSBL_CODE(zone, first, last, meaning)
#define DNSBL_POLICY(zone, first, last) {zone, first, last},
static const struct policy policies[] = {
#include "core/records/dnsbl.def"
};
#undef DNSBL_POLICY
#undef DNSBL_TEST

#define DNSBL_POLICY(zone, first, last)
#define DNSBL_TEST(zone, listed, unlisted) {zone, listed, unlisted},
static const struct test tests[] = {
#include "core/records/dnsbl.def"
};
#undef DNSBL
#undef DNSBL_CODE
#undef DNSBL_POLICY
#undef DNSBL_TEST

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void set_test_names(struct dnsbl *list)
{
    list->listed = "test";
    list->unlisted = "invalid";
    for (size_t i = 0; i < COUNT(tests); i++) {
        if (strcmp(tests[i].zone, list->code_zone) == 0) {
            list->listed = tests[i].listed;
            list->unlisted = tests[i].unlisted;
        }
    }
}

struct dnsbl dnsbl_of(struct arena *arena, const char *zone)
{
    struct dnsbl list = {
        .zone = zone, .label = zone, .kinds = DNSBL_IPV4 | DNSBL_IPV6, .severity = NOTE, .code_zone = ""};

    for (size_t i = 0; i < COUNT(catalogue); i++) {
        const struct known *k = &catalogue[i];
        bool keyed = *k->keyed && name_is_under(zone, k->keyed) && !name_equal(zone, k->keyed);

        if (!keyed && !name_equal(zone, k->zone))
            continue;
        list.label = str_dup(arena, keyed ? k->keyed : k->zone);
        list.kinds = k->kinds;
        list.severity = k->severity;
        list.name = k->name;
        list.removal = k->removal;
        list.users = k->users;
        list.code_zone = k->codes;
        break;
    }
    set_test_names(&list);
    return list;
}

const char *dnsbl_standard(size_t wanted)
{
    for (size_t i = 0; i < COUNT(catalogue); i++)
        if (catalogue[i].standard && wanted-- == 0)
            return catalogue[i].zone;
    return NULL;
}

const char *dnsbl_question_for_name(struct arena *arena, const struct dnsbl *list, const char *name)
{
    const char *question = str_printf(arena, "%s.%s", name, list->zone);

    return strlen(question) <= NAME_OCTETS_MAX ? question : NULL;
}

/* The reverse name without its last two labels, which are in-addr.arpa or ip6.arpa.  (RFC 5782 2.1, 2.4) */
const char *dnsbl_question(struct arena *arena, const struct dnsbl *list, const struct ip *ip)
{
    const char *reverse = ip_reverse_name(arena, ip), *tail = ip->family == IP_V4 ? ".in-addr.arpa" : ".ip6.arpa";

    return dnsbl_question_for_name(arena, list, str_text(arena, (struct str){reverse, strlen(reverse) - strlen(tail)}));
}

/* 127.0.0.2 and 127.0.0.1; ::ffff:7f00:2 and ::ffff:7f00:1, as IPv6 addresses. */
struct ip dnsbl_test_ip(enum dnsbl_kind kind, bool listed)
{
    uint8_t last = listed ? 2 : 1;

    if (kind == DNSBL_IPV4)
        return (struct ip){.family = IP_V4, .bytes = {127, 0, 0, last}};
    return (struct ip){.family = IP_V6, .bytes = {[10] = 0xff, [11] = 0xff, [12] = 127, [15] = last}};
}

enum dnsbl_answer dnsbl_judge(const struct ip *answer)
{
    static const uint8_t refusal[] = {127, 255, 255}, not_a_listing[] = {127, 0, 0, 1};

    if (answer->family != IP_V4 || answer->bytes[0] != 127)
        return DNSBL_NONSENSE;
    if (memcmp(answer->bytes, refusal, sizeof refusal) == 0 ||
        memcmp(answer->bytes, not_a_listing, sizeof not_a_listing) == 0)
        return DNSBL_REFUSED;
    return DNSBL_LISTED_THERE;
}

const char *dnsbl_refusal_text(const struct ip *answer)
{
    if (answer->bytes[1] != 255)
        return "the list answers 127.0.0.1, which is no listing";
    switch (answer->bytes[3]) {
    case TYPING_ERROR:
        return "the list says that its name or key is misspelt (127.255.255.252)";
    case PUBLIC_RESOLVER:
        return "the list does not answer public resolvers, or those without a name of their own (127.255.255.254)";
    case TOO_MANY:
        return "the list says that it is asked too often (127.255.255.255)";
    default:
        return "the list answers with an error code";
    }
}

const char *dnsbl_meaning(const struct dnsbl *list, const struct ip *answer)
{
    unsigned code = answer->bytes[2] * 256u + answer->bytes[3];

    for (size_t i = 0; i < COUNT(codes); i++)
        if (strcmp(codes[i].zone, list->code_zone) == 0 && answer->bytes[1] == 0 && code >= codes[i].first &&
            code <= codes[i].last)
            return codes[i].meaning;
    return NULL;
}

bool dnsbl_is_policy(const struct dnsbl *list, const struct ip *answer)
{
    unsigned code = answer->bytes[2] * 256u + answer->bytes[3];

    for (size_t i = 0; i < COUNT(policies); i++)
        if (strcmp(policies[i].zone, list->code_zone) == 0 && answer->bytes[1] == 0 && code >= policies[i].first &&
            code <= policies[i].last)
            return true;
    return false;
}

bool dnsbl_refuses_resolver(const struct ip *ip)
{
    static const char *const public_resolvers[] = {
        "1.0.0.0/24",          "1.1.1.0/24",          "8.8.4.0/24",
        "8.8.8.0/24", /* Cloudflare, Google */
        "9.9.9.0/24",          "149.112.112.0/24",    "64.6.64.0/23",
        "77.88.8.0/24", /* Quad9, Verisign, Yandex */
        "84.200.69.0/24",      "84.200.70.0/24",      "94.140.14.0/23",
        "185.228.168.0/23",                                            /* DNS.Watch, AdGuard, CleanBrowsing */
        "208.67.216.0/21",     "76.76.2.0/24",        "76.76.10.0/24", /* OpenDNS, Control D */
        "2001:4860:4860::/48", "2606:4700:4700::/48", "2620:fe::/48",
        "2620:119:35::/48", /* Google, Cloudflare, Quad9, OpenDNS */
        "2620:119:53::/48",    "2a10:50c0::/32",      "2606:1a40::/48",
    };
    struct ip_network network;

    for (size_t i = 0; i < COUNT(public_resolvers); i++)
        if (ip_network_parse(public_resolvers[i], &network) && ip_in_network(ip, &network))
            return true;
    return false;
}
