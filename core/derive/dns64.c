/* core/derive/dns64.c - the prefixes by which a resolver turns IPv4 addresses into IPv6 ones. */
#include "core/derive/dns64.h"

#include <string.h>

#include "core/facts/dns_answer.h"

enum { RESERVED = 8 }; /* RFC 6052 2.2: bits 64 to 71 hold no part of the IPv4 address; behind 96 bits there are none */

/* RFC 7050 2.2: what ipv4only.arpa has, 192.0.0.170 and 192.0.0.171. */
static bool is_well_known(const uint8_t v4[4])
{
    return v4[0] == 192 && v4[1] == 0 && v4[2] == 0 && (v4[3] == 170 || v4[3] == 171);
}

static bool embeds(const struct ip *ip, unsigned bits)
{
    uint8_t v4[4];
    size_t at = bits / 8;

    for (size_t i = 0; i < sizeof v4; i++) {
        at += at == RESERVED;
        v4[i] = ip->bytes[at++];
    }
    for (; at < sizeof ip->bytes; at++)
        if (ip->bytes[at] != 0)
            return false;
    return is_well_known(v4);
}

static size_t add(const struct ip_network *network, struct ip_network *out, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (out[i].bits == network->bits && ip_equal(&out[i].base, &network->base))
            return count;
    if (count < DNS64_PREFIXES_MAX)
        out[count++] = *network;
    return count;
}

size_t dns64_prefixes(const struct dns_answer *answer, struct ip_network out[DNS64_PREFIXES_MAX])
{
    static const unsigned lengths[] = {96, 64, 56, 48, 40, 32};
    size_t count = 0;

    for (size_t r = 0; r < answer->count; r++) {
        const struct ip *ip = &answer->records[r].ip;

        for (size_t i = 0; ip->family == IP_V6 && i < sizeof lengths / sizeof *lengths; i++) {
            struct ip_network network = ip_network_of(ip, lengths[i]);

            if (!embeds(ip, lengths[i]))
                continue;
            count = add(&network, out, count);
            break;
        }
    }
    return count;
}
