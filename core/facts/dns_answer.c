/* core/facts/dns_answer.c - what everybody asks of an answer. */
#include "core/collect/dns/dns.h"

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
