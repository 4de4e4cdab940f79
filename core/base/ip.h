/* core/base/ip.h - IPv4 and IPv6 addresses as binary values.
 *
 * Texts differ ("2001:db8::1", "2001:0db8:0:0::1"), bytes do not: addresses are compared as bytes only.
 * An IPv4-mapped IPv6 address (::ffff:0:0/96) is turned into the IPv4 address that it means by whoever reads it from
 * outside (ip_parse(), ip_from_bytes()), so the rest of the program never sees one.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

struct arena;

enum ip_family { IP_NONE = 0, IP_V4 = 4, IP_V6 = 6 };

struct ip {
    enum ip_family family;
    uint8_t bytes[16]; /* network order; the first 4 count for IP_V4, the others are 0 */
};

struct ip_network {
    struct ip base;
    unsigned bits; /* 0..32 or 0..128 */
};

/* A block of the IANA special-purpose registries (RFC 6890) that is not globally reachable, or that carries an embedded
 * IPv4 address of such a block. */
struct ip_block {
    struct ip_network network;
    const char *name;   /* as the registry calls it, e.g. "Private-Use" */
    const char *source; /* e.g. "RFC 1918" */
};

enum { IP_TEXT_MAX = 46, IP_REVERSE_MAX = 74 };

bool ip_parse(const char *text, struct ip *out); /* no zone id, no port, no brackets, no leading zeros in IPv4 */
/* An address literal, "[192.0.2.1]" or "[IPv6:2001:db8::1]": the
 * tag goes with IPv6, and with nothing else.  (RFC 5321 4.1.3) */
bool ip_parse_literal(const char *text, struct ip *out);
struct ip ip_from_bytes(const uint8_t *bytes, size_t size); /* 4 or 16 bytes; else IP_NONE */
void ip_print(const struct ip *, char out[IP_TEXT_MAX]);   /* RFC 5952 */
const char *ip_text(struct arena *, const struct ip *);
const char *ip_expanded(struct arena *, const struct ip *); /* IPv6 as 8 full groups, IPv4 as ip_text() */
const char *ip_reverse_name(struct arena *, const struct ip *); /* RFC 1035 3.5, RFC 3596 2.5; no final dot */
bool ip_equal(const struct ip *, const struct ip *);
int ip_compare(const struct ip *, const struct ip *); /* IPv4 before IPv6, then by bytes */

bool ip_network_parse(const char *text, struct ip_network *out); /* "ADDR/BITS" or "ADDR"; host bits must be 0 */
bool ip_in_network(const struct ip *, const struct ip_network *);
struct ip_network ip_network_of(const struct ip *, unsigned bits); /* host bits cleared */

/* The special-purpose block that an address lies in, or NULL when it is globally reachable.  Addresses that embed an
 * IPv4 address (64:ff9b::/96, 2002::/16) are judged by that address. */
const struct ip_block *ip_special(const struct ip *);

socklen_t ip_to_sockaddr(const struct ip *, uint16_t port, struct sockaddr_storage *out);
bool ip_from_sockaddr(const struct sockaddr *, struct ip *out, uint16_t *port); /* port may be NULL */
