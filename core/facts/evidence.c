/* core/facts/evidence.c - the evidence store: a hash table of entries, each with the pins of those who want it. */
#include "core/facts/evidence.h"

#include <stdlib.h>
#include <string.h>

#include <sys/random.h>

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/loop.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/facts/turn.h"

enum { FIRST_BUCKETS = 256, EVICT_STEPS = 64 };

struct pin {
    struct pin *next_of_entry, **at_entry; /* where the entry's list points to it */
    struct pin *next_of_waiter;            /* in the same bucket */
    struct waiter *waiter;
    struct entry *entry;
    uint64_t probes; /* that wait, a bit each */
};

struct entry {
    struct evidence evidence; /* first: an evidence pointer is an entry pointer */
    struct store *store;
    struct arena *arena;
    struct entry *next_in_bucket, *next_to_deliver;
    struct entry *older, *newer;
    struct pin *pins;
    int64_t expires_ms;
    size_t bytes; /* of memory, once it is known */
    uint64_t hash;
    bool delivering; /* known, waiters not yet woken */
};

struct store {
    struct loop *loop;
    evidence_collect *collect;
    void *collectors;
    struct task *deliver;
    struct entry **buckets;
    size_t bucket_count, entry_count;
    struct entry *oldest, *newest; /* by when they were asked for last, more or less */
    size_t bytes, idle_bytes;      /* of known entries; and of those that nobody has pinned */
    size_t idle_limit;
    struct entry *to_deliver, **to_deliver_end;
    struct store_counts counts;
    uint64_t seed;
};

static void deliver(void *arg);

struct store *store_new(struct loop *loop, evidence_collect *collect, void *collectors)
{
    struct store *store = calloc(1, sizeof *store);

    if (!store)
        return NULL;
    store->loop = loop;
    store->collect = collect;
    store->collectors = collectors;
    store->idle_limit = STORE_IDLE_BYTES;
    store->bucket_count = FIRST_BUCKETS;
    store->buckets = calloc(store->bucket_count, sizeof *store->buckets);
    store->deliver = task_new(loop, deliver, store);
    store->to_deliver_end = &store->to_deliver;
    if (getrandom(&store->seed, sizeof store->seed, 0) != (ssize_t)sizeof store->seed)
        store->seed = (uint64_t)loop_now_ms(loop);
    if (!store->buckets || !store->deliver) {
        store_free(store);
        return NULL;
    }
    return store;
}

static void leave_line(struct entry *entry)
{
    struct store *store = entry->store;

    *(entry->older ? &entry->older->newer : &store->oldest) = entry->newer;
    *(entry->newer ? &entry->newer->older : &store->newest) = entry->older;
}

static void join_line(struct entry *entry)
{
    struct store *store = entry->store;

    entry->newer = NULL;
    entry->older = store->newest;
    *(store->newest ? &store->newest->newer : &store->oldest) = entry;
    store->newest = entry;
}

static void make_newest(struct entry *entry)
{
    leave_line(entry);
    join_line(entry);
}

/* Of an entry without pins. */
static void entry_free(struct entry *entry)
{
    struct store *store = entry->store;
    struct entry **at = &store->buckets[entry->hash % store->bucket_count];

    while (*at != entry)
        at = &(*at)->next_in_bucket;
    *at = entry->next_in_bucket;
    leave_line(entry);
    store->entry_count--;
    store->idle_bytes -= entry->bytes;
    store->bytes -= entry->bytes;
    arena_free(entry->arena);
    free(entry);
}

static bool is_free_to_go(const struct entry *entry)
{
    return entry->evidence.known && !entry->pins && !entry->delivering;
}

static bool is_stale(const struct entry *entry)
{
    return entry->evidence.known && entry->expires_ms <= loop_now_ms(entry->store->loop);
}

static struct pin **bucket_of(struct waiter *waiter, uint64_t hash)
{
    return &waiter->pins[hash % WAITER_BUCKETS];
}

