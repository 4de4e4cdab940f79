/* core/derive/absence.c - whose word an answer is. */
#include "core/derive/absence.h"

#include <string.h>

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/derive/inventory.h"
#include "core/derive/resolver.h"
#include "core/derive/run.h"
#include "core/derive/zone.h"
#include "core/facts/record_text.h"
#include "core/facts/target.h"

/* A server that refers to others, or knows an alias that leads off, does not say that there is nothing. */
static bool leads_elsewhere(const struct dns_answer *answer)
{
    return answer->status == DNS_UNKNOWN &&
           (answer->chain_count > 0 || (answer->rcode == 0 && answer->trouble.reason == REASON_PROTOCOL));
}

/* What the servers of a zone said. */
struct poll {
    bool pending;
    const struct dns_answer *at[ZONE_SERVERS_MAX]; /* those that have the record, or say that there is none */
    size_t count, positive, elsewhere;
    const struct dns_answer *record, *denial; /* the first ones */
    struct trouble trouble;                   /* of the first server that could not be asked */
};

static void hear(struct poll *poll, const struct dns_answer *answer)
{
    if (!answer) {
        poll->pending = true;
    } else if (answer->status == DNS_OK) {
        poll->at[poll->count++] = answer;
        poll->positive++;
        poll->record = poll->record ? poll->record : answer;
    } else if (dns_answer_is_negative(answer)) {
        poll->at[poll->count++] = answer;
        poll->denial = poll->denial ? poll->denial : answer;
    } else {
        poll->elsewhere += leads_elsewhere(answer);
        poll->trouble = poll->trouble.reason ? poll->trouble : answer->trouble;
    }
}

static struct poll ask_servers(struct run *run, const struct zone_servers *servers, const char *name,
                               enum dns_type type)
{
    struct poll poll = {.pending = servers->pending, .trouble = servers->trouble};

    for (size_t i = 0; i < servers->count; i++)
        hear(&poll, need_dns_at(run, &servers->at[i].ip, name, type));
    return poll;
}

static bool has_record(struct run *run, const struct dns_record *records, size_t count, const struct dns_record *wanted)
{
    for (size_t i = 0; i < count; i++)
        if (record_equal(run_arena(run), &records[i], wanted))
            return true;
    return false;
}

struct dns_answer *as_said_by_zone(struct run *run, const struct dns_answer *here, const struct dns_answer *there)
{
    struct dns_answer *answer = ARENA_NEW(run_arena(run), struct dns_answer);

    *answer = *there;
    answer->key = here->key;
    answer->security = DNS_UNDECIDED;
    if (here->chain_count && !there->chain_count) {
        answer->chain = here->chain;
        answer->chain_count = here->chain_count;
    }
    return answer;
}

/* What the servers have together, of which one has a record. */
static const struct dns_answer *unite(struct run *run, const struct dns_answer *here, const struct poll *poll)
{
    const struct dns_answer *first = poll->record;
    struct dns_record *all;
    struct dns_answer *answer;
    size_t count = first->count, room = 0;

    for (size_t i = 0; i < poll->count; i++)
        room += poll->at[i]->count;
    all = ARENA_ARRAY(run_arena(run), struct dns_record, room + 1);
    memcpy(all, first->records, count * sizeof *all);
    for (size_t i = 0; i < poll->count; i++)
        for (size_t r = 0; poll->at[i] != first && r < poll->at[i]->count && count < DNS_RECORDS_MAX; r++)
            if (!has_record(run, all, count, &poll->at[i]->records[r]))
                all[count++] = poll->at[i]->records[r];
    answer = as_said_by_zone(run, here, first);
    answer->records = all;
    answer->count = count;
    return answer;
}

static const struct dns_answer *leave_open(struct run *run, const struct dns_answer *here, struct trouble trouble)
{
    struct dns_answer *open = ARENA_NEW(run_arena(run), struct dns_answer);

    *open = *here;
    open->status = DNS_UNKNOWN;
    open->records = NULL;
    open->count = 0;
    open->trouble = trouble;
    return open;
}

static bool names_zone(const struct dns_answer *here, const char *name)
{
    return here->zone && name_is_under(name, here->zone);
}

/* NXDOMAIN is said of all types at once.  NULL: on its way. */
static const struct dns_answer *need_sibling(struct run *run, const char *name, enum dns_type type,
                                             const struct dns_answer *here)
{
    return here->status == DNS_NXDOMAIN && !here->chain_count && type != DNS_SOA ? need_dns_unjudged(run, name, DNS_SOA)
                                                                                 : here;
}

static bool contradicts(const struct dns_answer *sibling)
{
    return sibling->status == DNS_OK || sibling->status == DNS_NODATA;
}

