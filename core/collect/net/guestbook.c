/* core/collect/net/guestbook.c - a table of words that are compared and exchanged. */
#include "core/collect/net/guestbook.h"

#include <stdatomic.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/random.h>

#include "core/base/limits.h"

enum { ADDRESSES = 32768, NETWORKS = 8192, NET_BITS_V4 = 24, NET_BITS_V6 = 48, TIME_BITS = 48 };

static const uint64_t time_mask = (UINT64_C(1) << TIME_BITS) - 1;

/* An address: the guest, 0 when nobody is there, and when the last one left, in ms.  A place in a network: the
 * guest. */
struct guestbook {
    uint64_t seed;
    _Atomic uint64_t addresses[ADDRESSES];
    _Atomic uint64_t networks[NETWORKS][NET_SESSIONS];
};

struct guestbook *guestbook_new(void)
{
    struct guestbook *book =
        mmap(NULL, sizeof *book, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0); /* zeroed */

    if (book == MAP_FAILED)
        return NULL;
    if (getrandom(&book->seed, sizeof book->seed, 0) != (ssize_t)sizeof book->seed)
        book->seed = (uint64_t)(uintptr_t)book;
    return book;
}

void guestbook_free(struct guestbook *book)
{
    if (book)
        munmap(book, sizeof *book);
}

static size_t place_of(const struct guestbook *book, const struct ip *ip, unsigned bits, int64_t interval_ms)
{
    struct ip_network who = ip_network_of(ip, bits);
    uint64_t hash = book->seed ^ bits ^ (uint64_t)interval_ms << 8;

    for (size_t i = 0; i < sizeof who.base.bytes; i++)
        hash = (hash ^ who.base.bytes[i]) * UINT64_C(0x9fb21c651e98df25);
    return (size_t)(hash >> 32);
}

static _Atomic uint64_t *address_of(struct guestbook *book, const struct ip *ip, int64_t interval_ms)
{
    return &book->addresses[place_of(book, ip, ip->family == IP_V4 ? 32 : 128, interval_ms) % ADDRESSES];
}

static _Atomic uint64_t *network_of(struct guestbook *book, const struct ip *ip, int64_t interval_ms)
{
    unsigned bits = ip->family == IP_V4 ? NET_BITS_V4 : NET_BITS_V6;

    return book->networks[place_of(book, ip, bits, interval_ms) % NETWORKS];
}

static bool exchange(_Atomic uint64_t *places, size_t count, uint64_t old, uint64_t new)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t expected = old;

        if (atomic_compare_exchange_strong(&places[i], &expected, new))
            return true;
    }
    return false;
}

bool guestbook_enter(struct guestbook *book, unsigned guest, const struct ip *ip, int64_t interval_ms, int64_t now_ms)
{
    _Atomic uint64_t *address = address_of(book, ip, interval_ms);
    uint64_t before = atomic_load(address), left_ms = before & time_mask;

    if (before > time_mask || (left_ms && now_ms < (int64_t)left_ms + interval_ms) ||
        !exchange(address, 1, before, (uint64_t)guest << TIME_BITS | left_ms))
        return false;
    if (exchange(network_of(book, ip, interval_ms), NET_SESSIONS, 0, guest))
        return true;
    atomic_store(address, before);
    return false;
}

void guestbook_leave(struct guestbook *book, unsigned guest, const struct ip *ip, int64_t interval_ms, int64_t now_ms)
{
    exchange(network_of(book, ip, interval_ms), NET_SESSIONS, guest, 0);
    atomic_store(address_of(book, ip, interval_ms), (uint64_t)now_ms & time_mask);
}

void guestbook_forget(struct guestbook *book, unsigned guest, int64_t now_ms)
{
    for (size_t i = 0; i < ADDRESSES; i++)
        if (atomic_load(&book->addresses[i]) >> TIME_BITS == guest)
            atomic_store(&book->addresses[i], (uint64_t)now_ms & time_mask);
    for (size_t i = 0; i < NETWORKS; i++)
        while (exchange(book->networks[i], NET_SESSIONS, guest, 0))
            ;
}