/* That an audit which it waited for has ended. */
static void tell_collector(struct entry *entry, const struct waiter *gone)
{
    struct turn *turn = entry->evidence.turn;

    if (turn && turn->party == gone->number)
        turn->unwanted(turn, entry->pins ? entry->pins->waiter->number : 0);
}

static void pin_free(struct pin *pin)
{
    struct pin **at = bucket_of(pin->waiter, pin->entry->hash);

    while (*at != pin)
        at = &(*at)->next_of_waiter;
    *at = pin->next_of_waiter;
    *pin->at_entry = pin->next_of_entry;
    if (pin->next_of_entry)
        pin->next_of_entry->at_entry = pin->at_entry;
    if (!pin->entry->pins)
        pin->entry->store->idle_bytes += pin->entry->bytes;
    tell_collector(pin->entry, pin->waiter);
    free(pin);
}

void store_free(struct store *store)
{
    if (!store)
        return;
    for (struct entry *entry = store->oldest, *newer; entry; entry = newer) {
        newer = entry->newer;
        while (entry->pins)
            pin_free(entry->pins);
        entry_free(entry);
    }
    task_free(store->deliver);
    free(store->buckets);
    free(store);
}

static bool is_of(const struct entry *entry, const struct key *key, uint64_t hash)
{
    return entry->hash == hash && key_equal(&entry->evidence.key, key);
}

static struct pin *pinned(const struct waiter *waiter, const struct key *key, uint64_t hash)
{
    struct pin *pin = waiter->pins[hash % WAITER_BUCKETS];

    while (pin && !is_of(pin->entry, key, hash))
        pin = pin->next_of_waiter;
    return pin;
}

/* A key has one entry that is fresh or on its way, if any, and one for each set of audits that
 * share an older one.  What an audit has seen stays as it was for as long as it lives: audits that
 * are at different points would else take turns in asking again, and never come to an end. */
static struct entry *find(struct store *store, const struct key *key, uint64_t hash, const struct waiter *waiter,
                          struct pin **pin)
{
    *pin = waiter ? pinned(waiter, key, hash) : NULL;
    if (*pin)
        return (*pin)->entry;
    for (struct entry *entry = store->buckets[hash % store->bucket_count]; entry; entry = entry->next_in_bucket)
        if (is_of(entry, key, hash) && !is_stale(entry))
            return entry;
    return NULL;
}

struct evidence *store_find(struct store *store, const struct key *key, const struct waiter *waiter)
{
    struct pin *pin;
    struct entry *entry = find(store, key, key_hash(store->seed, key), waiter, &pin);

    return entry ? &entry->evidence : NULL;
}

static void list(struct entry *entry)
{
    struct entry **bucket = &entry->store->buckets[entry->hash % entry->store->bucket_count];

    entry->next_in_bucket = *bucket;
    *bucket = entry;
}

/* Without memory the table stays as it is, only slower. */
static void widen(struct store *store)
{
    size_t count = store->bucket_count * 2;
    struct entry **buckets = calloc(count, sizeof *buckets);

    if (!buckets)
        return;
    free(store->buckets);
    store->buckets = buckets;
    store->bucket_count = count;
    for (struct entry *entry = store->oldest; entry; entry = entry->newer)
        list(entry);
}

/* Entries of a key of which none is fresh: those that no audit has pinned are of no more use. */
static void drop_stale(struct store *store, const struct key *key, uint64_t hash)
{
    struct entry *next;

    for (struct entry *entry = store->buckets[hash % store->bucket_count]; entry; entry = next) {
        next = entry->next_in_bucket;
        if (is_of(entry, key, hash) && is_free_to_go(entry))
            entry_free(entry);
    }
}

static bool has_surplus(const struct store *store)
{
    return store->entry_count > STORE_ENTRIES_MAX || store->idle_bytes > store->idle_limit;
}

/* Looks at a few of the oldest only, so that a store full of pinned entries costs no more than another.  Those that
 * cannot go make room in the line for the ones behind them: an audit that takes long holds up nobody. */
