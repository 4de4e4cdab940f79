/* tests/fuzz/fuzz_dnssec.c - the signed records of a packet are verified within bounds, survive as text, and prove
 * nothing by accident. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/wire_name.h"
#include "core/collect/dns/dns_wire.h"
#include "core/facts/signed_reply.h"
#include "core/records/denial.h"
#include "core/records/rrset.h"
#include "core/records/trust_anchor.h"
#include "core/records/zone_keys.h"

enum { BYTES = 1 << 24, NOW = 1796000000, NAMES_MAX = 8, TEXTS_MAX = 64 };

static void expect(int ok)
{
    if (!ok)
        abort();
}

static void expect_text(struct arena *arena, const struct wire_record *r)
{
    struct wire_record again;
    const char *why;

    expect(wire_record_parse(arena, wire_record_text(arena, r), &again, &why));
    expect(again.type == r->type && again.ttl_s == r->ttl_s && str_equal(again.owner, r->owner) &&
           str_equal(again.rdata, r->rdata));
}

/* As if they had been verified, so that what they prove is reached. */
static void prove(struct arena *arena, const struct signed_reply *reply, struct str zone, struct str name)
{
    struct denial_record *records = ARENA_ARRAY(arena, struct denial_record, reply->count + 1);
    size_t count = 0;

    for (size_t i = 0; i < reply->count && count < DNSSEC_DENIALS_MAX; i++)
        if (reply->records[i].type == WIRE_NSEC || reply->records[i].type == WIRE_NSEC3)
            records[count++] = (struct denial_record){reply->records[i].owner, reply->records[i].rdata,
                                                      reply->records[i].type == WIRE_NSEC3};
    denial_of_ds(arena, &(struct denials){zone, records, count}, name);
    denial_of_closer_name(arena, &(struct denials){zone, records, count}, name, wire_name_parent(name));
}

static void verify(struct arena *arena, const struct signed_reply *reply, const struct wire_record *r)
{
    static const char *const nobodys = "1 13 2 00";
    struct ds ds[DNSSEC_DS_MAX];
    struct zone_keys keys = {.count = 0};
    struct rrset set = rrset_find(arena, reply, r->owner, WIRE_DS);
    struct verification v;
    bool has_others;

    zone_keys_usable_ds(&set, ds);
    expect(trust_anchor_parse(arena, nobodys, &ds[0]));
    v = zone_keys_verify(arena, reply, r->owner, ds, 1, NOW, &keys);
    expect(v.verdict != RRSET_VERIFIED);
    zone_keys_wanted_ds(arena, reply, r->owner, NOW);
    keys.zone = r->owner;
    set = rrset_find(arena, reply, r->owner, r->type);
    rrset_verify(arena, reply, &set, &keys, NOW);
    zone_keys_denials(arena, reply, &keys, NOW, &has_others);
    prove(arena, reply, wire_name_parent(r->owner), r->owner);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct dns_scan scan;
    struct arena *arena = arena_new(BYTES);
    struct signed_reply reply = {.key = ""};
    const char *const *anchors, *why;

    trust_anchors_read(arena, (struct str){(const char *)data, size}, &anchors, &why);
    if (dns_wire_scan(data, size, &scan, &why)) {
        reply.records = dns_wire_records(arena, data, &scan, &reply.count);
        for (size_t i = 0; i < reply.count && i < TEXTS_MAX; i++)
            expect_text(arena, &reply.records[i]);
        for (size_t i = 0; i < reply.count && i < NAMES_MAX; i++)
            verify(arena, &reply, &reply.records[i]);
    }
    arena_free(arena);
    return 0;
}
