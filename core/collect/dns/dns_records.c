/* core/collect/dns/dns_records.c - takes the records out of a packet octet by octet, their names uncompressed. */
#include "core/collect/dns/dns_wire.h"

#include <string.h>

#include "core/base/arena.h"
#include "core/base/name.h"
#include "core/base/wire_name.h"
#include "core/facts/signed_reply.h"

enum { LABEL_POINTER = 0xc0, SOA_NUMBERS = 20, PREFERENCE = 2 };

/* Where pointers lead was looked after by the scan.  Returns what stands behind the name at `at`. */
static size_t copy_name(const uint8_t *packet, size_t at, char *out, size_t *used)
{
    size_t behind = 0;

    for (;;) {
        size_t length = packet[at];

        if (length >= LABEL_POINTER) {
            behind = behind ? behind : at + 2;
            at = (length & 0x3f) << 8 | packet[at + 1];
            continue;
        }
        memcpy(out + *used, packet + at, length + 1);
        *used += length + 1;
        at += length + 1;
        if (length == 0)
            return behind ? behind : at;
    }
}

static struct str owner_of(struct arena *arena, const uint8_t *packet, const struct dns_spot *spot)
{
    char owner[NAME_WIRE_MAX];
    size_t used = 0;

    copy_name(packet, spot->owner, owner, &used);
    return wire_name_lower(arena, (struct str){owner, used});
}

/* Only the types of RFC 1035 may have compressed names (RFC 3597 4), and of these the scan knows ours.  That of DNAME
 * is met compressed, too, from servers that follow RFC 2672. */
static struct str rdata_of(struct arena *arena, const uint8_t *packet, const struct dns_spot *spot)
{
    char data[2 * NAME_WIRE_MAX + SOA_NUMBERS];
    size_t used = 0, behind;

    switch (spot->type) {
    case DNS_NS:
    case DNS_CNAME:
    case DNS_PTR:
    case WIRE_DNAME:
        copy_name(packet, spot->rdata, data, &used);
        break;
    case DNS_MX:
        memcpy(data, packet + spot->rdata, PREFERENCE);
        used = PREFERENCE;
        copy_name(packet, spot->rdata + (size_t)PREFERENCE, data, &used);
        break;
    case DNS_SOA:
        behind = copy_name(packet, spot->rdata, data, &used);
        behind = copy_name(packet, behind, data, &used);
        memcpy(data + used, packet + behind, SOA_NUMBERS);
        used += SOA_NUMBERS;
        break;
    default:
        return str_copy(arena, (struct str){(const char *)packet + spot->rdata, spot->rdata_size});
    }
    return str_copy(arena, (struct str){data, used});
}

const struct wire_record *dns_wire_records(struct arena *arena, const uint8_t *packet, const struct dns_scan *scan,
                                           size_t *count)
{
    struct wire_record *records = ARENA_ARRAY(arena, struct wire_record, scan->count);

    *count = 0;
    for (size_t i = 0; i < scan->count; i++) {
        const struct dns_spot *spot = &scan->spots[i];

        if (spot->section != DNS_ADDITIONAL && spot->rclass == DNS_CLASS_IN)
            records[(*count)++] = (struct wire_record){.owner = owner_of(arena, packet, spot),
                                                       .type = spot->type,
                                                       .ttl_s = spot->ttl_s,
                                                       .rdata = rdata_of(arena, packet, spot),
                                                       .in_answer = spot->section == DNS_ANSWER};
    }
    return records;
}
