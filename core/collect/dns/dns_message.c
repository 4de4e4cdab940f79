/* core/collect/dns/dns_message.c - turns a scanned DNS packet into records. */
#include "core/collect/dns/dns_wire.h"

#include <string.h>

#include "core/base/arena.h"
#include "core/base/name.h"
#include "core/facts/signed_reply.h"

enum { TYPE_OPT = 41, RRSIG_FIXED = 18, OPTION_EXTENDED_ERROR = 15, LABEL_POINTER = 0xc0 };

struct parser {
    struct arena *arena;
    const uint8_t *packet;
    const struct dns_scan *scan;
    struct dns_message *message;
    struct dns_rr *answer;
    struct dns_redirect *redirects;
    struct dns_signature *signatures;
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

static uint32_t read32(const uint8_t *at)
{
    return (uint32_t)read16(at) << 16 | read16(at + 2);
}

static const char *name_at(struct parser *parser, size_t at)
{
    const uint8_t *packet = parser->packet;
    char text[NAME_TEXT_MAX], *copy;
    size_t used = 0;

    while (packet[at] != 0) {
        size_t end = at + 1 + packet[at];

        if (packet[at] >= LABEL_POINTER) {
            at = read16(packet + at) & 0x3fff;
            continue;
        }
        if (used > 0)
            text[used++] = '.';
        for (at++; at < end; at++)
            used += name_octet_print(packet[at], text + used);
    }
    copy = arena_alloc(parser->arena, used + 1);
    memcpy(copy, text, used);
    return copy;
}

static size_t behind_name(const uint8_t *packet, size_t at)
{
    while (packet[at] != 0 && packet[at] < LABEL_POINTER)
        at += 1u + packet[at];
    return packet[at] ? at + 2 : at + 1;
}

static void join_strings(struct arena *arena, const uint8_t *data, size_t size, struct dns_record *record)
{
    char *joined = arena_alloc(arena, size < DNS_TXT_MAX ? size : DNS_TXT_MAX);
    size_t used = 0;

    for (size_t at = 0; at < size; at += 1u + data[at]) {
        size_t part = data[at] < DNS_TXT_MAX - used ? data[at] : DNS_TXT_MAX - used;

        memcpy(joined + used, data + at + 1, part);
        used += part;
        record->txt.oversize = record->txt.oversize || part < data[at];
        record->txt.strings++;
    }
    record->txt.joined = (struct str){joined, used};
}

static void convert(struct parser *parser, const struct dns_spot *spot, struct dns_record *record)
{
    const uint8_t *data = parser->packet + spot->rdata, *soa;
    size_t rname;

    switch (record->type) {
    case DNS_A:
    case DNS_AAAA:
        record->ip = ip_from_bytes(data, spot->rdata_size);
        break;
    case DNS_NS:
    case DNS_CNAME:
    case DNS_PTR:
        record->name = name_at(parser, spot->rdata);
        break;
    case DNS_MX:
        record->mx.preference = read16(data);
        record->mx.host = name_at(parser, spot->rdata + 2u);
        break;
    case DNS_TXT:
        join_strings(parser->arena, data, spot->rdata_size, record);
        break;
    case DNS_SOA:
        rname = behind_name(parser->packet, spot->rdata);
        soa = parser->packet + behind_name(parser->packet, rname);
        record->soa.mname = name_at(parser, spot->rdata);
        record->soa.rname = name_at(parser, rname);
        record->soa.serial = read32(soa);
        record->soa.refresh = read32(soa + 4);
        record->soa.retry = read32(soa + 8);
        record->soa.expire = read32(soa + 12);
        record->soa.minimum = read32(soa + 16);
        break;
    case DNS_TLSA:
        record->tlsa.usage = data[0];
        record->tlsa.selector = data[1];
        record->tlsa.matching = data[2];
        record->tlsa.data = str_copy(parser->arena, (struct str){(const char *)data + 3, spot->rdata_size - 3u});
        break;
    }
}

/* Records of one owner mostly spell it by the same pointer: one copy of the name serves them all. */
static const char *owner_of(struct parser *parser, const struct dns_spot *spot)
{
    const uint8_t *owner = parser->packet + spot->owner;
    unsigned pointer = owner[0] >= LABEL_POINTER ? read16(owner) : 0;

    if (!pointer || pointer != parser->last_pointer)
        parser->last_owner = name_at(parser, spot->owner);
    parser->last_pointer = pointer;
    return parser->last_owner;
}

static void parse_answer(struct parser *parser, const struct dns_spot *spot)
{
    struct dns_rr *to = &parser->answer[parser->message->answer_count++];

    to->owner = owner_of(parser, spot);
    to->record.type = (enum dns_type)spot->type;
    to->record.ttl_s = ttl_of(spot->ttl_s);
    convert(parser, spot, &to->record);
}

static void note_redirect(struct parser *parser, const struct dns_spot *spot)
{
    parser->redirects[parser->message->redirect_count++] = (struct dns_redirect){
        .owner = owner_of(parser, spot), .target = name_at(parser, spot->rdata), .ttl_s = ttl_of(spot->ttl_s)};
}

static void note_signature(struct parser *parser, const struct dns_spot *spot)
{
    const uint8_t *rdata = parser->packet + spot->rdata;

    if (spot->rdata_size > RRSIG_FIXED)
        parser->signatures[parser->message->signature_count++] =
            (struct dns_signature){read16(rdata), rdata[2], read32(rdata + 12), read32(rdata + 8)};
}

/* RFC 2308 5: for as long as the lower of the SOA's TTL and its minimum. */
static void parse_authority(struct parser *parser, const struct dns_spot *spot)
{
    struct dns_message *message = parser->message;
    uint32_t minimum, ttl = ttl_of(spot->ttl_s);

    message->has_ns = message->has_ns || spot->type == DNS_NS;
    if (spot->type != DNS_SOA || message->has_soa)
        return;
    minimum = ttl_of(read32(parser->packet + spot->rdata + spot->rdata_size - 4));
    message->has_soa = true;
    message->zone = name_at(parser, spot->owner);
    message->negative_ttl_s = minimum < ttl ? minimum : ttl;
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
    if (spot->rclass != DNS_CLASS_IN) { /* not what was asked, so what it lacks is not absent */
        parser->why = "a record of another class";
        return false;
    }
    if (spot->section != DNS_ANSWER) {
        if (dns_type_name((enum dns_type)spot->type))
            parse_authority(parser, spot);
    } else if (spot->type == WIRE_DNAME) {
        note_redirect(parser, spot);
    } else if (spot->type == WIRE_RRSIG) {
        note_signature(parser, spot);
    } else if (dns_type_name((enum dns_type)spot->type)) {
        parse_answer(parser, spot);
    }
    return true;
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
    parser->message->redirects = parser->redirects = ARENA_ARRAY(parser->arena, struct dns_redirect, answers);
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

    parser.why = "options of EDNS that cannot be parsed";
    memset(message, 0, sizeof *message);
    ok = parse_guarded(&parser);
    if (!ok)
        *why = parser.why;
    return ok;
}
