/* core/base/ip_network.c - networks as sets of addresses: how many they hold, and which. */
#include "core/base/ip_network.h"

#include <stdlib.h>

#include "core/base/arena.h"
#include "core/base/str.h"

enum { V4_BITS = 32, V6_BITS = 128, COUNTED_BITS = 24 /* larger sizes read better as a power of two */ };

const char *ip_network_text(struct arena *arena, const struct ip_network *network)
{
    return str_printf(arena, "%s/%u", ip_text(arena, &network->base), network->bits);
}

unsigned ip_network_host_bits(const struct ip_network *network)
{
    return (network->base.family == IP_V6 ? V6_BITS : V4_BITS) - network->bits;
}

const char *ip_network_size_text(struct arena *arena, const struct ip_network *network)
{
    unsigned bits = ip_network_host_bits(network);

    if (bits == 0)
        return "1 address";
    return bits <= COUNTED_BITS ? str_printf(arena, "%lu addresses", 1UL << bits)
                                : str_printf(arena, "2^%u addresses", bits);
}

struct ip ip_network_nth(const struct ip_network *network, unsigned n)
{
    struct ip ip = network->base;
    uint8_t *last = &ip.bytes[ip.family == IP_V6 ? 15 : 3];

    *last = (uint8_t)(*last | n);
    return ip;
}

static int by_base(const void *a, const void *b)
{
    return ip_compare(&((const struct ip_network *)a)->base, &((const struct ip_network *)b)->base);
}

static uint32_t number_of(const struct ip *ip)
{
    return (uint32_t)ip->bytes[0] << 24 | (uint32_t)ip->bytes[1] << 16 | (uint32_t)ip->bytes[2] << 8 | ip->bytes[3];
}

unsigned long long ip_networks_count_v4(struct arena *arena, const struct ip_network *networks, size_t count)
{
    struct ip_network *sorted = ARENA_ARRAY(arena, struct ip_network, count + 1);
    unsigned long long sum = 0, end = 0; /* behind the last address counted */
    size_t used = 0;

    for (size_t i = 0; i < count; i++)
        if (networks[i].base.family == IP_V4)
            sorted[used++] = networks[i];
    qsort(sorted, used, sizeof *sorted, by_base);
    for (size_t i = 0; i < used; i++) {
        unsigned long long from = number_of(&sorted[i].base), to = from + (1ULL << ip_network_host_bits(&sorted[i]));

        if (from < end)
            from = end;
        if (to <= from)
            continue;
        sum += to - from;
        end = to;
    }
    return sum;
}
