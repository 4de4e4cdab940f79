/* core/base/ip_network.h - networks as sets of addresses: how many they hold, and which. */
#pragma once

#include <stddef.h>

#include "core/base/ip.h"

struct arena;

const char *ip_network_text(struct arena *, const struct ip_network *); /* "192.0.2.16/29" */
/* it holds two to the power of this many addresses */
unsigned ip_network_host_bits(const struct ip_network *);
const char *ip_network_size_text(struct arena *, const struct ip_network *); /* "8 addresses", "2^64 addresses" */
struct ip ip_network_nth(const struct ip_network *, unsigned n); /* its addresses from 0; of a network of at most 256 */

/* The IPv4 addresses that lie in at least one of the networks; those of IPv6 are left out. */
unsigned long long ip_networks_count_v4(struct arena *, const struct ip_network *, size_t count);
