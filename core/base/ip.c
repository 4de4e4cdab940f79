/* core/base/ip.c - IPv4 and IPv6 addresses as binary values, and the registries of special-purpose blocks. */
#include "core/base/ip.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/str.h"

/* The IANA IPv4 and IPv6 special-purpose address registries as of July 2026, row by row, with the registries' names,
 * and the blocks that other IANA registries keep from being host addresses (multicast, site-local, everything in IPv6
 * outside 2000::/3).  The longest prefix decides, as in the registries: 192.0.0.9 is reachable, the block around it is
 * not.  Blocks whose "Globally Reachable" column is empty or N/A count as not reachable.  The two blocks that are
 * judged by an IPv4 address inside stand in their own table. */
struct registry_row {
    struct ip_block block;
    bool reachable;
};

/* clang-format off */
#define V4(a, b, c, d, bits) {{IP_V4, {a, b, c, d}}, bits}
#define GROUP(g) (g) >> 8, (g) & 0xff
#define V6(a, b, c, d, e, f, g, h, bits) \
    {{IP_V6, {GROUP(a), GROUP(b), GROUP(c), GROUP(d), GROUP(e), GROUP(f), GROUP(g), GROUP(h)}}, bits}

enum { LOCAL = false, GLOBAL = true }; /* the column "Globally Reachable" */

