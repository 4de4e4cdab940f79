/* core/derive/bogus.c - doubts what comes from a bogus zone. */
#include "core/derive/bogus.h"

#include "core/base/arena.h"
#include "core/base/name.h"
#include "core/derive/chain.h"
#include "core/derive/resolver.h"
#include "core/derive/run.h"
#include "core/facts/dns_answer.h"
#include "core/facts/target.h"

const struct dns_answer *bogus_doubt(struct run *run, const char *name, const struct dns_answer *answer)
{
    const char *domain = run_target(run)->domain;
    const struct instrument *in;
    const struct chain *zone;
    struct dns_answer *doubted;
    bool is_own;

    if (!answer || answer->status == DNS_UNKNOWN || answer->plan)
        return answer;
    is_own = name_is_under(name, domain);
    if (!is_own && !name_is_reverse(name))
        return answer;
    in = need_instrument(run);
    if (in->validation == VALIDATION_PENDING || in->validation == VALIDATION_SHOWN)
        return answer;
    zone = need_chain_of_zone(run, is_own ? domain : name);
    if (zone->pending || zone->security != DNS_BOGUS || chain_is_by_time(zone))
        return answer;
    doubted = ARENA_NEW(run_arena(run), struct dns_answer);
    *doubted = (struct dns_answer){.key = answer->key,
                                   .status = DNS_UNKNOWN,
                                   .trouble = trouble_of(REASON_DNSSEC_BOGUS),
                                   .security = DNS_BOGUS,
                                   .rcode = answer->rcode,
                                   .extended_error = -1,
                                   .server = answer->server,
                                   .tries = answer->tries};
    doubted->trouble.why = chain_fault_text(run_arena(run), zone);
    return doubted;
}
