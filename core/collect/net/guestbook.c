/* core/collect/net/guestbook.c - a table of words that are compared and exchanged. */
#include "core/collect/net/guestbook.h"

#include <assert.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/random.h>

#include "core/base/limits.h"

enum { ADDRESSES = 32768, NETWORKS = 8192, NET_BITS_V4 = 24, NET_BITS_V6 = 48, TIME_BITS = 48, HELD_BITS = 3 };
enum { HAD_ITS_TURN = (1 << HELD_BITS) - 1 }; /* in place of what the party of a wish holds */

static_assert((int)NET_SESSIONS < (int)HAD_ITS_TURN, "what a party holds is a part of its wish");

static const uint64_t time_mask = (UINT64_C(1) << TIME_BITS) - 1;

/* An address: the guest, 0 when nobody is there, and when the last one left, in ms.  A place in a network: the
 * guest.  A wish: the guest, what its party holds, and when it was renewed. */
struct guestbook {
    uint64_t seed;
    _Atomic uint64_t addresses[ADDRESSES];
    _Atomic uint64_t networks[NETWORKS][NET_SESSIONS];
    _Atomic uint64_t address_wishes[ADDRESSES], network_wishes[NETWORKS];
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

static size_t address_of(const struct guestbook *book, const struct ip *ip, int64_t interval_ms)
{
    return place_of(book, ip, ip->family == IP_V4 ? 32 : 128, interval_ms) % ADDRESSES;
}

static size_t network_of(const struct guestbook *book, const struct ip *ip, int64_t interval_ms)
{
    return place_of(book, ip, ip->family == IP_V4 ? NET_BITS_V4 : NET_BITS_V6, interval_ms) % NETWORKS;
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

static uint64_t wish_of(const struct guest *guest, int64_t now_ms)
{
    return (uint64_t)guest->number << TIME_BITS | (uint64_t)guest->held << (TIME_BITS - HELD_BITS) |
           ((uint64_t)now_ms & time_mask >> HELD_BITS);
}

/* Is there a wish that is to be fulfilled before the guest's? */
static bool goes_before(uint64_t wish, const struct guest *guest, int64_t now_ms)
{
    int64_t renewed_ms = (int64_t)(wish & time_mask >> HELD_BITS);
    uint64_t held = (wish & time_mask) >> (TIME_BITS - HELD_BITS);

    return wish && now_ms <= renewed_ms + GUEST_WISH_MS &&
           (held < guest->held || (held == guest->held && wish >> TIME_BITS != guest->number));
}

/* Another process's; which of its own visits is next, a process knows best. */
static bool is_promised(uint64_t wish, const struct guest *guest, int64_t now_ms)
{
    return wish >> TIME_BITS != guest->number && goes_before(wish, guest, now_ms);
}

/* Whose it was, while the others have time to leave theirs. */
static bool had_its_turn(uint64_t wish, const struct guest *guest, int64_t now_ms)
{
    const struct guest last = {.number = 0, .held = HAD_ITS_TURN};

    return wish >> TIME_BITS == guest->number && (wish & time_mask) >> (TIME_BITS - HELD_BITS) == HAD_ITS_TURN &&
           goes_before(wish, &last, now_ms);
}

static void leave_wish(_Atomic uint64_t *place, const struct guest *guest, int64_t now_ms)
{
    uint64_t wish = atomic_load(place);

    if (!goes_before(wish, guest, now_ms) && !had_its_turn(wish, guest, now_ms))
        atomic_compare_exchange_strong(place, &wish, wish_of(guest, now_ms));
}

static void take_turn(_Atomic uint64_t *place, const struct guest *guest, int64_t now_ms)
{
    const struct guest last = {.number = guest->number, .held = HAD_ITS_TURN};
    const struct guest behind_all = {.number = guest->number, .held = HAD_ITS_TURN - 1};
    uint64_t wish = atomic_load(place);

    if (!is_promised(wish, &behind_all, now_ms))
        atomic_compare_exchange_strong(place, &wish, wish_of(&last, now_ms));
}

enum entrance guestbook_enter(struct guestbook *book, const struct guest *guest, const struct ip *ip,
                              int64_t interval_ms, int64_t now_ms)
{
    size_t address = address_of(book, ip, interval_ms), network = network_of(book, ip, interval_ms);
    uint64_t before = atomic_load(&book->addresses[address]), left_ms = before & time_mask;

    if (is_promised(atomic_load(&book->address_wishes[address]), guest, now_ms))
        return ADDRESS_TAKEN;
    if (before > time_mask || (left_ms && now_ms < (int64_t)left_ms + interval_ms) ||
        !exchange(&book->addresses[address], 1, before, (uint64_t)guest->number << TIME_BITS | left_ms)) {
        leave_wish(&book->address_wishes[address], guest, now_ms);
        return ADDRESS_TAKEN;
    }
    if (!is_promised(atomic_load(&book->network_wishes[network]), guest, now_ms)) {
        if (exchange(book->networks[network], NET_SESSIONS, 0, guest->number)) {
            take_turn(&book->address_wishes[address], guest, now_ms);
            take_turn(&book->network_wishes[network], guest, now_ms);
            return ENTERED;
        }
        leave_wish(&book->network_wishes[network], guest, now_ms);
    }
    atomic_store(&book->addresses[address], before);
    return NETWORK_FULL;
}

void guestbook_leave(struct guestbook *book, unsigned guest, const struct ip *ip, int64_t interval_ms, int64_t now_ms)
{
    exchange(book->networks[network_of(book, ip, interval_ms)], NET_SESSIONS, guest, 0);
    atomic_store(&book->addresses[address_of(book, ip, interval_ms)], (uint64_t)now_ms & time_mask);
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