static const struct registry_row registry[] = {
    /* by address */
    {{V4(0, 0, 0, 0, 8),         "\"This network\"",                         "RFC 791"},  LOCAL},
    {{V4(0, 0, 0, 0, 32),        "\"This host on this network\"",            "RFC 1122"}, LOCAL},
    {{V4(10, 0, 0, 0, 8),        "Private-Use",                              "RFC 1918"}, LOCAL},
    {{V4(100, 64, 0, 0, 10),     "Shared Address Space",                     "RFC 6598"}, LOCAL},
    {{V4(127, 0, 0, 0, 8),       "Loopback",                                 "RFC 1122"}, LOCAL},
    {{V4(169, 254, 0, 0, 16),    "Link Local",                               "RFC 3927"}, LOCAL},
    {{V4(172, 16, 0, 0, 12),     "Private-Use",                              "RFC 1918"}, LOCAL},
    {{V4(192, 0, 0, 0, 24),      "IETF Protocol Assignments",                "RFC 6890"}, LOCAL},
    {{V4(192, 0, 0, 0, 29),      "IPv4 Service Continuity Prefix",           "RFC 7335"}, LOCAL},
    {{V4(192, 0, 0, 8, 32),      "IPv4 dummy address",                       "RFC 7600"}, LOCAL},
    {{V4(192, 0, 0, 9, 32),      "Port Control Protocol Anycast",            "RFC 7723"}, GLOBAL},
    {{V4(192, 0, 0, 10, 32),     "Traversal Using Relays around NAT Anycast", "RFC 8155"}, GLOBAL},
    {{V4(192, 0, 0, 170, 32),    "NAT64/DNS64 Discovery",                    "RFC 8880"}, LOCAL},
    {{V4(192, 0, 0, 171, 32),    "NAT64/DNS64 Discovery",                    "RFC 8880"}, LOCAL},
    {{V4(192, 0, 2, 0, 24),      "Documentation (TEST-NET-1)",               "RFC 5737"}, LOCAL},
    {{V4(192, 31, 196, 0, 24),   "AS112-v4",                                 "RFC 7535"}, GLOBAL},
    {{V4(192, 52, 193, 0, 24),   "AMT",                                      "RFC 7450"}, GLOBAL},
    {{V4(192, 88, 99, 0, 24),    "Deprecated (6to4 Relay Anycast)",          "RFC 7526"}, LOCAL},
    {{V4(192, 88, 99, 2, 32),    "6a44-relay anycast address",               "RFC 6751"}, LOCAL},
    {{V4(192, 168, 0, 0, 16),    "Private-Use",                              "RFC 1918"}, LOCAL},
    {{V4(192, 175, 48, 0, 24),   "Direct Delegation AS112 Service",          "RFC 7534"}, GLOBAL},
    {{V4(198, 18, 0, 0, 15),     "Benchmarking",                             "RFC 2544"}, LOCAL},
    {{V4(198, 51, 100, 0, 24),   "Documentation (TEST-NET-2)",               "RFC 5737"}, LOCAL},
    {{V4(203, 0, 113, 0, 24),    "Documentation (TEST-NET-3)",               "RFC 5737"}, LOCAL},
    {{V4(224, 0, 0, 0, 4),       "Multicast",                                "RFC 5771"}, LOCAL},
    {{V4(240, 0, 0, 0, 4),       "Reserved",                                 "RFC 1112"}, LOCAL},
    {{V4(255, 255, 255, 255, 32), "Limited Broadcast",                       "RFC 8190"}, LOCAL},

    {{V6(0, 0, 0, 0, 0, 0, 0, 0, 0),                "not global unicast space",          "RFC 4291"}, LOCAL},
    {{V6(0, 0, 0, 0, 0, 0, 0, 0, 96),               "IPv4-compatible (deprecated)",      "RFC 4291"}, LOCAL},
    {{V6(0, 0, 0, 0, 0, 0, 0, 0, 128),              "Unspecified Address",               "RFC 4291"}, LOCAL},
    {{V6(0, 0, 0, 0, 0, 0, 0, 1, 128),              "Loopback Address",                  "RFC 4291"}, LOCAL},
    {{V6(0, 0, 0, 0, 0, 0xffff, 0, 0, 96),          "IPv4-mapped Address",               "RFC 4291"}, LOCAL},
    {{V6(0x64, 0xff9b, 1, 0, 0, 0, 0, 0, 48),       "IPv4-IPv6 Translat.",               "RFC 8215"}, LOCAL},
    {{V6(0x100, 0, 0, 0, 0, 0, 0, 0, 64),           "Discard-Only Address Block",        "RFC 6666"}, LOCAL},
    {{V6(0x100, 0, 0, 1, 0, 0, 0, 0, 64),           "Dummy IPv6 Prefix",                 "RFC 9780"}, LOCAL},
    {{V6(0x2000, 0, 0, 0, 0, 0, 0, 0, 3),           "Global Unicast",                    "RFC 4291"}, GLOBAL},
    {{V6(0x2001, 0, 0, 0, 0, 0, 0, 0, 23),          "IETF Protocol Assignments",         "RFC 2928"}, LOCAL},
    {{V6(0x2001, 0, 0, 0, 0, 0, 0, 0, 32),          "TEREDO",                            "RFC 4380"}, LOCAL},
    {{V6(0x2001, 1, 0, 0, 0, 0, 0, 1, 128),         "Port Control Protocol Anycast",     "RFC 7723"}, GLOBAL},
    {{V6(0x2001, 1, 0, 0, 0, 0, 0, 2, 128),         "Traversal Using Relays around NAT Anycast", "RFC 8155"}, GLOBAL},
    {{V6(0x2001, 1, 0, 0, 0, 0, 0, 3, 128),         "DNS-SD Service Registration Protocol Anycast", "RFC 9665"}, GLOBAL},
    {{V6(0x2001, 2, 0, 0, 0, 0, 0, 0, 48),          "Benchmarking",                      "RFC 5180"}, LOCAL},
    {{V6(0x2001, 3, 0, 0, 0, 0, 0, 0, 32),          "AMT",                               "RFC 7450"}, GLOBAL},
    {{V6(0x2001, 4, 0x112, 0, 0, 0, 0, 0, 48),      "AS112-v6",                          "RFC 7535"}, GLOBAL},
    {{V6(0x2001, 0x10, 0, 0, 0, 0, 0, 0, 28),       "Deprecated (previously ORCHID)",    "RFC 4843"}, LOCAL},
    {{V6(0x2001, 0x20, 0, 0, 0, 0, 0, 0, 28),       "ORCHIDv2",                          "RFC 7343"}, GLOBAL},
    {{V6(0x2001, 0x30, 0, 0, 0, 0, 0, 0, 28),       "Drone Remote ID Protocol Entity Tags (DETs) Prefix", "RFC 9374"}, GLOBAL},
    {{V6(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0, 32),      "Documentation",                     "RFC 3849"}, LOCAL},
    {{V6(0x2620, 0x4f, 0x8000, 0, 0, 0, 0, 0, 48),  "Direct Delegation AS112 Service",   "RFC 7534"}, GLOBAL},
    {{V6(0x3fff, 0, 0, 0, 0, 0, 0, 0, 20),          "Documentation",                     "RFC 9637"}, LOCAL},
    {{V6(0x5f00, 0, 0, 0, 0, 0, 0, 0, 16),          "Segment Routing (SRv6) SIDs",       "RFC 9602"}, LOCAL},
    {{V6(0xfc00, 0, 0, 0, 0, 0, 0, 0, 7),           "Unique-Local",                      "RFC 4193"}, LOCAL},
    {{V6(0xfe80, 0, 0, 0, 0, 0, 0, 0, 10),          "Link-Local Unicast",                "RFC 4291"}, LOCAL},
    {{V6(0xfec0, 0, 0, 0, 0, 0, 0, 0, 10),          "Site-Local (deprecated)",           "RFC 3879"}, LOCAL},
    {{V6(0xff00, 0, 0, 0, 0, 0, 0, 0, 8),           "Multicast",                         "RFC 4291"}, LOCAL},
};

