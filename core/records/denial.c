/* core/records/denial.c - what NSEC and NSEC3 records prove about a name. */
#include "core/records/denial.h"

#include <string.h>

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/wire_name.h"
#include "core/facts/dns_answer.h"
#include "core/facts/signed_reply.h"
#include "core/records/dnskey.h"

enum { BLOCK_HEAD = 2, NSEC3_FIXED = 4, HASH_SHA1 = 1, OPT_OUT = 1, HASH_TEXT = NSEC3_HASH_OCTETS * 8 / 5 };

static unsigned octet(struct str data, size_t at)
{
    return (unsigned char)data.at[at];
}

static struct str from(struct str data, size_t at)
{
    return (struct str){data.at + at, data.len - at};
}

/* RFC 4034 4.1.2: blocks of 256 types, each with its number, its length and as many octets of bits. */
static bool has_type(struct str bits, unsigned type)
{
    for (size_t at = 0; at + BLOCK_HEAD < bits.len;) {
        size_t length = octet(bits, at + 1), byte = (type & 255) / 8;

        if (length > bits.len - at - BLOCK_HEAD)
            return false;
        if (octet(bits, at) == type >> 8)
            return byte < length && octet(bits, at + BLOCK_HEAD + byte) & 0x80u >> (type & 7);
        at += BLOCK_HEAD + length;
    }
    return false;
}

/* Of a record that matches the name: the DS record would stand there. */
static enum denial_of_ds by_types(struct str bits)
{
    if (has_type(bits, WIRE_DS) || has_type(bits, DNS_SOA)) /* that of the zone below says nothing: RFC 6840 4.1 */
        return NO_DS_UNPROVED;
    return has_type(bits, DNS_NS) ? NO_DS_UNSIGNED_ZONE : NO_DS_NO_ZONE;
}

/* ---- NSEC ---- */

static bool is_between(int after_begin, int before_end, bool wraps)
{
    return wraps ? after_begin > 0 || before_end < 0 : after_begin > 0 && before_end < 0;
}

/* A delegation's own record speaks of the names of the zone above only.  (RFC 6840 4.1) */
static bool speaks_of(const struct denial_record *r, struct str bits, struct str name)
{
    bool is_delegation = has_type(bits, DNS_NS) && !has_type(bits, DNS_SOA);

    return !wire_name_is_under(name, r->owner) || !(is_delegation || has_type(bits, WIRE_DNAME));
}

static bool nsec_covers(struct arena *arena, const struct denial_record *r, struct str zone, struct str name)
{
    struct str next;

    if (!wire_name_read(r->rdata, 0, &next) || !speaks_of(r, from(r->rdata, next.len), name))
        return false;
    next = wire_name_lower(arena, next);
    return wire_name_is_under(next, zone) &&
           is_between(wire_name_compare(name, r->owner), wire_name_compare(name, next),
                      wire_name_compare(r->owner, next) >= 0);
}

/* ---- NSEC3 ---- */

struct nsec3 {
    unsigned flags, iterations;
    struct str salt, next, bits;
    char hash[HASH_TEXT]; /* of the owner, in base32hex */
};

struct hasher {
    struct arena *arena;
    unsigned hashes;
};

/* The first octets of *left, which loses them. */
static bool take(struct str *left, size_t count, struct str *out)
{
    if (left->len < count)
        return false;
    *out = (struct str){left->at, count};
    *left = from(*left, count);
    return true;
}

/* As many as the octet before them says. */
static bool take_counted(struct str *left, struct str *out)
{
    return take(left, 1, out) && take(left, octet(*out, 0), out);
}

/* RFC 5155 3.2 */
static bool nsec3_parse(const struct denial_record *r, struct str zone, struct nsec3 *out)
{
    struct str left = r->rdata, fixed;

    if (!take(&left, NSEC3_FIXED, &fixed) || !take_counted(&left, &out->salt) || !take_counted(&left, &out->next))
        return false;
    out->flags = octet(fixed, 1);
    out->iterations = octet(fixed, 2) << 8 | octet(fixed, 3);
    out->bits = left;
    if (octet(fixed, 0) != HASH_SHA1 || out->flags > OPT_OUT || out->next.len != NSEC3_HASH_OCTETS ||
        octet(r->owner, 0) != HASH_TEXT || !str_equal(wire_name_parent(r->owner), zone))
        return false;
    memcpy(out->hash, r->owner.at + 1, HASH_TEXT);
    return true;
}

/* RFC 4648 7, which keeps the order of what it spells. */
static void base32hex(const unsigned char octets[NSEC3_HASH_OCTETS], char out[HASH_TEXT])
{
    static const char digits[] = "0123456789abcdefghijklmnopqrstuv";

    for (size_t i = 0; i < HASH_TEXT; i++) {
        unsigned value = 0;

        for (size_t bit = i * 5; bit < i * 5 + 5; bit++)
            value = value << 1 | (octets[bit / 8] >> (7 - bit % 8) & 1u);
        out[i] = digits[value];
    }
}

