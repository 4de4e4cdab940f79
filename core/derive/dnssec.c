/* core/derive/dnssec.c - tells "insecure" from "not validated here", and old signatures from current ones. */
#include "core/derive/dnssec.h"

#include "core/base/arena.h"
#include "core/derive/resolver.h"
#include "core/derive/run.h"

static const struct {
    const char *name;
    bool retired;
} algorithms[] = {
    /* by number */
    [1] = {"RSAMD5", true},
    [3] = {"DSA", true},
    [5] = {"RSASHA1", true},
    [6] = {"DSA-NSEC3-SHA1", true},
    [7] = {"RSASHA1-NSEC3-SHA1", true},
    [8] = {"RSASHA256", false},
    [10] = {"RSASHA512", false},
    [12] = {"ECC-GOST", true},
    [13] = {"ECDSAP256SHA256", false},
    [14] = {"ECDSAP384SHA384", false},
    [15] = {"ED25519", false},
    [16] = {"ED448", false},
};

enum { ALGORITHMS = sizeof algorithms / sizeof *algorithms };

enum dns_security need_security(struct run *run, const struct dns_answer *answer, bool *pending)
{
    const struct dns_answer *root = need_dns(run, "", DNS_SOA);

    if (answer->security != DNS_INSECURE && answer->security != DNS_SECURE)
        return answer->security;
    if (!need_trust_in_ad(run, answer, pending))
        return DNS_UNDECIDED;
    if (answer->security == DNS_SECURE)
        return DNS_SECURE;
    *pending |= !root;
    return root && root->security == DNS_SECURE ? DNS_INSECURE : DNS_UNDECIDED;
}

struct trouble dnssec_unvalidated(const struct dns_answer *const *answers, size_t count)
{
    struct trouble trouble = trouble_of(REASON_NO_VALIDATING_RESOLVER);

    for (size_t i = 0; i < count; i++)
        if (answers[i] && answers[i]->plan)
            trouble.why = "what is planned is not signed before it is published";
    return trouble;
}

enum dns_security security_of_both(enum dns_security a, enum dns_security b)
{
    static const enum dns_security weakest_first[] = {DNS_BOGUS, DNS_INSECURE, DNS_UNDECIDED};

    for (unsigned i = 0; i < sizeof weakest_first / sizeof *weakest_first; i++)
        if (a == weakest_first[i] || b == weakest_first[i])
            return weakest_first[i];
    return DNS_SECURE;
}

enum dnssec_signatures dnssec_signatures(const struct dns_answer *answer)
{
    size_t retired = 0;

    for (size_t i = 0; i < answer->algorithm_count; i++)
        retired += answer->algorithms[i] < ALGORITHMS && algorithms[answer->algorithms[i]].retired;
    if (answer->algorithm_count == 0)
        return DNSSEC_NONE_SEEN;
    if (retired == 0)
        return DNSSEC_CURRENT;
    return retired == answer->algorithm_count ? DNSSEC_RETIRED : DNSSEC_RETIRED_TOO;
}

const char *dnssec_algorithms_text(struct arena *arena, const struct dns_answer *answer)
{
    const char *text = "";

    for (size_t i = 0; i < answer->algorithm_count; i++) {
        unsigned number = answer->algorithms[i];
        const char *name = number < ALGORITHMS && algorithms[number].name ? algorithms[number].name : "algorithm";

        text = str_printf(arena, "%s%s%s (%u)", text, *text ? ", " : "", name, number);
    }
    return text;
}
