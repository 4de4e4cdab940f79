/* core/collect/dns/dns_wire.c - builds DNS queries, and scans replies before anybody else looks at them. */
#include "core/collect/dns/dns_wire.h"

#include <string.h>

#include <sys/random.h>

#include "core/base/name.h"
#include "core/facts/signed_reply.h"

enum { LABEL_POINTER = 0xc0, LABEL_RESERVED = 0x40, RECORD_FIXED = 10, QUESTION_FIXED = 4 };

static uint16_t read16(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

static uint32_t read32(const uint8_t *at)
{
    return (uint32_t)read16(at) << 16 | read16(at + 2);
}

static uint8_t *put16(uint8_t *at, unsigned value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
    return at + 2;
}

static bool is_letter(uint8_t byte)
{
    return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z');
}

static uint8_t lower(uint8_t byte)
{
    return byte >= 'A' && byte <= 'Z' ? (uint8_t)(byte - 'A' + 'a') : byte;
}

/* Length octets are below 0x40, so letters in the wire form are letters of labels. */
static void randomize_case(uint8_t *name, const uint8_t *random)
{
    for (size_t i = 0; i < NAME_WIRE_MAX && name[i] != 0; i++)
        if (is_letter(name[i]) && (random[i / 8] >> i % 8 & 1))
            name[i] ^= 0x20;
}

size_t dns_wire_query(const char *name, unsigned type, unsigned flags, uint8_t out[DNS_QUERY_MAX])
{
    /* RFC 6891 6.1.2: of the root, type, our size, no extended RCODE, version 0, DO, no options. */
    static const uint8_t opt[] = {0, 0, 41, DNS_EDNS_SIZE >> 8, DNS_EDNS_SIZE & 0xff, 0, 0, 0x80, 0, 0, 0};
    uint8_t random[2 + NAME_WIRE_MAX / 8 + 1], *end = out + DNS_HEADER_SIZE;
    size_t size = name_to_wire(name, end);

    if (size == 0 || getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
        return 0;
    if (flags & DNS_QUERY_RANDOM_CASE)
        randomize_case(end, random + 2);
    end += size;
    end = put16(end, type);
    end = put16(end, DNS_CLASS_IN);
    if (flags & DNS_QUERY_EDNS) {
        memcpy(end, opt, sizeof opt);
        end += sizeof opt;
    }
    memset(out, 0, DNS_HEADER_SIZE);
    memcpy(out, random, 2);
    out[2] = flags & DNS_QUERY_RECURSION ? 0x01 : 0;
    out[3] = flags & DNS_QUERY_CD ? 0x30 : 0x20; /* AD, RFC 6840 5.7: tell us whether it was validated */
    put16(out + 4, 1);
    put16(out + 10, flags & DNS_QUERY_EDNS ? 1 : 0);
    return (size_t)(end - out);
}

struct scanner {
    const uint8_t *packet;
    size_t size, at;
    unsigned hops;
    const char *why;
};

static bool fail(struct scanner *scanner, const char *why)
{
    scanner->why = why;
    return false;
}

/* Over a name that begins at scanner->at and, up to its first pointer, lies before `end`.  Each pointer leads to a
 * place before the part of the name that holds it, so places only ever get smaller and the walk ends. */
static bool scan_name(struct scanner *scanner, size_t end, uint64_t *hash)
{
    const uint8_t *packet = scanner->packet;
    size_t at = scanner->at, part = at, octets = 1;
    unsigned hops = 0;

    *hash = UINT64_C(0xcbf29ce484222325);
    for (;;) {
        uint8_t length;

        if (at >= end)
            return fail(scanner, "a name runs over its end");
        length = packet[at];
        if (length >= LABEL_POINTER) {
            size_t target;

            if (end - at < 2)
                return fail(scanner, "a name runs over its end");
            target = read16(packet + at) & 0x3fff;
            if (hops == 0)
                scanner->at = at + 2;
            if (target < DNS_HEADER_SIZE || target >= part)
                return fail(scanner, "a compression pointer does not lead back");
            if (++hops > DNS_NAME_HOPS || ++scanner->hops > DNS_MESSAGE_HOPS)
                return fail(scanner, "too many compression pointers");
            at = part = target;
            end = scanner->size;
            continue;
        }
        if (length >= LABEL_RESERVED)
            return fail(scanner, "a label of an unknown kind");
        if (length >= end - at)
            return fail(scanner, "a name runs over its end");
        octets += length ? length + 1u : 0;
        if (octets > NAME_WIRE_MAX)
            return fail(scanner, "a name of more than 255 octets");
        for (size_t i = 0; i <= length; i++)
            *hash = (*hash ^ lower(packet[at + i])) * UINT64_C(0x100000001b3);
        at += length + 1u;
        if (length == 0)
            break;
    }
    if (hops == 0)
        scanner->at = at;
    return true;
}

static bool scan_strings(struct scanner *scanner, size_t end)
{
    do {
        if (scanner->at >= end || scanner->packet[scanner->at] >= end - scanner->at)
            return fail(scanner, "a character-string runs over its record");
        scanner->at += scanner->packet[scanner->at] + 1u;
    } while (scanner->at < end);
    return true;
}

/* The data of records that will be parsed; others are never looked into. */
static bool scan_data(struct scanner *scanner, unsigned type, size_t end)
{
    size_t size = end - scanner->at;
    uint64_t hash;

    switch (type) {
    case DNS_A:
        return size == 4 || fail(scanner, "an A record of the wrong size");
    case DNS_AAAA:
        return size == 16 || fail(scanner, "an AAAA record of the wrong size");
    case DNS_TXT:
        return scan_strings(scanner, end);
    case DNS_TLSA:
        return size > 3 || fail(scanner, "a TLSA record without data");
    case DNS_MX:
        if (size < 3)
            return fail(scanner, "an MX record that is too short");
        scanner->at += 2;
        break;
    case DNS_SOA:
        if (!scan_name(scanner, end, &hash) || !scan_name(scanner, end, &hash))
            return false;
        return end - scanner->at == 20 || fail(scanner, "an SOA record of the wrong size");
    case DNS_NS:
    case DNS_CNAME:
    case DNS_PTR:
    case WIRE_DNAME:
        break;
    default:
        return true;
    }
    if (!scan_name(scanner, end, &hash))
        return false;
    return scanner->at == end || fail(scanner, "a record goes on behind its name");
}

static bool is_ours(unsigned type)
{
    return type == DNS_A || type == DNS_NS || type == DNS_CNAME || type == DNS_SOA || type == DNS_PTR ||
           type == DNS_MX || type == DNS_TXT || type == DNS_AAAA || type == DNS_TLSA || type == WIRE_DNAME;
}

static bool scan_record(struct scanner *scanner, struct dns_spot *spot, uint64_t *hash)
{
    const uint8_t *fixed;

    spot->owner = (uint16_t)scanner->at;
    if (!scan_name(scanner, scanner->size, hash))
        return false;
    if (scanner->size - scanner->at < RECORD_FIXED)
        return fail(scanner, "the packet ends within a record");
    fixed = scanner->packet + scanner->at;
    scanner->at += RECORD_FIXED;
    spot->type = read16(fixed);
    spot->rclass = read16(fixed + 2);
    spot->ttl_s = read32(fixed + 4);
    spot->rdata_size = read16(fixed + 8);
    spot->rdata = (uint16_t)scanner->at;
    if (spot->rdata_size > scanner->size - scanner->at)
        return fail(scanner, "the packet ends within a record");
    if (spot->rclass == DNS_CLASS_IN && is_ours(spot->type) &&
        !scan_data(scanner, spot->type, scanner->at + spot->rdata_size))
        return false;
    scanner->at = spot->rdata + (size_t)spot->rdata_size;
    return true;
}

/* Hashes stand for owners: a collision merges two, which only makes the limit a little wider. */
static bool note_owner(uint64_t owners[DNS_OWNERS_MAX], size_t *count, uint64_t hash)
{
    for (size_t i = *count; i-- > 0;)
        if (owners[i] == hash)
            return true;
    if (*count == DNS_OWNERS_MAX)
        return false;
    owners[(*count)++] = hash;
    return true;
}

static bool scan_section(struct scanner *scanner, enum dns_section section, size_t count, struct dns_scan *scan)
{
    uint64_t owners[DNS_OWNERS_MAX], hash;
    size_t owner_count = 0;

    for (size_t i = 0; i < count; i++) {
        struct dns_spot *spot;

        if (scan->count == DNS_RECORDS_MAX)
            return fail(scanner, "too many records");
        spot = &scan->spots[scan->count++];
        spot->section = section;
        if (!scan_record(scanner, spot, &hash))
            return false;
        if (!note_owner(owners, &owner_count, hash))
            return fail(scanner, "too many different owner names");
    }
    return true;
}

static bool scan_packet(struct scanner *scanner, struct dns_scan *scan)
{
    uint64_t hash;

    if (scanner->size < DNS_HEADER_SIZE || scanner->size > DNS_PACKET_MAX)
        return fail(scanner, "shorter than a header, or longer than a message can be");
    scan->question_count = read16(scanner->packet + 4);
    if (scan->question_count > 1)
        return fail(scanner, "more than one question");
    scanner->at = DNS_HEADER_SIZE;
    if (scan->question_count == 1) {
        if (!scan_name(scanner, scanner->size, &hash))
            return false;
        if (scanner->size - scanner->at < QUESTION_FIXED)
            return fail(scanner, "the packet ends within the question");
        scanner->at += QUESTION_FIXED;
    }
    for (unsigned section = 0; section < DNS_SECTION_COUNT; section++)
        if (!scan_section(scanner, (enum dns_section)section, read16(scanner->packet + 6 + 2 * section), scan))
            return false;
    return true;
}

bool dns_wire_scan(const uint8_t *packet, size_t size, struct dns_scan *scan, const char **why)
{
    struct scanner scanner = {.packet = packet, .size = size};

    scan->count = scan->question_count = scan->used = 0;
    if (!scan_packet(&scanner, scan)) {
        *why = scanner.why;
        return false;
    }
    scan->used = scanner.at;
    scan->trailing = scanner.at < size;
    return true;
}

/* Size of the question section of a query of ours, whose name has no pointers. */
static size_t question_size(const uint8_t *query, size_t size)
{
    size_t at = DNS_HEADER_SIZE;

    while (at < size && query[at] != 0)
        at += query[at] + 1u;
    return at + 1 + QUESTION_FIXED <= size ? at + 1 + QUESTION_FIXED - DNS_HEADER_SIZE : 0;
}

/* The first octets of the questions, but for the `less` last ones of the query's. */
static bool echoes(const uint8_t *query, size_t query_size, const uint8_t *reply, size_t reply_size, bool exact,
                   size_t less)
{
    size_t size = question_size(query, query_size);

    if (size == 0 || reply_size < DNS_HEADER_SIZE + size || read16(reply + 4) != 1)
        return false;
    for (size_t i = DNS_HEADER_SIZE; i < DNS_HEADER_SIZE + size - less; i++)
        if (exact ? query[i] != reply[i] : lower(query[i]) != lower(reply[i]))
            return false;
    return true;
}

bool dns_wire_echoes(const uint8_t *query, size_t query_size, const uint8_t *reply, size_t reply_size, bool exact)
{
    return echoes(query, query_size, reply, reply_size, exact, 0);
}

bool dns_wire_mixes_up(const uint8_t *query, size_t query_size, const uint8_t *reply, size_t reply_size)
{
    return reply_size >= DNS_HEADER_SIZE && read16(query) == read16(reply) &&
           !echoes(query, query_size, reply, reply_size, false, 0) &&
           echoes(query, query_size, reply, reply_size, false, QUESTION_FIXED);
}

bool dns_wire_replies(const uint8_t *query, size_t query_size, const uint8_t *reply, size_t reply_size)
{
    if (reply_size < DNS_HEADER_SIZE || read16(query) != read16(reply))
        return false;
    return read16(reply + 4) == 0 || dns_wire_echoes(query, query_size, reply, reply_size, false);
}

uint8_t *dns_stream_reply(struct dns_stream *stream, const uint8_t *query, size_t query_size, size_t *reply_size)
{
    size_t at = 0;

    while (stream->size - at >= 2) {
        uint8_t *message = stream->bytes + at + 2;
        size_t size = read16(message - 2);

        if (stream->size - at - 2 < size)
            break;
        if (dns_wire_replies(query, query_size, message, size)) {
            *reply_size = size;
            return message;
        }
        at += 2 + size;
    }
    stream->size -= at;
    memmove(stream->bytes, stream->bytes + at, stream->size);
    return NULL;
}

void dns_wire_lower_question(uint8_t *reply, const struct dns_scan *scan)
{
    if (scan->question_count == 0)
        return;
    for (size_t at = DNS_HEADER_SIZE; reply[at] != 0 && reply[at] < LABEL_POINTER;) {
        size_t end = at + 1 + reply[at];

        for (at++; at < end; at++)
            reply[at] = lower(reply[at]);
    }
}