static void evict_surplus(struct store *store)
{
    for (size_t i = 0; i < EVICT_STEPS && store->oldest && has_surplus(store); i++) {
        if (is_free_to_go(store->oldest))
            entry_free(store->oldest);
        else
            make_newest(store->oldest);
    }
}

/* Of a URL the host is in lower case already, and the path has its own. */
static void copy_key(struct arena *arena, struct key *copy, const struct key *key)
{
    const char *name = key->name ? key->name : "";
    struct ip *addresses = ARENA_ARRAY(arena, struct ip, key->address_count + 1);

    *copy = *key;
    copy->name = key->kind == EVIDENCE_HTTPS ? str_dup(arena, name) : name_lower(arena, name);
    copy->recipient = str_dup(arena, key->recipient ? key->recipient : "");
    copy->addresses = addresses;
    for (size_t i = 0; i < key->address_count; i++)
        addresses[i] = key->addresses[i];
}

static struct entry *entry_new(struct store *store, const struct key *key)
{
    struct entry *entry = calloc(1, sizeof *entry);

    if (entry)
        entry->arena = arena_new(EVIDENCE_BYTES);
    if (!entry || !entry->arena) {
        free(entry);
        return NULL;
    }
    entry->store = store;
    copy_key(entry->arena, &entry->evidence.key, key);
    entry->evidence.text = key_text(entry->arena, key);
    entry->evidence.wanted_ms = loop_now_ms(store->loop);
    entry->hash = key_hash(store->seed, key);
    join_line(entry);
    list(entry);
    if (++store->entry_count > store->bucket_count)
        widen(store);
    return entry;
}

static struct pin *pin_new(struct entry *entry, struct waiter *waiter)
{
    struct pin *pin = calloc(1, sizeof *pin), **bucket = bucket_of(waiter, entry->hash);

    if (!pin)
        return NULL;
    *pin = (struct pin){.next_of_entry = entry->pins,
                        .at_entry = &entry->pins,
                        .next_of_waiter = *bucket,
                        .waiter = waiter,
                        .entry = entry};
    if (entry->pins)
        entry->pins->at_entry = &pin->next_of_entry;
    else
        entry->store->idle_bytes -= entry->bytes;
    entry->pins = pin;
    *bucket = pin;
    return pin;
}

struct evidence *store_want(struct store *store, const struct key *key, struct waiter *waiter, unsigned probe,
                            bool *is_new)
{
    uint64_t hash = key_hash(store->seed, key);
    struct pin *pin;
    struct entry *entry = find(store, key, hash, waiter, &pin);
    bool fresh = !entry, is_joining;

    if (!fresh) {
        make_newest(entry);
    } else {
        drop_stale(store, key, hash);
        evict_surplus(store);
        entry = entry_new(store, key);
        if (!entry)
            return NULL;
    }
    is_joining = waiter && !pin && !fresh;
    if (is_new)
        *is_new = !pin;
    if (waiter && !pin && !(pin = pin_new(entry, waiter))) {
        if (fresh) /* nobody will ask for it, so nobody may find it */
            entry_free(entry);
        return NULL;
    }
    if (fresh) {
        entry->evidence.first_waiter = waiter ? waiter->number : 0;
        store->counts.wanted++;
        store->collect(store->collectors, &entry->evidence);
    }
    if (is_joining && entry->evidence.turn)
        entry->evidence.turn->wanted(entry->evidence.turn, waiter->number);
    if (pin && !entry->evidence.known)
        pin->probes |= UINT64_C(1) << probe;
    return &entry->evidence;
}

void store_wait(struct evidence *evidence, struct waiter *waiter, unsigned probe)
{
    struct pin *pin = *bucket_of(waiter, ((const struct entry *)evidence)->hash);

    while (&pin->entry->evidence != evidence)
        pin = pin->next_of_waiter;
    pin->probes |= UINT64_C(1) << probe;
}

