/* core/collect/net/politeness.c - a table of the addresses and networks visited lately, and a line for each network. */
#include "core/collect/net/politeness.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <sys/random.h>

#include "core/base/limits.h"
#include "core/base/loop.h"
#include "core/collect/net/guestbook.h"
#include "core/collect/net/line.h"

enum { BUCKETS = 256, NET_BITS_V4 = 24, NET_BITS_V6 = 48, PEERS_SWEPT_AT = 1024, SEEN_AFTER_MS = 10 };

/* An address, or a network with host bits cleared. */
struct peer {
    struct peer *next;
    struct ip_network who;
    unsigned visits; /* open and waiting: it must stay in the table */
    unsigned open;
    bool visited, went_badly; /* the last visit */
    int64_t left_ms;          /* end of the last visit, when `visited` */
    /* Of a network: */
    struct line line;
    struct peer *next_awaited, **back_awaited; /* among those for which visits wait; back is NULL for others */
    int64_t look_ms; /* when the next visit may begin, as far as is known; INT64_MAX: when one has ended */
};

struct politeness {
    struct loop *loop;
    struct task *look;
    int64_t interval_ms;
    struct peer *buckets[BUCKETS];
    struct peer *awaited, **awaited_end;
    size_t peer_count, sweep_at;
    uint64_t seed;
    struct guestbook *guestbook; /* NULL: none */
    unsigned guest;
};

static size_t bucket_of(const struct politeness *politeness, const struct ip_network *who)
{
    uint64_t hash = politeness->seed ^ who->bits;

    for (size_t i = 0; i < sizeof who->base.bytes; i++)
        hash = (hash ^ who->base.bytes[i]) * UINT64_C(0x9fb21c651e98df25);
    return (size_t)(hash >> 32) % BUCKETS;
}

/* Old peers need not be remembered.  The threshold follows the number of live ones, so the cost per visit is constant.
 */
static void sweep(struct politeness *politeness)
{
    int64_t old = loop_now_ms(politeness->loop) - PEER_RETRY_MS;

    for (size_t i = 0; i < BUCKETS; i++) {
        struct peer **at = &politeness->buckets[i];

        while (*at) {
            struct peer *peer = *at;

            if (peer->visits == 0 && peer->left_ms < old) {
                *at = peer->next;
                free(peer);
                politeness->peer_count--;
            } else
                at = &peer->next;
        }
    }
    politeness->sweep_at = politeness->peer_count * 2 > PEERS_SWEPT_AT ? politeness->peer_count * 2 : PEERS_SWEPT_AT;
}

static struct peer *peer_of(struct politeness *politeness, const struct ip *ip, unsigned bits)
{
    struct ip_network who = ip_network_of(ip, bits);
    struct peer **bucket = &politeness->buckets[bucket_of(politeness, &who)], *peer = *bucket;

    while (peer && !(peer->who.bits == bits && ip_equal(&peer->who.base, &who.base)))
        peer = peer->next;
    if (peer)
        return peer;
    peer = calloc(1, sizeof *peer);
    if (!peer)
        return NULL;
    peer->who = who;
    line_open(&peer->line);
    peer->next = *bucket;
    *bucket = peer;
    politeness->peer_count++;
    return peer;
}

/* When a visit may begin as far as time is concerned. */
static int64_t welcome_ms(const struct politeness *politeness, const struct visit *visit)
{
    int64_t welcome_ms =
        visit->peer->left_ms + (visit->plan.again && visit->peer->went_badly ? PEER_RETRY_MS : politeness->interval_ms);

    return visit->peer->visited && welcome_ms > visit->not_before_ms ? welcome_ms : visit->not_before_ms;
}

static bool may_begin(const void *arg, const struct visit *visit)
{
    const struct politeness *politeness = arg;

    return visit->peer->open < PEER_SESSIONS && welcome_ms(politeness, visit) <= loop_now_ms(politeness->loop);
}

