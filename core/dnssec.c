/* core/dnssec.c - tells "insecure" from "not validated here". */
#include "core/dnssec.h"

#include "core/run.h"

enum dns_security need_security(struct run *run, const struct dns_answer *answer, bool *pending)
{
    const struct dns_answer *root = need_dns(run, "", DNS_SOA);

    if (answer->security != DNS_INSECURE)
        return answer->security;
    *pending |= !root;
    return root && root->security == DNS_SECURE ? DNS_INSECURE : DNS_UNDECIDED;
}

enum dns_security security_of_both(enum dns_security a, enum dns_security b)
{
    static const enum dns_security weakest_first[] = {DNS_BOGUS, DNS_INSECURE, DNS_UNDECIDED};

    for (unsigned i = 0; i < sizeof weakest_first / sizeof *weakest_first; i++)
        if (a == weakest_first[i] || b == weakest_first[i])
            return weakest_first[i];
    return DNS_SECURE;
}
