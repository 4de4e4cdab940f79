/* core/collect/net/guest.c - a table of the addresses and networks visited lately, and one queue. */
#include "core/collect/net/guest.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <sys/random.h>

#include "core/base/limits.h"
#include "core/base/loop.h"

enum { BUCKETS = 256, NET_BITS_V4 = 24, NET_BITS_V6 = 48, PEERS_SWEPT_AT = 1024 };

/* An address, or a network with host bits cleared. */
struct peer {
    struct peer *next;
    struct ip_network who;
    unsigned visits; /* open and waiting: it must stay in the table */
    unsigned open;
    bool visited, went_badly; /* the last visit */
    int64_t left_ms; /* end of the last visit, when `visited` */
};

struct guest {
    struct loop *loop;
    struct task *look;
    int64_t interval_ms;
    struct peer *buckets[BUCKETS];
    struct visit *first, **end; /* who wait */
    size_t peer_count, sweep_at;
    uint64_t seed;
};

static size_t bucket_of(const struct guest *guest, const struct ip_network *who)
{
    uint64_t hash = guest->seed ^ who->bits;

    for (size_t i = 0; i < sizeof who->base.bytes; i++)
        hash = (hash ^ who->base.bytes[i]) * UINT64_C(0x9fb21c651e98df25);
    return (size_t)(hash >> 32) % BUCKETS;
}

/* Old peers need not be remembered.  The threshold follows the number of live ones, so the cost per visit is constant.
 */
static void sweep(struct guest *guest)
{
    int64_t old = loop_now_ms(guest->loop) - PEER_RETRY_MS;

    for (size_t i = 0; i < BUCKETS; i++) {
        struct peer **at = &guest->buckets[i];

        while (*at) {
            struct peer *peer = *at;

            if (peer->visits == 0 && peer->left_ms < old) {
                *at = peer->next;
                free(peer);
                guest->peer_count--;
            } else
                at = &peer->next;
        }
    }
    guest->sweep_at = guest->peer_count * 2 > PEERS_SWEPT_AT ? guest->peer_count * 2 : PEERS_SWEPT_AT;
}

static struct peer *peer_of(struct guest *guest, const struct ip *ip, unsigned bits)
{
    struct ip_network who = ip_network_of(ip, bits);
    struct peer **bucket = &guest->buckets[bucket_of(guest, &who)], *peer = *bucket;

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
    guest->peer_count++;
    return peer;
}

/* When a visit may begin as far as time is concerned. */
static int64_t welcome_ms(const struct guest *guest, const struct visit *visit)
{
    if (!visit->peer->visited)
        return INT64_MIN;
    return visit->peer->left_ms + (visit->again && visit->peer->went_badly ? PEER_RETRY_MS : guest->interval_ms);
}

static bool has_room(const struct visit *visit)
{
    return visit->peer->open < PEER_SESSIONS && visit->network->open < NET_SESSIONS;
}

static void take_off_queue(struct guest *guest, struct visit *visit)
{
    *visit->back = visit->next;
    *(visit->next ? &visit->next->back : &guest->end) = visit->back;
    visit->back = NULL;
}

static struct visit *next_welcome(struct guest *guest, int64_t now)
{
    struct visit *visit = guest->first;

    while (visit && !(has_room(visit) && welcome_ms(guest, visit) <= now))
        visit = visit->next;
    return visit;
}

/* Begins what may begin, then waits for the first of those that only lack time; the others wait for a guest_leave(). */
static void look(void *arg)
{
    struct guest *guest = arg;
    int64_t now = loop_now_ms(guest->loop), wake_ms = INT64_MAX;
    struct visit *visit;

    while ((visit = next_welcome(guest, now))) {
        take_off_queue(guest, visit);
        visit->peer->open++;
        visit->network->open++;
        visit->begin(visit->arg); /* may enter and leave */
    }
    for (visit = guest->first; visit; visit = visit->next)
        if (has_room(visit) && welcome_ms(guest, visit) < wake_ms)
            wake_ms = welcome_ms(guest, visit);
    if (wake_ms != INT64_MAX)
        task_schedule_at(guest->look, wake_ms);
}

struct guest *guest_new(struct loop *loop, int64_t interval_ms)
{
    struct guest *guest = calloc(1, sizeof *guest);

    if (!guest)
        return NULL;
    guest->loop = loop;
    guest->interval_ms = interval_ms;
    guest->end = &guest->first;
    guest->sweep_at = PEERS_SWEPT_AT;
    guest->look = task_new(loop, look, guest);
    if (getrandom(&guest->seed, sizeof guest->seed, 0) != (ssize_t)sizeof guest->seed)
        guest->seed = (uint64_t)loop_now_ms(loop);
    if (!guest->look) {
        free(guest);
        return NULL;
    }
    return guest;
}

void guest_free(struct guest *guest)
{
    if (!guest)
        return;
    for (size_t i = 0; i < BUCKETS; i++)
        for (struct peer *peer = guest->buckets[i], *next; peer; peer = next) {
            next = peer->next;
            free(peer);
        }
    task_free(guest->look);
    free(guest);
}

bool guest_enter(struct guest *guest, struct visit *visit, const struct ip *ip, bool again, void (*begin)(void *arg),
                 void *arg)
{
    if (guest->peer_count >= guest->sweep_at)
        sweep(guest);
    *visit = (struct visit){.begin = begin, .arg = arg, .again = again};
    visit->peer = peer_of(guest, ip, ip->family == IP_V4 ? 32 : 128);
    visit->network = peer_of(guest, ip, ip->family == IP_V4 ? NET_BITS_V4 : NET_BITS_V6);
    if (!visit->peer || !visit->network)
        return false;
    visit->peer->visits++;
    visit->network->visits++;
    visit->back = guest->end;
    *guest->end = visit;
    guest->end = &visit->next;
    task_schedule_at(guest->look, loop_now_ms(guest->loop));
    return true;
}

void guest_leave(struct guest *guest, struct visit *visit, bool well)
{
    if (visit->back)
        take_off_queue(guest, visit);
    else {
        visit->peer->open--;
        visit->network->open--;
        visit->peer->visited = true;
        visit->peer->went_badly = !well;
        visit->peer->left_ms = visit->network->left_ms = loop_now_ms(guest->loop);
    }
    visit->peer->visits--;
    visit->network->visits--;
    if (guest->first)
        task_schedule_at(guest->look, loop_now_ms(guest->loop));
}