/* Does another process stand in the way? */
static enum entrance enter(const struct politeness *politeness, const struct visit *visit)
{
    const struct guest guest = {.number = politeness->guest, .held = line_held(visit)};

    return politeness->guestbook ? guestbook_enter(politeness->guestbook, &guest, &visit->peer->who.base,
                                                   politeness->interval_ms, loop_now_ms(politeness->loop))
                                 : ENTERED;
}

/* Among processes, who would be next says so, even where all places are this process's: else another one is. */
static bool is_to_ask(const struct politeness *politeness, const struct peer *network)
{
    return politeness->guestbook || network->open < NET_SESSIONS;
}

/* When the first of those that only lack time may begin. */
static int64_t next_look_ms(const struct politeness *politeness, const struct peer *network)
{
    int64_t look_ms = INT64_MAX;

    for (const struct visit *visit = network->line.first; visit && is_to_ask(politeness, network); visit = visit->next)
        if (line_has_turn(visit) && visit->peer->open < PEER_SESSIONS && welcome_ms(politeness, visit) < look_ms)
            look_ms = welcome_ms(politeness, visit);
    return look_ms;
}

static void await(struct politeness *politeness, struct peer *network)
{
    if (network->back_awaited)
        return;
    network->next_awaited = NULL;
    network->back_awaited = politeness->awaited_end;
    *politeness->awaited_end = network;
    politeness->awaited_end = &network->next_awaited;
}

static void await_no_more(struct politeness *politeness, struct peer *network)
{
    if (!network->back_awaited)
        return;
    *network->back_awaited = network->next_awaited;
    *(network->next_awaited ? &network->next_awaited->back_awaited : &politeness->awaited_end) = network->back_awaited;
    network->back_awaited = NULL;
}

/* Begins what may begin there.  Where other processes have filled the network, the next place is for the one whose
 * turn it is, and the others here do not run ahead of it. */
static void admit(struct politeness *politeness, struct peer *network)
{
    struct visit *visit;

    while (is_to_ask(politeness, network) && (visit = line_next(&network->line, may_begin, politeness))) {
        enum entrance entrance = enter(politeness, visit);
        int64_t again_ms = loop_now_ms(politeness->loop) + SEEN_AFTER_MS;

        if (entrance == NETWORK_FULL) {
            network->look_ms = again_ms;
            return;
        }
        if (entrance == ADDRESS_TAKEN) {
            visit->not_before_ms = again_ms;
            continue;
        }
        line_begin(&network->line, visit);
        visit->peer->open++;
        network->open++;
        visit->plan.begin(visit->plan.arg); /* may enter and leave */
    }
}

static struct peer *due(const struct politeness *politeness)
{
    struct peer *network = politeness->awaited;

    while (network && network->look_ms > loop_now_ms(politeness->loop))
        network = network->next_awaited;
    return network;
}

static void look(void *arg)
{
    struct politeness *politeness = arg;
    int64_t wake_ms = INT64_MAX;
    struct peer *network;

    while ((network = due(politeness))) {
        network->visits++;
        network->look_ms = INT64_MAX;
        admit(politeness, network);
        network->visits--;
        if (!network->line.first)
            await_no_more(politeness, network);
        else if (network->look_ms == INT64_MAX)
            network->look_ms = next_look_ms(politeness, network);
    }
    for (network = politeness->awaited; network; network = network->next_awaited)
        if (network->look_ms < wake_ms)
            wake_ms = network->look_ms;
    if (wake_ms != INT64_MAX)
        task_schedule_at(politeness->look, wake_ms);
}

/* Who waits for a place in this network may look at once. */
static void look_again(struct politeness *politeness, struct peer *network)
{
    network->look_ms = 0;
    if (network->line.first)
        task_schedule_at(politeness->look, loop_now_ms(politeness->loop));
}

