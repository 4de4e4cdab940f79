/* tests/zone.h - a zone instead of the DNS, for functions on a run that only need DNS.
 *
 * Answers arrive at once, or (seed) one at a time in an order that the seed decides, the question being asked again
 * after each, as the engine does.  What the zone does not have does not exist. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/loop.h"
#include "core/base/name.h"
#include "core/derive/planned.h"
#include "core/derive/run_internal.h"
#include "core/facts/evidence.h"
#include "core/facts/target.h"
#include "core/facts/unfetched.h"
#include "core/facts/vantage.h"

enum { ZONE_SETS_MAX = 512, ZONE_QUEUE_MAX = 4096, ZONE_SET_MAX = 64 };

struct zone_set { /* RRset; records of type CNAME stand for all types */
    const char *name;
    enum dns_type type;
    struct dns_record records[ZONE_SET_MAX];
    size_t count;
};

struct zone {
    struct arena *arena;
    struct zone_set *sets[ZONE_SETS_MAX];
    size_t count;
    const char *broken[ZONE_SETS_MAX]; /* names that answer SERVFAIL for what they do not have */
    size_t broken_count;
    const char *hidden; /* the resolver takes the name for none, and servers know it; NULL */
    const char *secure; /* what the name has is signed; NULL */
    const void *(*say)(const struct zone *, struct evidence *); /* asked first; NULL: the zone is to answer */
    const char *said[ZONE_SETS_MAX];                            /* for it */
    size_t said_count;
    struct evidence *queue[ZONE_QUEUE_MAX];
    size_t queue_count, questions;
    uint64_t seed;
};

static inline struct zone *zone_new(void)
{
    struct arena *arena = arena_new(SIZE_MAX);
    struct zone *zone = ARENA_NEW(arena, struct zone);

    zone->arena = arena;
    return zone;
}

static inline void zone_free(struct zone *zone)
{
    arena_free(zone->arena);
}

static inline void zone_add(struct zone *zone, const char *name, struct dns_record record)
{
    size_t i = 0;

    while (i < zone->count && !(zone->sets[i]->type == record.type && name_equal(zone->sets[i]->name, name)))
        i++;
    if (i == ZONE_SETS_MAX)
        return;
    if (i == zone->count) {
        zone->sets[i] = ARENA_NEW(zone->arena, struct zone_set);
        zone->sets[i]->name = name;
        zone->sets[i]->type = record.type;
        zone->count++;
    }
    if (zone->sets[i]->count < ZONE_SET_MAX)
        zone->sets[i]->records[zone->sets[i]->count++] = record;
}

static inline void zone_add_txt(struct zone *zone, const char *name, struct str text)
{
    zone_add(zone, name, (struct dns_record){.type = DNS_TXT, .txt = {.joined = text, .strings = 1}});
}

static inline void zone_break(struct zone *zone, const char *name)
{
    if (zone->broken_count < ZONE_SETS_MAX)
        zone->broken[zone->broken_count++] = name;
}

static inline const struct zone_set *zone_find(const struct zone *zone, const char *name, enum dns_type type,
                                               bool *exists)
{
    const struct zone_set *found = NULL;

    for (size_t i = 0; i < zone->count; i++) {
        if (!name_equal(zone->sets[i]->name, name))
            continue;
        *exists = true;
        if (zone->sets[i]->type == type || zone->sets[i]->type == DNS_CNAME)
            found = zone->sets[i];
    }
    return found;
}

/* The closest name at or above this one that has name servers. */
static inline const char *zone_apex(const struct zone *zone, const char *name)
{
    const struct zone_set *set = NULL;
    bool exists;

    for (; *name && (!set || set->type != DNS_NS); name = set && set->type == DNS_NS ? name : name_parent(name))
        set = zone_find(zone, name, DNS_NS, &exists);
    return name;
}