/* None of the zone's servers has spoken. */
static void take_resolvers_word(struct run *run, const char *name, const char *end, enum dns_type type,
                                const struct poll *poll, struct confirmed *c)
{
    const struct instrument *in = need_instrument(run);
    const struct dns_answer *here = c->here, *again = need_dns_again(run, name, type),
                            *sibling = need_sibling(run, name, type, here);
    struct trouble trouble = poll->trouble;

    if (!again || !sibling)
        return;
    if (!instrument_may_deny(in)) {
        trouble = trouble_of(REASON_RESOLVER_DOWN);
        trouble.why = instrument_fault_text(in);
        c->answer = leave_open(run, here, trouble);
    } else if (again->status == DNS_OK) {
        c->answer = again;
    } else if (sibling != here && contradicts(sibling)) {
        trouble = trouble_of(REASON_PROTOCOL);
        trouble.side = SIDE_RESOLVER;
        trouble.why = "the resolver contradicts itself: it denies a name that it has other answers for";
        c->answer = leave_open(run, here, trouble);
    } else if (in->root == ROOT_UNTESTED && again->status == DNS_UNKNOWN && again->trouble.reason != REASON_BUDGET) {
        c->answer = again;
    } else if (in->root == ROOT_UNTESTED || (names_zone(here, end) && !poll->elsewhere)) {
        c->answer = here;
        c->remark = in->root == ROOT_UNTESTED ? "" : ", by the word of the resolver alone";
    } else {
        if (!trouble.reason)
            trouble = trouble_of(REASON_RESOLVER_DOWN);
        trouble.why =
            str_printf(run_arena(run), "%s; and the resolver alone cannot show that there is nothing", trouble.why);
        c->answer = leave_open(run, here, trouble);
    }
}

static void confirm_denial(struct run *run, const char *name, enum dns_type type, struct confirmed *c)
{
    const struct dns_answer *here = c->here;
    const char *end = here->chain_count ? here->chain[here->chain_count - 1].target : name;
    struct trouble unzoned;
    const char *zone = need_zone_above(run, end, &unzoned);
    struct zone_servers servers = {.pending = !unzoned.reason, .trouble = unzoned};
    struct poll poll;

    if (!zone && here->zone && unzoned.reason && need_instrument(run)->root == ROOT_UNTESTED)
        zone = name_lower(run_arena(run), here->zone);
    if (zone)
        servers = need_zone_servers(run, zone);
    poll = ask_servers(run, &servers, end, type);
    if (poll.pending)
        return;
    if (poll.positive) {
        c->answer = unite(run, here, &poll);
        c->remark = poll.positive < poll.count
                        ? str_printf(run_arena(run), ", at %zu of %zu name servers: see ns.consistent", poll.positive,
                                     poll.count)
                        : ", which the resolver of this machine does not see";
    } else if (poll.denial && !poll.elsewhere) {
        c->answer = as_said_by_zone(run, here, poll.denial);
    } else {
        take_resolvers_word(run, name, end, type, &poll, c);
    }
}

/* Positive answers: the resolver's to give, but for what it makes up. */

static bool has_special(const struct dns_answer *answer)
{
    for (size_t i = 0; i < answer->count; i++)
        if ((answer->records[i].type == DNS_A || answer->records[i].type == DNS_AAAA) &&
            ip_special(&answer->records[i].ip))
            return true;
    return false;
}

static bool agrees(struct run *run, const struct dns_answer *here, const struct dns_answer *there)
{
    for (size_t i = 0; i < there->count; i++)
        if (has_record(run, here->records, here->count, &there->records[i]))
            return true;
    return false;
}

static bool any_agrees(struct run *run, const struct dns_answer *here, const struct poll *poll)
{
    for (size_t i = 0; i < poll->count; i++)
        if (agrees(run, here, poll->at[i]))
            return true;
    return false;
}

/* systemd-resolved makes aliases of a hosts file's further names. */
static const struct dns_answer *without_alias(struct run *run, const struct dns_answer *here)
{
    struct dns_answer *bare = ARENA_NEW(run_arena(run), struct dns_answer);

    *bare = *here;
    bare->chain = NULL;
    bare->chain_count = 0;
    return bare;
}

/* One server that agrees is enough, so the first is asked before the others. */
static void compare(struct run *run, const char *zone, const char *name, enum dns_type type, struct confirmed *c)
{
    struct zone_servers servers = need_zone_servers(run, zone), first = servers;
    const struct dns_answer *bare;
    struct poll poll;

    if (servers.pending)
        return;
    first.count = servers.count ? 1 : 0;
    poll = ask_servers(run, &first, name, type);
    if (poll.pending)
        return;
    c->answer = c->here;
    if (any_agrees(run, c->here, &poll))
        return;
    poll = ask_servers(run, &servers, name, type);
    if (poll.pending)
        c->answer = NULL;
    if (poll.pending || poll.count == 0 || poll.elsewhere || any_agrees(run, c->here, &poll))
        return;
    c->is_local = true;
    c->remark = ", whatever the resolver of this machine says";
    bare = without_alias(run, c->here);
    c->answer = poll.positive ? unite(run, bare, &poll) : as_said_by_zone(run, bare, poll.denial);
}

