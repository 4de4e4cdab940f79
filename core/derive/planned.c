/* core/derive/planned.c - follows a name through plan and world. */
#include "core/derive/planned.h"

#include <string.h>

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/derive/resolver.h"
#include "core/derive/run_internal.h"
#include "core/facts/target.h"
#include "core/records/overlay.h"

struct planned { /* in its own arena */
    struct arena *arena;
    struct evidence *at;
    size_t count;
};

/* From the name that is asked for to where the last alias leads. */
struct way {
    const char *at;
    struct dns_link links[DNS_CNAME_MAX + 1];
    size_t count;
    bool loops, too_long;
    const char *source; /* the first that had a part in it; NULL: none */
};

/* ---- what is kept ---- */

static struct planned *planned_of(struct run *run)
{
    struct arena *arena;

    if (run->audit->planned)
        return run->audit->planned;
    arena = arena_new(target_memory(run->audit->target));
    if (!arena)
        arena_exhaust(run->arena);
    run->audit->planned = ARENA_NEW(arena, struct planned);
    run->audit->planned->arena = arena;
    return run->audit->planned;
}

static const struct dns_answer *kept(const struct run *run, const struct key *key)
{
    const struct planned *p = run->audit->planned;

    for (size_t i = 0; p && i < p->count; i++)
        if (key_equal(&p->at[i].key, key))
            return p->at[i].value;
    return NULL;
}

/* What is planned is not signed yet.  What is tried would be signed as what stands there is. */
static void sign(struct run *run, const struct key *key, struct dns_answer *answer)
{
    const struct dns_answer *there =
        run->audit->trial && !run->audit->plan ? need_dns_of_world(run, key->name, key->type, key->nth) : NULL;

    answer->security = there ? there->security : DNS_UNDECIDED;
    answer->algorithms = there ? there->algorithms : NULL;
    answer->algorithm_count = there ? there->algorithm_count : 0;
    answer->signed_from_s = there ? there->signed_from_s : 0;
    answer->signed_until_s = there ? there->signed_until_s : 0;
}

/* Records, and what came from the world, live as long as the audit anyway. */
static const struct dns_answer *keep(struct run *run, const struct key *key, struct dns_answer answer,
                                     const struct way *way)
{
    struct planned *p = planned_of(run);
    struct dns_answer *value;
    struct dns_link *links;
    struct evidence *moved;

    arena_on_exhausted(p->arena, run->exhausted);
    moved = arena_grown(p->arena, p->at, p->count, sizeof *moved);
    p->at = moved ? moved : p->at;
    links = ARENA_ARRAY(p->arena, struct dns_link, way->count + answer.chain_count + 1);
    for (size_t i = 0; i < way->count; i++)
        links[i] = (struct dns_link){str_dup(p->arena, way->links[i].owner), str_dup(p->arena, way->links[i].target)};
    for (size_t i = 0; i < answer.chain_count; i++)
        links[way->count + i] = answer.chain[i];
    answer.chain = links;
    answer.chain_count += way->count;
    answer.key = key_text(p->arena, key);
    answer.zone = answer.zone ? str_dup(p->arena, answer.zone) : NULL;
    answer.plan = way->source;
    sign(run, key, &answer);
    value = ARENA_NEW(p->arena, struct dns_answer);
    *value = answer;
    p->at[p->count] = (struct evidence){.key = *key, .text = answer.key, .known = true, .value = value};
    p->at[p->count].key.name = str_dup(p->arena, key->name);
    p->count++;
    arena_on_exhausted(p->arena, NULL);
    return value;
}

/* ---- asking ---- */

/* A trial is laid over the plan. */
static struct overlay_answer ask(struct run *run, const char *name, enum dns_type type)
{
    const struct overlay *layers[] = {run->audit->trial, run->audit->plan};
    struct overlay_answer a = {.says = OVERLAY_SILENT}, exists = a;

    for (size_t i = 0; i < sizeof layers / sizeof *layers && a.says == OVERLAY_SILENT; i++) {
        if (layers[i])
            a = overlay_ask(layers[i], run->arena, name, type);
        if (a.says == OVERLAY_EXISTS) {
            exists = exists.source ? exists : a;
            a = (struct overlay_answer){.says = OVERLAY_SILENT};
        }
    }
    if (!exists.source)
        return a;
    if (a.says == OVERLAY_NXDOMAIN || a.says == OVERLAY_ALIAS || a.says == OVERLAY_REDIRECTS || a.by_wildcard) {
        a.says = OVERLAY_NODATA;
        a.records = NULL;
        a.count = 0;
    } else if (a.says == OVERLAY_SILENT || a.says == OVERLAY_DELEGATED) {
        exists.cut = a.cut;
        return exists;
    }
    return a;
}

static void go(struct way *way, const char *target)
{
    way->links[way->count++] = (struct dns_link){way->at, target};
    for (size_t i = 0; i < way->count; i++)
        way->loops |= name_equal(way->links[i].owner, target);
    way->too_long = !way->loops && way->count > DNS_CNAME_MAX;
    way->at = target;
}

static bool goes_on(const struct way *way)
{
    return !way->loops && !way->too_long;
}

