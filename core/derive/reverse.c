/* core/derive/reverse.c - what an address's reverse name has, an absence confirmed. */
#include "core/derive/reverse.h"

#include "core/base/ip.h"
#include "core/derive/absence.h"
#include "core/derive/answering.h"
#include "core/derive/run.h"
#include "core/facts/dns_answer.h"

struct reverse need_reverse(struct run *run, const struct ip *ip)
{
    struct confirmed c = need_confirmed_reverse(run, ip);
    struct reverse r = {
        .state = REVERSE_PENDING, .name = ip_reverse_name(run_arena(run), ip), .ptr = c.answer, .confirmed = c};

    if (!r.ptr)
        return r;
    if (r.ptr->status != DNS_UNKNOWN) {
        r.state = r.ptr->count ? REVERSE_NAMES : REVERSE_ABSENT;
    } else if (c.here->status == DNS_UNKNOWN) {
        if (need_explanation(run, r.name, DNS_PTR, r.ptr, &r.trouble))
            r.state = REVERSE_UNDECIDED;
    } else {
        r.trouble = r.ptr->trouble;
        r.state = REVERSE_UNDECIDED;
    }
    return r;
}