static void hash_name(struct hasher *hasher, const struct nsec3 *n, struct str name, char out[HASH_TEXT])
{
    unsigned char hash[NSEC3_HASH_OCTETS];

    hasher->hashes++;
    nsec3_hash(hasher->arena, name, n->salt, n->iterations, hash);
    base32hex(hash, out);
}

static bool nsec3_covers(const struct nsec3 *n, const char hash[HASH_TEXT])
{
    char next[HASH_TEXT];

    base32hex((const unsigned char *)n->next.at, next);
    return is_between(memcmp(hash, n->hash, HASH_TEXT), memcmp(hash, next, HASH_TEXT),
                      memcmp(n->hash, next, HASH_TEXT) >= 0);
}

/* The record whose owner is (matches) or whose span holds (covers) the hash of the name.  All have one salt, or none is
 * used with another's hash. */
static bool find_nsec3(struct hasher *hasher, const struct denials *denials, struct str name, bool covers,
                       struct nsec3 *out)
{
    char hash[HASH_TEXT];
    struct str salt = {NULL, 0};
    unsigned iterations = 0;
    bool hashed = false;

    for (size_t i = 0; i < denials->count; i++) {
        if (!denials->at[i].is_nsec3 || !nsec3_parse(&denials->at[i], denials->zone, out))
            continue;
        if (!hashed || iterations != out->iterations || !str_equal(salt, out->salt)) {
            hash_name(hasher, out, name, hash);
            hashed = true;
            salt = out->salt;
            iterations = out->iterations;
        }
        if (covers ? nsec3_covers(out, hash) : memcmp(hash, out->hash, HASH_TEXT) == 0)
            return true;
    }
    return false;
}

static bool is_too_costly(const struct denials *denials)
{
    struct nsec3 n;

    for (size_t i = 0; i < denials->count; i++)
        if (denials->at[i].is_nsec3 && nsec3_parse(&denials->at[i], denials->zone, &n) &&
            n.iterations > NSEC3_ITERATIONS)
            return true;
    return false;
}

/* RFC 5155 8.3: the closest encloser is the longest ancestor that is proved to exist, and of the next closer name it
 * must be proved that it does not. */
static enum denial_of_ds by_closest_encloser(struct hasher *hasher, const struct denials *denials, struct str name)
{
    size_t labels_of_zone = wire_name_labels(denials->zone);
    struct nsec3 n;

    for (size_t labels = wire_name_labels(name); labels > labels_of_zone && hasher->hashes < NSEC3_HASHES; labels--) {
        struct str closer = wire_name_last(name, labels);

        if (find_nsec3(hasher, denials, wire_name_parent(closer), false, &n)) {
            bool is_cut = has_type(n.bits, WIRE_DNAME) || (has_type(n.bits, DNS_NS) && !has_type(n.bits, DNS_SOA));

            if (is_cut || !find_nsec3(hasher, denials, closer, true, &n))
                return NO_DS_UNPROVED;
            return n.flags & OPT_OUT ? NO_DS_UNSIGNED_ZONE : NO_DS_NO_ZONE;
        }
    }
    return NO_DS_UNPROVED;
}

/* ---- both ---- */

enum denial_of_ds denial_of_ds(struct arena *arena, const struct denials *denials, struct str name)
{
    struct hasher hasher = {.arena = arena};
    struct nsec3 n;

    for (size_t i = 0; i < denials->count; i++) {
        const struct denial_record *r = &denials->at[i];
        struct str next;

        if (r->is_nsec3 || !wire_name_read(r->rdata, 0, &next))
            continue;
        if (str_equal(r->owner, name))
            return by_types(from(r->rdata, next.len));
        if (nsec_covers(arena, r, denials->zone, name))
            return NO_DS_NO_ZONE;
    }
    if (is_too_costly(denials))
        return NO_DS_TOO_COSTLY;
    if (find_nsec3(&hasher, denials, name, false, &n))
        return by_types(n.bits);
    return by_closest_encloser(&hasher, denials, name);
}

bool denial_of_closer_name(struct arena *arena, const struct denials *denials, struct str name, struct str encloser)
{
    struct hasher hasher = {.arena = arena};
    struct str closer = wire_name_last(name, wire_name_labels(encloser) + 1);
    struct nsec3 n;

    for (size_t i = 0; i < denials->count; i++)
        if (!denials->at[i].is_nsec3 && nsec_covers(arena, &denials->at[i], denials->zone, name))
            return true;
    return is_too_costly(denials) || find_nsec3(&hasher, denials, closer, true, &n);
}