/* The world's alias leads to a name that the plan has: from there on it is the plan's. */
static bool leads_back(struct run *run, struct way *way, const struct dns_answer *world, enum dns_type type)
{
    for (size_t i = 0; i < world->chain_count; i++) {
        if (ask(run, world->chain[i].target, type).says == OVERLAY_SILENT)
            continue;
        for (size_t k = 0; k <= i && goes_on(way); k++)
            go(way, str_dup(run->arena, world->chain[k].target));
        return true;
    }
    return false;
}

static struct dns_answer trouble(const char *why)
{
    struct dns_answer a = {.status = DNS_UNKNOWN,
                           .trouble = trouble_of(REASON_NOT_CONTACTED),
                           .rcode = -1,
                           .extended_error = -1,
                           .server = "",
                           .is_planned = true};

    a.trouble.why = why;
    return a;
}

static struct dns_answer of_plan(const struct overlay_answer *a)
{
    struct dns_answer answer = {.status = a->says == OVERLAY_RECORDS    ? DNS_OK
                                          : a->says == OVERLAY_NXDOMAIN ? DNS_NXDOMAIN
                                                                        : DNS_NODATA,
                                .records = a->records,
                                .count = a->count,
                                .zone = a->says == OVERLAY_RECORDS ? NULL : a->zone,
                                .rcode = a->says == OVERLAY_NXDOMAIN ? 3 : 0,
                                .extended_error = -1,
                                .server = "",
                                .ttl_s = a->ttl_s,
                                .is_planned = true};

    if (a->says == OVERLAY_REDIRECTS)
        return trouble("it is below a DNAME record of the plan, which is not followed");
    for (size_t i = 0; i < a->count; i++)
        answer.ttl_s = i && answer.ttl_s < a->records[i].ttl_s ? answer.ttl_s : a->records[i].ttl_s;
    return answer;
}

static struct dns_answer of_endless(const struct way *way)
{
    struct dns_answer answer =
        trouble(way->loops ? "the alias (CNAME) leads back to itself" : "too many aliases (CNAME)");

    answer.trouble.reason = REASON_PROTOCOL;
    answer.trouble.side = SIDE_TARGET;
    answer.rcode = 0;
    answer.chain_loops = way->loops;
    answer.chain_too_long = way->too_long;
    return answer;
}

/* The plan delegates the name, and the world knows nothing of it. */
static bool lacks_delegation(const struct overlay_answer *a, const struct dns_answer *world)
{
    return a->cut && dns_answer_is_negative(world) && world->zone && !name_is_under(world->zone, a->cut);
}

/* The world's answer is not what it will be: the name exists then, and is no alias (RFC 1034 3.6.2). */
static bool is_changed(const struct overlay_answer *a, const struct dns_answer *world)
{
    return a->says == OVERLAY_EXISTS && (world->status == DNS_NXDOMAIN || world->chain_count);
}

static struct dns_answer changed(struct run *run, const struct dns_answer *world, enum dns_type type, bool *pending)
{
    const struct dns_answer *judged = world->chain_count ? world : resolver_believe(run, world, type);

    *pending = !judged;
    if (judged && !world->chain_count && judged->status == DNS_UNKNOWN)
        return *judged;
    return (struct dns_answer){
        .status = DNS_NODATA, .rcode = 0, .extended_error = -1, .server = "", .zone = world->zone, .is_planned = true};
}

const struct dns_answer *need_planned(struct run *run, const char *name, enum dns_type type, unsigned nth)
{
    struct key key = {.kind = EVIDENCE_DNS, .name = name, .type = type, .nth = nth};
    const struct dns_answer *known = kept(run, &key), *world;
    struct way way = {.at = name};
    bool pending = false;

    if (known)
        return known;
    while (goes_on(&way)) {
        struct overlay_answer a = ask(run, way.at, type);
        struct dns_answer answer;

        if (a.says != OVERLAY_EXISTS && a.says != OVERLAY_DELEGATED)
            way.source = way.source ? way.source : a.source;
        if (a.says == OVERLAY_ALIAS) {
            go(&way, a.records[0].name);
            continue;
        }
        if (a.says != OVERLAY_SILENT && a.says != OVERLAY_EXISTS && a.says != OVERLAY_DELEGATED)
            return keep(run, &key, of_plan(&a), &way);
        world = need_dns_of_world(run, way.at, type, nth);
        if (!world)
            return NULL;
        if (is_changed(&a, world))
            answer = changed(run, world, type, &pending);
        else if (lacks_delegation(&a, world))
            answer = trouble("the plan delegates it to name servers that do not have it yet");
        else if (leads_back(run, &way, world, type))
            continue;
        else if (!way.count)
            return world;
        else
            answer = *world;
        way.source = way.source ? way.source : a.source;
        return pending ? NULL : keep(run, &key, answer, &way);
    }
    return keep(run, &key, of_endless(&way), &way);
}

const struct evidence *planned_answers(const struct audit_view *audit, size_t *count)
{
    *count = audit->planned ? audit->planned->count : 0;
    return *count ? audit->planned->at : NULL;
}

void planned_free(struct audit_view *audit)
{
    if (audit->planned)
        arena_free(audit->planned->arena);
    audit->planned = NULL;
}