/* Blocks under whose prefix an IPv4 address stands, and the byte at which it begins. */
static const struct embedding {
    struct ip_network network;
    size_t offset;
} embeddings[] = {
    {V6(0x64, 0xff9b, 0, 0, 0, 0, 0, 0, 96), 12}, /* IPv4-IPv6 Translat., RFC 6052 2.1 */
    {V6(0x2002, 0, 0, 0, 0, 0, 0, 0, 16), 2},     /* 6to4, RFC 3056 2 */
};
/* clang-format on */

/* What is no address must not be contacted either. */
static const struct ip_block no_address = {{{IP_NONE, {0}}, 0}, "no address", ""};

static size_t size_of(enum ip_family family)
{
    return family == IP_V4 ? 4 : family == IP_V6 ? 16 : 0;
}

static unsigned group_of(const struct ip *ip, size_t i)
{
    return (unsigned)ip->bytes[2 * i] << 8 | ip->bytes[2 * i + 1];
}

bool ip_parse_literal(const char *text, struct ip *out)
{
    static const char tag[] = "IPv6:";
    char inside[IP_TEXT_MAX + sizeof tag];
    size_t len = strlen(text);
    const char *address = inside;

    if (len < 3 || len - 2 >= sizeof inside || text[0] != '[' || text[len - 1] != ']')
        return false;
    memcpy(inside, text + 1, len - 2);
    inside[len - 2] = '\0';
    if (str_starts_nocase(str_of(inside), tag))
        address += sizeof tag - 1;
    return (address > inside) == (strchr(address, ':') != NULL) && ip_parse(address, out);
}

struct ip ip_from_bytes(const uint8_t *bytes, size_t size)
{
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    struct ip ip = {IP_NONE, {0}};

    if (size == 16 && memcmp(bytes, mapped, sizeof mapped) == 0) {
        bytes += sizeof mapped;
        size = 4;
    }
    if (size == 4 || size == 16) {
        ip.family = size == 4 ? IP_V4 : IP_V6;
        memcpy(ip.bytes, bytes, size);
    }
    return ip;
}

bool ip_parse(const char *text, struct ip *out)
{
    uint8_t bytes[16];

    if (inet_pton(AF_INET, text, bytes) == 1)
        *out = ip_from_bytes(bytes, 4);
    else if (inet_pton(AF_INET6, text, bytes) == 1)
        *out = ip_from_bytes(bytes, 16);
    else
        return false;
    return true;
}

/* RFC 5952 4.2: the longest run of two or more zero groups, the first of equals.  Returns its length. */
static size_t zero_run(const struct ip *ip, size_t *start)
{
    size_t best = 1;

    for (size_t i = 0, run = 0; i < 8; i++) {
        run = group_of(ip, i) == 0 ? run + 1 : 0;
        if (run > best) {
            best = run;
            *start = i + 1 - run;
        }
    }
    return best > 1 ? best : 0;
}