struct politeness *politeness_new(struct loop *loop, int64_t interval_ms)
{
    struct politeness *politeness = calloc(1, sizeof *politeness);

    if (!politeness)
        return NULL;
    politeness->loop = loop;
    politeness->interval_ms = interval_ms;
    politeness->awaited_end = &politeness->awaited;
    politeness->sweep_at = PEERS_SWEPT_AT;
    politeness->look = task_new(loop, look, politeness);
    if (getrandom(&politeness->seed, sizeof politeness->seed, 0) != (ssize_t)sizeof politeness->seed)
        politeness->seed = (uint64_t)loop_now_ms(loop);
    if (!politeness->look) {
        free(politeness);
        return NULL;
    }
    return politeness;
}

void politeness_free(struct politeness *politeness)
{
    if (!politeness)
        return;
    for (size_t i = 0; i < BUCKETS; i++)
        for (struct peer *peer = politeness->buckets[i], *next; peer; peer = next) {
            next = peer->next;
            line_close(&peer->line);
            free(peer);
        }
    task_free(politeness->look);
    free(politeness);
}

void politeness_share(struct politeness *politeness, struct guestbook *guestbook, unsigned guest)
{
    politeness->guestbook = guestbook;
    politeness->guest = guest;
}

static void wanted(struct turn *turn, uint64_t party)
{
    struct visit *visit = (struct visit *)turn;

    line_also_for(&visit->network->line, visit, party);
    look_again(visit->politeness, visit->network);
}

static void unwanted(struct turn *turn, uint64_t other)
{
    struct visit *visit = (struct visit *)turn;

    if (other)
        line_only_for(&visit->network->line, visit, other);
    else
        visit->plan.drop(visit->plan.arg);
}

bool politeness_enter(struct politeness *politeness, struct visit *visit, const struct visit_plan *plan)
{
    const struct ip *ip = &plan->ip;

    if (politeness->peer_count >= politeness->sweep_at)
        sweep(politeness);
    *visit = (struct visit){.plan = *plan, .politeness = politeness};
    visit->peer = peer_of(politeness, ip, ip->family == IP_V4 ? 32 : 128);
    visit->network = peer_of(politeness, ip, ip->family == IP_V4 ? NET_BITS_V4 : NET_BITS_V6);
    if (!visit->peer || !visit->network || !line_join(&visit->network->line, visit, plan->party))
        return false;
    visit->peer->visits++;
    visit->network->visits++;
    visit->turn.network = visit->network->who;
    visit->turn.audits = &visit->network->line.parties;
    visit->turn.since_ms = loop_now_ms(politeness->loop);
    visit->turn.wanted = wanted;
    visit->turn.unwanted = unwanted;
    await(politeness, visit->network);
    look_again(politeness, visit->network);
    return true;
}

/* Those whom another process stood in the way of may look, too: a place is free. */
static void forget_others(struct peer *network)
{
    for (struct visit *visit = network->line.first; visit; visit = visit->next)
        visit->not_before_ms = 0;
}

static void end_visit(struct politeness *politeness, struct visit *visit, bool well)
{
    int64_t now_ms = loop_now_ms(politeness->loop);

    visit->peer->open--;
    visit->network->open--;
    visit->peer->visited = true;
    visit->peer->went_badly = !well;
    visit->peer->left_ms = visit->network->left_ms = now_ms;
    if (!politeness->guestbook)
        return;
    guestbook_leave(politeness->guestbook, politeness->guest, &visit->peer->who.base, politeness->interval_ms, now_ms);
    forget_others(visit->network);
}

void politeness_leave(struct politeness *politeness, struct visit *visit, bool well)
{
    struct peer *network = visit->network;

    if (!visit->back)
        end_visit(politeness, visit, well);
    line_leave(&network->line, visit);
    if (!network->line.first)
        await_no_more(politeness, network);
    visit->peer->visits--;
    network->visits--;
    look_again(politeness, network);
}
