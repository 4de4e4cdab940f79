/* core/derive/reverse.c - what an address's reverse name has, an absence confirmed. */
#include "core/derive/reverse.h"

#include "core/base/ip.h"
#include "core/derive/absence.h"
#include "core/derive/answering.h"
#include "core/derive/run.h"
#include "core/facts/dns_answer.h"

static void confirm(struct run *run, struct reverse *r)
{
    const struct dns_answer *dissent = NULL;

    switch (need_absence(run, r->name, DNS_PTR, r->ptr, &dissent, &r->trouble)) {
    case ABSENCE_PENDING:
        r->state = REVERSE_PENDING;
        break;
    case ABSENCE_UNDECIDED:
        r->state = REVERSE_UNDECIDED;
        break;
    case ABSENCE_DISPUTED:
        r->state = REVERSE_NAMES;
        r->ptr = dissent;
        r->disputed = true;
        break;
    case ABSENCE_CONFIRMED:
        r->state = REVERSE_ABSENT;
        break;
    }
}

struct reverse need_reverse(struct run *run, const struct ip *ip)
{
    struct reverse r = {.state = REVERSE_PENDING, .name = ip_reverse_name(run_arena(run), ip)};

    r.ptr = need_dns(run, r.name, DNS_PTR);
    if (!r.ptr)
        return r;
    if (r.ptr->status == DNS_UNKNOWN) {
        if (need_explanation(run, r.name, DNS_PTR, r.ptr, &r.trouble))
            r.state = REVERSE_UNDECIDED;
    } else if (r.ptr->count) {
        r.state = REVERSE_NAMES;
    } else {
        confirm(run, &r);
    }
    return r;
}