static const char hex_digits[] = "0123456789abcdef";

/* Not inet_ntop(): C libraries differ in what they shorten, and reports must not. */
/* Keys of evidence are full of them: snprintf() would show. */
static void print_v4(const uint8_t bytes[4], char *out)
{
    for (size_t i = 0; i < 4; i++) {
        unsigned byte = bytes[i];

        if (byte >= 100)
            *out++ = (char)('0' + byte / 100);
        if (byte >= 10)
            *out++ = (char)('0' + byte / 10 % 10);
        *out++ = (char)('0' + byte % 10);
        *out++ = i < 3 ? '.' : '\0';
    }
}

static char *print_group(unsigned group, char *at)
{
    int shift = group > 0xfff ? 12 : group > 0xff ? 8 : group > 0xf ? 4 : 0;

    for (; shift >= 0; shift -= 4)
        *at++ = hex_digits[group >> shift & 0xf];
    return at;
}

void ip_print(const struct ip *ip, char out[IP_TEXT_MAX])
{
    size_t start = 8, length = 0;
    char *at = out;

    *out = '\0';
    if (ip->family == IP_V4)
        print_v4(ip->bytes, out);
    if (ip->family != IP_V6)
        return;
    length = zero_run(ip, &start);
    for (size_t i = 0; i < 8;) {
        if (length > 0 && i == start) {
            *at++ = ':';
            *at++ = ':';
            i += length;
        } else {
            if (i > 0 && i != start + length)
                *at++ = ':';
            at = print_group(group_of(ip, i++), at);
        }
    }
    *at = '\0';
}

const char *ip_text(struct arena *arena, const struct ip *ip)
{
    char text[IP_TEXT_MAX];

    ip_print(ip, text);
    return str_dup(arena, text);
}

const char *ip_expanded(struct arena *arena, const struct ip *ip)
{
    if (ip->family != IP_V6)
        return ip_text(arena, ip);
    return str_printf(arena, "%04x:%04x:%04x:%04x:%04x:%04x:%04x:%04x", group_of(ip, 0), group_of(ip, 1),
                      group_of(ip, 2), group_of(ip, 3), group_of(ip, 4), group_of(ip, 5), group_of(ip, 6),
                      group_of(ip, 7));
}

const char *ip_reverse_name(struct arena *arena, const struct ip *ip)
{
    static const char zone[] = "ip6.arpa";
    char text[IP_REVERSE_MAX], *at = text;

    if (ip->family == IP_V4)
        return str_printf(arena, "%u.%u.%u.%u.in-addr.arpa", ip->bytes[3], ip->bytes[2], ip->bytes[1], ip->bytes[0]);
    if (ip->family != IP_V6)
        return "";
    for (size_t i = 16; i-- > 0;) {
        *at++ = hex_digits[ip->bytes[i] & 0xf];
        *at++ = '.';
        *at++ = hex_digits[ip->bytes[i] >> 4];
        *at++ = '.';
    }
    memcpy(at, zone, sizeof zone);
    return str_dup(arena, text);
}

int ip_compare(const struct ip *a, const struct ip *b)
{
    if (a->family != b->family)
        return a->family < b->family ? -1 : 1;
    return memcmp(a->bytes, b->bytes, size_of(a->family));
}

bool ip_equal(const struct ip *a, const struct ip *b)
{
    return ip_compare(a, b) == 0;
}

struct ip_network ip_network_of(const struct ip *ip, unsigned bits)
{
    struct ip_network network = {{ip->family, {0}}, 0};
    unsigned most = (unsigned)size_of(ip->family) * 8;

    network.bits = bits < most ? bits : most;
    memcpy(network.base.bytes, ip->bytes, network.bits / 8);
    if (network.bits % 8 != 0)
        network.base.bytes[network.bits / 8] = (uint8_t)(ip->bytes[network.bits / 8] & 0xff00u >> network.bits % 8);
    return network;
}

