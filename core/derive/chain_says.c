/* core/derive/chain_says.c - what a chain of trust says of the records at its end. */
#include "core/derive/chain_internal.h"

#include <string.h>

#include "core/base/arena.h"
#include "core/base/date.h"
#include "core/base/str.h"
#include "core/base/wire_name.h"
#include "core/derive/run.h"
#include "core/facts/signed_reply.h"

void chain_rests_on(struct chain *chain, const char *key)
{
    for (size_t i = 0; i < chain->key_count; i++)
        if (strcmp(chain->keys[i], key) == 0)
            return;
    if (chain->key_count < CHAIN_KEYS_MAX)
        chain->keys[chain->key_count++] = key;
}

void chain_rests_on_all(struct chain *chain, const struct chain *other)
{
    for (size_t i = 0; i < other->key_count; i++)
        chain_rests_on(chain, other->keys[i]);
    chain->is_tampered |= other->is_tampered;
}

bool chain_is_by_time(const struct chain *chain)
{
    return chain->fault == CHAIN_EXPIRED || chain->fault == CHAIN_NOT_YET_VALID;
}

void chain_undecided_by(struct chain *chain, struct trouble trouble)
{
    chain->security = DNS_UNDECIDED;
    chain->trouble = trouble;
}

void chain_undecided(struct chain *chain, enum reason reason, const char *why)
{
    struct trouble trouble = trouble_of(reason);

    trouble.why = why;
    chain_undecided_by(chain, trouble);
}

/* What the zone above is not, nothing below it can be. */
void chain_inherit(struct chain *chain, const struct chain *above)
{
    struct chain own = *chain;

    *chain = *above;
    chain_rests_on_all(chain, &own);
}

static int64_t near(uint32_t serial, int64_t now)
{
    return now + (int32_t)(serial - (uint32_t)now); /* RFC 4034 3.1.5 */
}

static void be_bogus(struct run *run, struct chain *chain, const struct claim *claim, const struct claim_verdict *v)
{
    static const enum chain_fault faults[] = {
        [RRSET_EXPIRED] = CHAIN_EXPIRED,       [RRSET_NOT_YET_VALID] = CHAIN_NOT_YET_VALID,
        [RRSET_WRONG] = CHAIN_WRONG_SIGNATURE, [RRSET_NO_SIGNATURE] = CHAIN_NO_SIGNATURE,
        [RRSET_NO_KEYS] = CHAIN_NO_KEYS,       [RRSET_OTHER_KEYS] = CHAIN_DS_MISMATCH,
    };
    char type[WIRE_TYPE_TEXT_MAX];
    struct str zone;

    wire_type_print(claim->type, type);
    chain->security = DNS_BOGUS;
    chain->fault = faults[v->verification.verdict];
    chain->zone = claim->zone;
    chain->record = str_dup(run_arena(run), type);
    if (v->verification.boundary_s)
        chain->until = date_text(run_arena(run), near(v->verification.boundary_s, *need_now(run)));
    if (chain->fault == CHAIN_DS_MISMATCH && wire_name_of(run_arena(run), claim->zone, &zone))
        chain->ds = zone_keys_wanted_ds(run_arena(run), v->reply, zone, *need_now(run));
}

/* Whatever of the root does not verify, the world would have noticed. */
static void spare_root(struct chain *chain, enum rrset_verdict verdict)
{
    if (verdict == RRSET_EXPIRED || verdict == RRSET_NOT_YET_VALID)
        chain_undecided(chain, REASON_CLOCK, "by the clock of this machine not even the root's signatures are valid");
    else if (verdict == RRSET_OTHER_KEYS)
        chain_undecided(chain, REASON_NO_VALIDATING_RESOLVER,
                        "the resolver's root zone has other keys than the trust anchors name");
    else
        chain_undecided(chain, REASON_NO_VALIDATING_RESOLVER,
                        "the resolver withholds signatures, or damages them: not even the root's are sound");
}

/* True: verified. */
bool chain_take_verdict(struct run *run, struct chain *chain, const struct claim *claim, const struct claim_verdict *v)
{
    chain->pending |= v->pending;
    if (v->pending)
        return false;
    chain_rests_on(chain, v->reply->key);
    chain->is_tampered |= v->is_tampered;
    if (v->trouble.reason)
        chain_undecided_by(chain, v->trouble);
    else if (v->verification.verdict == RRSET_UNTRIED)
        chain_undecided(chain, REASON_NO_VALIDATING_RESOLVER,
                        "signatures that this program does not check: keys of a kind that OpenSSL refuses here, or "
                        "too many of them");
    else if (v->verification.verdict != RRSET_VERIFIED && !*claim->zone)
        spare_root(chain, v->verification.verdict);
    else if (v->verification.verdict != RRSET_VERIFIED)
        be_bogus(run, chain, claim, v);
    else
        return true;
    return false;
}

const char *chain_fault_text(struct arena *arena, const struct chain *chain)
{
    const char *zone = *chain->zone ? chain->zone : "the root";

    switch (chain->fault) {
    case CHAIN_NO_KEYS:
        return str_printf(arena, "the zone above has a DS record for %s, which has no DNSKEY records", zone);
    case CHAIN_DS_MISMATCH:
        return str_printf(arena, "the DS records at the zone above name none of the keys of %s", zone);
    case CHAIN_NO_SIGNATURE:
        return str_printf(arena, "%s does not sign its %s records with a key that counts", zone, chain->record);
    case CHAIN_EXPIRED:
        return str_printf(arena, "the signature of %s over its %s records has expired, on %s", zone, chain->record,
                          chain->until);
    case CHAIN_NOT_YET_VALID:
        return str_printf(arena, "the signature of %s over its %s records is not valid before %s", zone, chain->record,
                          chain->until);
    case CHAIN_WRONG_SIGNATURE:
        return str_printf(arena, "the signature of %s over its %s records is wrong", zone, chain->record);
    case CHAIN_NO_DS:
        return str_printf(arena, "the zone above proves that it has no DS record for %s", zone);
    case CHAIN_NO_ALGORITHM:
        return str_printf(arena, "the DS records for %s are of algorithms that validators do not know", zone);
    case CHAIN_TOO_COSTLY:
        return str_printf(arena, "%s uses more iterations of NSEC3 than validators do", zone);
    case CHAIN_SOUND:
    case CHAIN_FAULT_COUNT:
        break;
    }
    return "";
}