static inline void zone_answer(struct zone *zone, struct evidence *evidence)
{
    struct dns_answer *answer = ARENA_NEW(evidence_arena(evidence), struct dns_answer);
    struct dns_link *links = ARENA_ARRAY(evidence_arena(evidence), struct dns_link, DNS_CNAME_MAX + 1);
    const char *name = evidence->key.name;
    const struct zone_set *set = NULL;
    bool exists = false;

    *answer = (struct dns_answer){
        .key = evidence->text, .status = DNS_NXDOMAIN, .chain = links, .extended_error = -1, .server = ""};
    if (!*name && evidence->key.type == DNS_SOA) { /* the resolver is sound */
        static const struct dns_record soa = {.type = DNS_SOA, .soa = {.mname = "", .rname = ""}};

        answer->status = DNS_OK;
        answer->records = &soa;
        answer->count = 1;
    }
    if (!zone->hidden || !name_equal(zone->hidden, name) || evidence->key.ip.family != IP_NONE)
        set = zone_find(zone, name, evidence->key.type, &exists);
    while (set && set->type == DNS_CNAME && evidence->key.type != DNS_CNAME) {
        if (answer->chain_count > DNS_CNAME_MAX) {
            answer->status = DNS_UNKNOWN;
            answer->chain_loops = true;
            answer->trouble = trouble_of(REASON_PROTOCOL);
            evidence_known(evidence, answer, 60);
            return;
        }
        links[answer->chain_count++] = (struct dns_link){name, set->records[0].name};
        name = set->records[0].name;
        exists = false;
        set = zone_find(zone, name, evidence->key.type, &exists);
    }
    if (set) {
        answer->status = DNS_OK;
        answer->records = set->records;
        answer->count = set->count;
    } else if (exists && answer->status != DNS_OK) {
        answer->status = DNS_NODATA;
    }
    for (size_t i = 0; !set && i < zone->broken_count; i++) {
        if (name_equal(zone->broken[i], name)) {
            answer->status = DNS_UNKNOWN;
            answer->trouble = trouble_of(REASON_TIMEOUT);
        }
    }
    if (zone->secure && name_equal(zone->secure, evidence->key.name)) {
        static const uint8_t algorithms[] = {13};

        answer->security = DNS_SECURE;
        answer->algorithms = algorithms;
        answer->algorithm_count = 1;
        answer->signed_from_s = 1767000000;
        answer->signed_until_s = 1768000000;
    }
    answer->zone = answer->status == DNS_OK ? NULL : zone_apex(zone, name);
    evidence_known(evidence, answer, 60);
}

static inline void zone_know(struct zone *zone, struct evidence *evidence)
{
    const void *said = zone->say ? zone->say(zone, evidence) : NULL;
    int64_t *now;
    struct vantage *here;

    if (said) {
        evidence_known(evidence, said, 60);
        return;
    }
    if (evidence->key.kind == EVIDENCE_DNS) {
        zone_answer(zone, evidence);
        return;
    }
    if (evidence->key.kind == EVIDENCE_VANTAGE) {
        here = ARENA_NEW(evidence_arena(evidence), struct vantage);
        here->ipv4_route = here->ipv4_used = true;
        evidence_known(evidence, here, 60);
        return;
    }
    if (evidence->key.kind != EVIDENCE_NOW) {
        evidence_known(evidence,
                       evidence_unfetched(evidence_arena(evidence), &evidence->key, evidence->text,
                                          trouble_of(REASON_BUDGET)),
                       60);
        return;
    }
    now = ARENA_NEW(evidence_arena(evidence), int64_t);
    *now = 1767225600;
    evidence_known(evidence, now, 60);
}

static inline void zone_collect(void *arg, struct evidence *evidence)
{
    struct zone *zone = arg;

    zone->questions++;
    if (!zone->seed || zone->queue_count == ZONE_QUEUE_MAX)
        zone_know(zone, evidence);
    else
        zone->queue[zone->queue_count++] = evidence;
}

static inline void zone_deliver_one(struct zone *zone)
{
    size_t pick;

    zone->seed = zone->seed * 6364136223846793005u + 1442695040888963407u;
    pick = (size_t)(zone->seed >> 33) % zone->queue_count;
    zone_know(zone, zone->queue[pick]);
    zone->queue[pick] = zone->queue[--zone->queue_count];
}

static inline void zone_nobody_wakes(struct waiter *waiter, unsigned probe)
{
    (void)waiter;
    (void)probe;
}

struct zone_session {
    struct zone *zone;
    struct loop *loop;
    struct audit_view view;
    struct run run;
    size_t runs;
};

static inline void zone_open(struct zone_session *s, struct zone *zone, const struct target *target, uint64_t seed)
{
    *s = (struct zone_session){.zone = zone, .loop = loop_new()};
    zone->seed = seed;
    zone->queue_count = zone->questions = 0;
    s->view = (struct audit_view){.waiter = {.wake = zone_nobody_wakes}, .target = target};
    s->view.store = store_new(s->loop, zone_collect, zone);
    s->run = (struct run){.audit = &s->view, .arena = arena_new(AUDIT_BYTES)};
}

/* Runs `ask` until it has no open wishes. */
static inline void zone_run(struct zone_session *s, void (*ask)(struct run *, void *), void *arg)
{
    do {
        if (s->zone->queue_count)
            zone_deliver_one(s->zone);
        arena_reset(s->run.arena);
        s->run = (struct run){.audit = &s->view, .arena = s->run.arena};
        ask(&s->run, arg);
        s->runs++;
    } while (s->run.open_wishes && s->zone->queue_count);
}

static inline void zone_close(struct zone_session *s)
{
    planned_free(&s->view);
    derived_free_all(&s->view);
    store_unpin_all(&s->view.waiter);
    store_free(s->view.store);
    loop_free(s->loop);
    arena_free(s->run.arena);
}