struct evidence *store_find_pinned(struct store *store, const struct key *key, const struct waiter *waiter)
{
    const struct pin *pin = pinned(waiter, key, key_hash(store->seed, key));

    return pin ? &pin->entry->evidence : NULL;
}

void store_unpin_all(struct waiter *waiter)
{
    for (size_t i = 0; i < WAITER_BUCKETS; i++)
        while (waiter->pins[i])
            pin_free(waiter->pins[i]);
}

int evidence_by_text(const void *a, const void *b)
{
    return strcmp((*(const struct evidence *const *)a)->text, (*(const struct evidence *const *)b)->text);
}

const struct evidence **store_pinned(const struct waiter *waiter, struct arena *arena, size_t *count)
{
    const struct evidence **all;
    size_t used = 0;

    *count = 0;
    for (size_t i = 0; i < WAITER_BUCKETS; i++)
        for (const struct pin *pin = waiter->pins[i]; pin; pin = pin->next_of_waiter)
            ++*count;
    all = ARENA_ARRAY(arena, const struct evidence *, *count + 1);
    for (size_t i = 0; i < WAITER_BUCKETS; i++)
        for (const struct pin *pin = waiter->pins[i]; pin; pin = pin->next_of_waiter)
            all[used++] = &pin->entry->evidence;
    qsort(all, *count, sizeof *all, evidence_by_text);
    return all;
}

struct store_counts store_counts(const struct store *store)
{
    struct store_counts counts = store->counts;

    counts.bytes = store->bytes;
    counts.idle_bytes = store->idle_bytes;
    return counts;
}

size_t store_pinned_bytes(const struct waiter *waiter)
{
    size_t bytes = 0;

    for (size_t i = 0; i < WAITER_BUCKETS; i++)
        for (const struct pin *pin = waiter->pins[i]; pin; pin = pin->next_of_waiter)
            bytes += pin->entry->bytes;
    return bytes;
}

void store_limit_idle(struct store *store, size_t bytes)
{
    store->idle_limit = bytes < STORE_IDLE_BYTES ? bytes : STORE_IDLE_BYTES;
}

int64_t evidence_waits_ms(const struct evidence *evidence)
{
    return loop_now_ms(((const struct entry *)evidence)->store->loop) - evidence->turn->since_ms;
}

struct arena *evidence_arena(struct evidence *evidence)
{
    return ((struct entry *)evidence)->arena;
}

void evidence_known(struct evidence *evidence, const void *value, uint32_t ttl_s)
{
    struct entry *entry = (struct entry *)evidence;
    struct store *store = entry->store;

    if (evidence->known)
        abort();
    evidence->known_ms = loop_now_ms(store->loop);
    evidence->value = value;
    evidence->known = true;
    entry->expires_ms = evidence->known_ms + (int64_t)ttl_s * 1000;
    entry->bytes = sizeof *entry + arena_held(entry->arena);
    store->bytes += entry->bytes;
    if (!entry->pins)
        store->idle_bytes += entry->bytes;
    entry->delivering = true;
    store->counts.known++;
    *store->to_deliver_end = entry;
    store->to_deliver_end = &entry->next_to_deliver;
    task_schedule(store->deliver);
}

static void wake_all(struct entry *entry)
{
    for (struct pin *pin = entry->pins; pin; pin = pin->next_of_entry) {
        uint64_t probes = pin->probes;

        pin->probes = 0;
        for (unsigned probe = 0; probes; probe++, probes >>= 1)
            if (probes & 1)
                pin->waiter->wake(pin->waiter, probe);
    }
}

static void deliver(void *arg)
{
    struct store *store = arg;
    struct entry *entry = store->to_deliver;

    store->to_deliver = NULL;
    store->to_deliver_end = &store->to_deliver;
    while (entry) {
        struct entry *next = entry->next_to_deliver;

        entry->next_to_deliver = NULL;
        entry->delivering = false;
        wake_all(entry);
        entry = next;
    }
}