static bool is_address(enum dns_type type)
{
    return type == DNS_A || type == DNS_AAAA;
}

/* The zone that a positive answer is compared with; NULL: with none, or (*pending) on its way. */
static const char *zone_to_compare(struct run *run, const char *name, enum dns_type type, const struct dns_answer *here,
                                   bool *is_sign, bool *pending)
{
    const char *domain = run_target(run)->domain, *zone = NULL;
    struct trouble trouble = {0};

    *is_sign = here->is_own || has_special(here);
    if ((here->chain_count && !here->is_own) || (!is_address(type) && type != DNS_PTR))
        return NULL;
    if (*is_sign) {
        zone = need_zone_above(run, name, &trouble);
    } else if (is_address(type) && name_is_under(name, domain)) { /* the hosts file of a mail server has its own name */
        zone = need_zone_of(run, domain, &trouble);
        if (zone && !name_is_under(name, zone))
            return NULL;
    } else {
        return NULL;
    }
    *pending = !zone && !trouble.reason;
    return zone;
}

static void compare_signs(struct run *run, const char *name, enum dns_type type, struct confirmed *c)
{
    bool is_sign, pending = false;
    const char *zone = zone_to_compare(run, name, type, c->here, &is_sign, &pending);

    if (zone)
        compare(run, zone, name, type, c);
    else if (!pending)
        c->answer = c->here;
    /* Without a sign it is nearly always true: what follows from it may be asked for while the wish is open. */
    if (!c->answer && !is_sign)
        c->answer = c->here;
}

struct confirmed need_confirmed(struct run *run, const char *name, enum dns_type type)
{
    const struct dns_answer *here = need_dns_unjudged(run, name, type), *judged = need_dns(run, name, type);
    struct confirmed c = {.here = here, .remark = ""};

    if (!here || !judged)
        return c;
    if (here->is_planned) {
        c.answer = here;
    } else if (dns_answer_is_negative(here)) {
        confirm_denial(run, name, type, &c);
    } else if (judged->status == DNS_OK) {
        c.here = judged;
        compare_signs(run, name, type, &c);
    } else {
        c.answer = judged;
    }
    return c;
}

struct confirmed need_confirmed_reverse(struct run *run, const struct ip *ip)
{
    const char *name = ip_reverse_name(run_arena(run), ip), *zone;
    struct confirmed c = need_confirmed(run, name, DNS_PTR);
    struct trouble trouble;

    if (!c.answer || c.answer->is_planned || c.is_local || c.here->status != DNS_OK ||
        !inventory_has(need_inventory(run), ip))
        return c;
    zone = need_zone_of(run, name, &trouble);
    if (zone)
        compare(run, zone, name, DNS_PTR, &c);
    if (!c.answer) /* as above */
        c.answer = c.here;
    return c;
}

const struct dns_answer *need_record(struct run *run, const char *name, enum dns_type type)
{
    const struct dns_answer *here = need_dns_unjudged(run, name, type);

    return here && dns_answer_is_negative(here) && here->is_own ? need_confirmed(run, name, type).answer
                                                     : need_dns(run, name, type);
}

static bool is_denied(struct run *run, const char *name, enum dns_type type)
{
    const struct dns_answer *answer = need_dns_unjudged(run, name, type);

    return answer && dns_answer_is_negative(answer);
}

struct host_addresses need_addresses(struct run *run, const char *host)
{
    struct host_addresses found = {.a_here = need_dns(run, host, DNS_A), .aaaa_here = need_dns(run, host, DNS_AAAA)};
    bool is_absent = is_denied(run, host, DNS_A) && is_denied(run, host, DNS_AAAA);

    if (!found.a_here || !found.aaaa_here)
        return found;
    found.a = found.a_here;
    found.aaaa = found.aaaa_here;
    if (is_absent || found.a_here->is_own || found.a->status == DNS_OK) {
        struct confirmed c = need_confirmed(run, host, DNS_A);

        found.a = c.answer;
        found.a_is_local = c.is_local;
    }
    if (is_absent || found.aaaa_here->is_own || found.aaaa->status == DNS_OK) {
        struct confirmed c = need_confirmed(run, host, DNS_AAAA);

        found.aaaa = c.answer;
        found.aaaa_is_local = c.is_local;
    }
    return found;
}
