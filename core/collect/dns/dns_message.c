/* core/collect/dns/dns_message.c - turns a scanned DNS packet into records, with ldns. */
#include "core/collect/dns/dns_wire.h" /* before ldns, which makes a `bool` of its own where <stdbool.h> has not been seen */

#include <string.h>

#include <ldns/ldns.h>

#include "core/base/arena.h"
#include "core/base/name.h"

enum { TYPE_OPT = 41, TYPE_RRSIG = 46, RRSIG_FIXED = 18, OPTION_EXTENDED_ERROR = 15, LABEL_POINTER = 0xc0 };

/* What the parser holds is here, so that an arena that is exhausted in mid-record leaves nothing behind. */
struct parser {
    struct arena *arena;
    const uint8_t *packet;
    const struct dns_scan *scan;
    struct dns_message *message;
    struct dns_rr *answer;
    struct dns_signature *signatures;
    ldns_rr *rr; /* the one being looked at */
    const char *last_owner;
    unsigned last_pointer; /* that spelled it; 0: none did */
    const char *why;
};

static uint16_t read16(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

/* RFC 2181 8: a TTL with its top bit set counts as 0. */
static uint32_t ttl_of(uint32_t ttl_s)
{
    return ttl_s >> 31 ? 0 : ttl_s;
}

static size_t print_octet(uint8_t octet, char *out)
{
    if (octet == '.' || octet == '\\') {
        out[0] = '\\';
        out[1] = (char)octet;
        return 2;
    }
    if (octet > 0x20 && octet < 0x7f) {
        out[0] = (char)octet;
        return 1;
    }
    out[0] = '\\';
    out[1] = (char)('0' + octet / 100);
    out[2] = (char)('0' + octet / 10 % 10);
    out[3] = (char)('0' + octet % 10);
    return 4;
}

/* An uncompressed name of at most 255 octets, as ldns hands it over. */
static const char *name_of(struct arena *arena, const ldns_rdf *rdf)
{
    const uint8_t *wire = ldns_rdf_data(rdf);
    size_t size = ldns_rdf_size(rdf), at = 0, used = 0;
    char text[NAME_TEXT_MAX], *copy;

    text[0] = '\0'; /* the root */
    while (at < size && wire[at] != 0) {
        size_t end = at + 1 + wire[at];

        if (at > 0)
            text[used++] = '.';
        for (at++; at < end && at < size; at++)
            used += print_octet(wire[at], text + used);
    }
    copy = arena_alloc(arena, used + 1);
    memcpy(copy, text, used);
    return copy;
}

static void join_strings(struct parser *parser, struct dns_record *record)
{
    size_t count = ldns_rr_rd_count(parser->rr), size = 0;
    char *joined;

    for (size_t i = 0; i < count; i++)
        size += ldns_rdf_size(ldns_rr_rdf(parser->rr, i)) - 1;
    record->txt.oversize = size > DNS_TXT_MAX;
    if (record->txt.oversize)
        size = DNS_TXT_MAX;
    record->txt.strings = (unsigned)count;
    record->txt.joined.len = size;
    record->txt.joined.at = joined = arena_alloc(parser->arena, size + 1);
    for (size_t i = 0; i < count && size > 0; i++) {
        const ldns_rdf *string = ldns_rr_rdf(parser->rr, i);
        size_t part = ldns_rdf_size(string) - 1;

        if (part > size)
            part = size;
        memcpy(joined, ldns_rdf_data(string) + 1, part);
        joined += part;
        size -= part;
    }
}

static struct str bytes_of(struct arena *arena, const ldns_rdf *rdf)
{
    size_t size = ldns_rdf_size(rdf);
    char *copy = arena_alloc(arena, size + 1);

    if (size > 0)
        memcpy(copy, ldns_rdf_data(rdf), size);
    return (struct str){copy, size};
}

static size_t fields_of(enum dns_type type)
{
    switch (type) {
    case DNS_MX:
        return 2;
    case DNS_TLSA:
        return 4;
    case DNS_SOA:
        return 7;
    default:
        return 1;
    }
}

static bool convert(struct parser *parser, struct dns_record *record)
{
    struct arena *arena = parser->arena;
    const ldns_rr *rr = parser->rr;

    if (ldns_rr_rd_count(rr) < fields_of(record->type))
        return false;
    switch (record->type) {
    case DNS_A:
    case DNS_AAAA:
        record->ip = ip_from_bytes(ldns_rdf_data(ldns_rr_rdf(rr, 0)), ldns_rdf_size(ldns_rr_rdf(rr, 0)));
        break;
    case DNS_NS:
    case DNS_CNAME:
    case DNS_PTR:
        record->name = name_of(arena, ldns_rr_rdf(rr, 0));
        break;
    case DNS_MX:
        record->mx.preference = ldns_rdf2native_int16(ldns_rr_rdf(rr, 0));
        record->mx.host = name_of(arena, ldns_rr_rdf(rr, 1));
        break;
    case DNS_TXT:
        join_strings(parser, record);
        break;
    case DNS_SOA:
        record->soa.mname = name_of(arena, ldns_rr_rdf(rr, 0));
        record->soa.rname = name_of(arena, ldns_rr_rdf(rr, 1));
        record->soa.serial = ldns_rdf2native_int32(ldns_rr_rdf(rr, 2));
        record->soa.refresh = ldns_rdf2native_int32(ldns_rr_rdf(rr, 3));
        record->soa.retry = ldns_rdf2native_int32(ldns_rr_rdf(rr, 4));
        record->soa.expire = ldns_rdf2native_int32(ldns_rr_rdf(rr, 5));
        record->soa.minimum = ldns_rdf2native_int32(ldns_rr_rdf(rr, 6));
        break;
    case DNS_TLSA:
        record->tlsa.usage = ldns_rdf2native_int8(ldns_rr_rdf(rr, 0));
        record->tlsa.selector = ldns_rdf2native_int8(ldns_rr_rdf(rr, 1));
        record->tlsa.matching = ldns_rdf2native_int8(ldns_rr_rdf(rr, 2));
        record->tlsa.data = bytes_of(arena, ldns_rr_rdf(rr, 3));
        break;
    }
    return true;
}

static bool load(struct parser *parser, const struct dns_spot *spot)
{
    size_t at = spot->owner;

    ldns_rr_free(parser->rr);
    parser->rr = NULL;
    if (ldns_wire2rr(&parser->rr, parser->packet, parser->scan->used, &at, LDNS_SECTION_ANSWER) == LDNS_STATUS_OK)
        return true;
    parser->rr = NULL;
    return false;
}

/* Records of one owner mostly spell it by the same pointer: one copy of the name serves them all. */
static const char *owner_of(struct parser *parser, const struct dns_spot *spot)
{
    const uint8_t *owner = parser->packet + spot->owner;
    unsigned pointer = owner[0] >= LABEL_POINTER ? read16(owner) : 0;

    if (!pointer || pointer != parser->last_pointer)
        parser->last_owner = name_of(parser->arena, ldns_rr_owner(parser->rr));
    parser->last_pointer = pointer;
    return parser->last_owner;
}

static bool parse_answer(struct parser *parser, const struct dns_spot *spot)
{
    struct dns_rr *to = &parser->answer[parser->message->answer_count];

    if (!load(parser, spot))
        return false;
    to->owner = owner_of(parser, spot);
    to->record.type = (enum dns_type)spot->type;
    to->record.ttl_s = ttl_of(spot->ttl_s);
    if (!convert(parser, &to->record))
        return false;
    parser->message->answer_count++;
    return true;
}

static void note_signature(struct parser *parser, const struct dns_spot *spot)
{
    const uint8_t *rdata = parser->packet + spot->rdata;

    if (spot->rdata_size > RRSIG_FIXED)
        parser->signatures[parser->message->signature_count++] = (struct dns_signature){read16(rdata), rdata[2]};
}

/* RFC 2308 5: for as long as the lower of the SOA's TTL and its minimum. */
static bool parse_authority(struct parser *parser, const struct dns_spot *spot)
{
    struct dns_message *message = parser->message;
    uint32_t minimum, ttl = ttl_of(spot->ttl_s);

    message->has_ns = message->has_ns || spot->type == DNS_NS;
    if (spot->type != DNS_SOA || message->has_soa)
        return true;
    if (!load(parser, spot) || ldns_rr_rd_count(parser->rr) < fields_of(DNS_SOA))
        return false;
    minimum = ttl_of(ldns_rdf2native_int32(ldns_rr_rdf(parser->rr, 6)));
    message->has_soa = true;
    message->zone = name_of(parser->arena, ldns_rr_owner(parser->rr));
    message->negative_ttl_s = minimum < ttl ? minimum : ttl;
    return true;
}

/* RFC 6891 6.1, RFC 8914 2: options are code, length, data. */
static bool parse_opt(struct dns_message *message, const uint8_t *packet, const struct dns_spot *spot)
{
    const uint8_t *at = packet + spot->rdata, *end = at + spot->rdata_size;

    if (message->edns)
        return false; /* two of them: RFC 6891 6.1.1 */
    message->edns = true;
    message->rcode |= (int)(spot->ttl_s >> 24) << 4;
    while (end - at >= 4) {
        unsigned code = read16(at);
        ptrdiff_t size = read16(at + 2);

        at += 4;
        if (size > end - at)
            return false;
        if (code == OPTION_EXTENDED_ERROR && size >= 2 && message->extended_error < 0)
            message->extended_error = read16(at);
        at += size;
    }
    return at == end;
}

static bool parse_spot(struct parser *parser, const struct dns_spot *spot)
{
    if (spot->section == DNS_ADDITIONAL)
        return spot->type != TYPE_OPT || parse_opt(parser->message, parser->packet, spot);
    if (spot->rclass != LDNS_RR_CLASS_IN) { /* not what was asked, so what it lacks is not absent */
        parser->why = "a record of another class";
        return false;
    }
    if (spot->type == TYPE_RRSIG && spot->section == DNS_ANSWER)
        note_signature(parser, spot);
    if (!dns_type_name((enum dns_type)spot->type))
        return true;
    return spot->section == DNS_ANSWER ? parse_answer(parser, spot) : parse_authority(parser, spot);
}

static void parse_header(struct dns_message *message, const uint8_t *packet)
{
    message->response = (packet[2] & 0xf8) == 0x80; /* QR, and the opcode of a query */
    message->authoritative = packet[2] & 0x04;
    message->truncated = packet[2] & 0x02;
    message->recursion_available = packet[3] & 0x80;
    message->authentic = packet[3] & 0x20;
    message->rcode = packet[3] & 0x0f;
    message->extended_error = -1;
}

static bool parse_all(struct parser *parser)
{
    const struct dns_scan *scan = parser->scan;
    size_t answers = 0;

    parse_header(parser->message, parser->packet);
    for (size_t i = 0; i < scan->count; i++)
        answers += scan->spots[i].section == DNS_ANSWER;
    parser->message->answer = parser->answer = ARENA_ARRAY(parser->arena, struct dns_rr, answers);
    parser->message->signatures = parser->signatures = ARENA_ARRAY(parser->arena, struct dns_signature, answers);
    for (size_t i = 0; i < scan->count; i++)
        if (!parse_spot(parser, &scan->spots[i]))
            return false;
    return true;
}

static bool parse_guarded(struct parser *parser)
{
    jmp_buf full;
    bool ok;

    if (setjmp(full)) {
        parser->why = "more data than a message may have";
        return false;
    }
    arena_on_exhausted(parser->arena, &full);
    ok = parse_all(parser);
    arena_on_exhausted(parser->arena, NULL);
    return ok;
}

bool dns_wire_parse(struct arena *arena, const uint8_t *packet, const struct dns_scan *scan,
                    struct dns_message *message, const char **why)
{
    struct parser parser = {.arena = arena, .packet = packet, .scan = scan, .message = message};
    bool ok;

    parser.why = "a record that cannot be parsed";
    memset(message, 0, sizeof *message);
    ok = parse_guarded(&parser);
    ldns_rr_free(parser.rr);
    if (!ok)
        *why = parser.why;
    return ok;
}
