/* core/facts/dns_answer.c - what everybody asks of an answer, and the names of types and codes. */
#include "core/facts/dns_answer.h"

static const struct {
    enum dns_type type;
    const char *name;
} types[] = {
    /* by number */
    {DNS_A, "A"},   {DNS_NS, "NS"},   {DNS_CNAME, "CNAME"}, {DNS_SOA, "SOA"},   {DNS_PTR, "PTR"},
    {DNS_MX, "MX"}, {DNS_TXT, "TXT"}, {DNS_AAAA, "AAAA"},   {DNS_TLSA, "TLSA"},
};

const char *dns_type_name(enum dns_type type)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (types[i].type == type)
            return types[i].name;
    return NULL;
}

bool dns_type_from_name(const char *name, enum dns_type *out)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (text_equal_nocase(types[i].name, name)) {
            *out = types[i].type;
            return true;
        }
    return false;
}

const char *dns_rcode_name(int rcode)
{
    static const char *const names[] = {
        [0] = "NOERROR",  [1] = "FORMERR",  [2] = "SERVFAIL",   [3] = "NXDOMAIN", [4] = "NOTIMP",
        [5] = "REFUSED",  [6] = "YXDOMAIN", [7] = "YXRRSET",    [8] = "NXRRSET",  [9] = "NOTAUTH",
        [10] = "NOTZONE", [16] = "BADVERS", [23] = "BADCOOKIE",
    };

    if (rcode < 0 || (size_t)rcode >= sizeof names / sizeof *names || !names[rcode])
        return "an unknown error";
    return names[rcode];
}

bool dns_answer_has_ip(const struct dns_answer *answer, const struct ip *ip)
{
    for (size_t i = 0; answer && i < answer->count; i++)
        if (ip_equal(&answer->records[i].ip, ip))
            return true;
    return false;
}

bool dns_answer_is_open(const struct dns_answer *answer)
{
    return answer && answer->status == DNS_UNKNOWN && !answer->chain_loops && !answer->chain_too_long;
}

bool dns_answer_is_negative(const struct dns_answer *answer)
{
    return answer->status == DNS_NODATA || answer->status == DNS_NXDOMAIN;
}
