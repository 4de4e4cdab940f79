/* core/collect/net/politeness.c - a table of the addresses and networks visited lately, and one queue. */
#include "core/collect/net/politeness.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <sys/random.h>

#include "core/base/limits.h"
#include "core/base/loop.h"
#include "core/collect/net/guestbook.h"

enum { BUCKETS = 256, NET_BITS_V4 = 24, NET_BITS_V6 = 48, PEERS_SWEPT_AT = 1024, SEEN_AFTER_MS = 10 };

/* An address, or a network with host bits cleared. */
struct peer {
    struct peer *next;
    struct ip_network who;
    unsigned visits; /* open and waiting: it must stay in the table */
    unsigned open;
    const void *guests[NET_SESSIONS]; /* of a network: whose visits are open */
    bool visited, went_badly;         /* the last visit */
    int64_t left_ms;                  /* end of the last visit, when `visited` */
};

struct politeness {
    struct loop *loop;
    struct task *look;
    int64_t interval_ms;
    struct peer *buckets[BUCKETS];
    struct visit *first, **end; /* who wait */
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
    peer->next = *bucket;
    *bucket = peer;
    politeness->peer_count++;
    return peer;
}

/* When a visit may begin as far as time is concerned. */
static int64_t welcome_ms(const struct politeness *politeness, const struct visit *visit)
{
    int64_t welcome_ms =
        visit->peer->left_ms + (visit->again && visit->peer->went_badly ? PEER_RETRY_MS : politeness->interval_ms);

    return visit->peer->visited && welcome_ms > visit->not_before_ms ? welcome_ms : visit->not_before_ms;
}

static unsigned open_of_party(const struct visit *visit)
{
    unsigned open = 0;

    for (size_t i = 0; i < NET_SESSIONS && visit->party; i++)
        open += visit->network->guests[i] == visit->party;
    return open;
}

static void replace_guest(struct peer *network, const void *old, const void *new)
{
    size_t i = 0;

    while (i < NET_SESSIONS && network->guests[i] != old)
        i++;
    if (i < NET_SESSIONS)
        network->guests[i] = new;
}

static bool has_room(const struct visit *visit)
{
    return visit->peer->open < PEER_SESSIONS && visit->network->open < NET_SESSIONS &&
           open_of_party(visit) < NET_SESSIONS - 1;
}

static void take_off_queue(struct politeness *politeness, struct visit *visit)
{
    *visit->back = visit->next;
    *(visit->next ? &visit->next->back : &politeness->end) = visit->back;
    visit->back = NULL;
}

static struct visit *next_welcome(struct politeness *politeness, int64_t now)
{
    struct visit *best = NULL;
    unsigned least = NET_SESSIONS;

    for (struct visit *visit = politeness->first; visit && least > 0; visit = visit->next) {
        unsigned open = open_of_party(visit);

        if (open < least && has_room(visit) && welcome_ms(politeness, visit) <= now) {
            best = visit;
            least = open;
        }
    }
    return best;
}

/* Does another process stand in the way? */
static bool must_wait(const struct politeness *politeness, struct visit *visit, int64_t now)
{
    if (!politeness->guestbook || guestbook_enter(politeness->guestbook, politeness->guest, &visit->peer->who.base,
                                                  politeness->interval_ms, now))
        return false;
    visit->not_before_ms = now + SEEN_AFTER_MS;
    return true;
}

/* Begins what may begin, then waits for the first of those that
 * only lack time; the others wait for a politeness_leave(). */
static void look(void *arg)
{
    struct politeness *politeness = arg;
    int64_t now = loop_now_ms(politeness->loop), wake_ms = INT64_MAX;
    struct visit *visit;

    while ((visit = next_welcome(politeness, now))) {
        if (must_wait(politeness, visit, now))
            continue;
        take_off_queue(politeness, visit);
        visit->peer->open++;
        visit->network->open++;
        replace_guest(visit->network, NULL, visit->party);
        visit->begin(visit->arg); /* may enter and leave */
    }
    for (visit = politeness->first; visit; visit = visit->next)
        if (has_room(visit) && welcome_ms(politeness, visit) < wake_ms)
            wake_ms = welcome_ms(politeness, visit);
    if (wake_ms != INT64_MAX)
        task_schedule_at(politeness->look, wake_ms);
}

struct politeness *politeness_new(struct loop *loop, int64_t interval_ms)
{
    struct politeness *politeness = calloc(1, sizeof *politeness);

    if (!politeness)
        return NULL;
    politeness->loop = loop;
    politeness->interval_ms = interval_ms;
    politeness->end = &politeness->first;
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

/* Who waits for a place in this network may look again at once: one is free. */
static void look_again(struct politeness *politeness, const struct peer *network)
{
    for (struct visit *visit = politeness->first; visit; visit = visit->next)
        if (visit->network == network)
            visit->not_before_ms = 0;
}

bool politeness_enter(struct politeness *politeness, struct visit *visit, const struct ip *ip, const void *party,
                      bool again, void (*begin)(void *arg), void *arg)
{
    if (politeness->peer_count >= politeness->sweep_at)
        sweep(politeness);
    *visit = (struct visit){.begin = begin, .arg = arg, .party = party, .again = again};
    visit->peer = peer_of(politeness, ip, ip->family == IP_V4 ? 32 : 128);
    visit->network = peer_of(politeness, ip, ip->family == IP_V4 ? NET_BITS_V4 : NET_BITS_V6);
    if (!visit->peer || !visit->network)
        return false;
    visit->peer->visits++;
    visit->network->visits++;
    visit->back = politeness->end;
    *politeness->end = visit;
    politeness->end = &visit->next;
    task_schedule_at(politeness->look, loop_now_ms(politeness->loop));
    return true;
}

void politeness_leave(struct politeness *politeness, struct visit *visit, bool well)
{
    if (visit->back)
        take_off_queue(politeness, visit);
    else {
        visit->peer->open--;
        visit->network->open--;
        if (visit->party)
            replace_guest(visit->network, visit->party, NULL);
        if (politeness->guestbook) {
            guestbook_leave(politeness->guestbook, politeness->guest, &visit->peer->who.base, politeness->interval_ms,
                            loop_now_ms(politeness->loop));
            look_again(politeness, visit->network);
        }
        visit->peer->visited = true;
        visit->peer->went_badly = !well;
        visit->peer->left_ms = visit->network->left_ms = loop_now_ms(politeness->loop);
    }
    visit->peer->visits--;
    visit->network->visits--;
    if (politeness->first)
        task_schedule_at(politeness->look, loop_now_ms(politeness->loop));
}
