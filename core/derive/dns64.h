/* core/derive/dns64.h - the prefixes by which a resolver turns IPv4 addresses into IPv6 ones.  (RFC 7050 3, RFC
 * 6052 2.2)
 *
 * An address under such a prefix is the translator's: no host has it.
 */
#pragma once

#include <stddef.h>

#include "core/base/ip_network.h"

struct dns_answer;

enum { DNS64_PREFIXES_MAX = 4 };

/* From the answer to ipv4only.arpa/AAAA, a name that has no such record.  Returns how many were stored, each once. */
size_t dns64_prefixes(const struct dns_answer *, struct ip_network out[DNS64_PREFIXES_MAX]);