bool ip_in_network(const struct ip *ip, const struct ip_network *network)
{
    const uint8_t *left = ip->bytes, *right = network->base.bytes;
    size_t whole = network->bits / 8;
    unsigned others = network->bits % 8;

    return ip->family == network->base.family && network->bits <= size_of(ip->family) * 8 &&
           memcmp(left, right, whole) == 0 && (others == 0 || ((left[whole] ^ right[whole]) >> (8 - others)) == 0);
}

/* A decimal number of one to three digits without sign or leading zeros. */
static bool parse_bits(const char *text, unsigned *out)
{
    size_t digits = strspn(text, "0123456789");

    if (digits < 1 || digits > 3 || text[digits] != '\0' || (digits > 1 && *text == '0'))
        return false;
    *out = 0;
    while (*text != '\0')
        *out = *out * 10 + (unsigned)(*text++ - '0');
    return true;
}

bool ip_network_parse(const char *text, struct ip_network *out)
{
    const char *slash = strchr(text, '/');
    size_t length = slash ? (size_t)(slash - text) : strlen(text);
    char address[IP_TEXT_MAX];
    struct ip ip;
    unsigned most, bits;

    if (length >= sizeof address)
        return false;
    memcpy(address, text, length);
    address[length] = '\0';
    if (!ip_parse(address, &ip))
        return false;
    bits = most = (unsigned)size_of(ip.family) * 8;
    if (slash && !parse_bits(slash + 1, &bits))
        return false;
    if (slash && ip.family == IP_V4 && strchr(address, ':')) { /* "::ffff:10.0.0.0/104" means 10.0.0.0/8 */
        if (bits < 96)
            return false;
        bits -= 96;
    }
    if (bits > most)
        return false;
    *out = ip_network_of(&ip, bits);
    return ip_equal(&out->base, &ip);
}

/* The address that decides what is reachable. */
static struct ip embedded(const struct ip *ip)
{
    for (size_t i = 0; i < sizeof embeddings / sizeof *embeddings; i++)
        if (ip_in_network(ip, &embeddings[i].network))
            return ip_from_bytes(ip->bytes + embeddings[i].offset, 4);
    return *ip;
}

const struct ip_block *ip_special(const struct ip *ip)
{
    const struct registry_row *longest = NULL;
    struct ip meant = embedded(ip);

    if (size_of(meant.family) == 0)
        return &no_address;
    for (size_t i = 0; i < sizeof registry / sizeof *registry; i++)
        if (ip_in_network(&meant, &registry[i].block.network) &&
            (!longest || registry[i].block.network.bits > longest->block.network.bits))
            longest = &registry[i];
    return longest && !longest->reachable ? &longest->block : NULL;
}

socklen_t ip_to_sockaddr(const struct ip *ip, uint16_t port, struct sockaddr_storage *out)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};

    memset(out, 0, sizeof *out); /* AF_UNSPEC */
    if (ip->family == IP_V4) {
        memcpy(&in.sin_addr, ip->bytes, 4);
        memcpy(out, &in, sizeof in);
        return sizeof in;
    }
    if (ip->family == IP_V6) {
        memcpy(&in6.sin6_addr, ip->bytes, 16);
        memcpy(out, &in6, sizeof in6);
        return sizeof in6;
    }
    return 0;
}

bool ip_from_sockaddr(const struct sockaddr *from, struct ip *out, uint16_t *port)
{
    struct sockaddr_in in;
    struct sockaddr_in6 in6;

    if (from->sa_family == AF_INET) {
        memcpy(&in, from, sizeof in);
        *out = ip_from_bytes((const uint8_t *)&in.sin_addr, 4);
        if (port)
            *port = ntohs(in.sin_port);
        return true;
    }
    if (from->sa_family == AF_INET6) {
        memcpy(&in6, from, sizeof in6);
        *out = ip_from_bytes((const uint8_t *)&in6.sin6_addr, 16);
        if (port)
            *port = ntohs(in6.sin6_port);
        return true;
    }
    return false;
}
