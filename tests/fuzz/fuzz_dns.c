/* tests/fuzz/fuzz_dns.c - a packet that passes the scan is parsed within bounds, and its names can be asked for. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/name.h"
#include "core/collect/dns/dns_chain.h"
#include "core/collect/dns/dns_wire.h"

enum { MESSAGE_BYTES = 524288, CHAIN_BYTES = 65536 };

static void expect(int ok)
{
    if (!ok)
        abort();
}

static void expect_name(const char *name)
{
    uint8_t query[DNS_QUERY_MAX];

    expect(strlen(name) < NAME_TEXT_MAX && dns_wire_query(name, DNS_A, DNS_QUERY_EDNS, query) > 0);
}

static void expect_record(const struct dns_record *record)
{
    switch (record->type) {
    case DNS_NS:
    case DNS_CNAME:
    case DNS_PTR:
        expect_name(record->name);
        break;
    case DNS_MX:
        expect_name(record->mx.host);
        break;
    case DNS_SOA:
        expect_name(record->soa.mname);
        expect_name(record->soa.rname);
        break;
    case DNS_TXT:
        expect(record->txt.joined.len <= DNS_TXT_MAX && record->txt.strings > 0);
        break;
    case DNS_TLSA:
        expect(record->tlsa.data.len > 0);
        break;
    case DNS_A:
    case DNS_AAAA:
        expect(record->ip.family != IP_NONE);
        break;
    }
}

static void follow(const struct dns_message *message)
{
    struct arena *arena = arena_new(CHAIN_BYTES);
    struct dns_chain chain = {.end = message->answer[0].owner, .ttl_s = UINT32_MAX};
    enum dns_leads leads = dns_chain_follow(&chain, arena, message, DNS_A);

    expect(chain.count <= DNS_CNAME_MAX + 1);
    expect((leads == DNS_LEADS_NOWHERE) == (chain.loops || chain.too_long));
    arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct dns_scan scan;
    struct dns_message message;
    const char *why = NULL;
    struct arena *arena;

    if (!dns_wire_scan(data, size, &scan, &why)) {
        expect(why != NULL);
        return 0;
    }
    expect(scan.used <= size && scan.count <= DNS_RECORDS_MAX && scan.trailing == (scan.used < size));
    arena = arena_new(MESSAGE_BYTES);
    if (dns_wire_parse(arena, data, &scan, &message, &why)) {
        expect(message.answer_count + message.signature_count <= scan.count);
        for (size_t i = 0; i < message.answer_count; i++) {
            expect_name(message.answer[i].owner);
            expect_record(&message.answer[i].record);
        }
        if (message.answer_count > 0)
            follow(&message);
    }
    expect(arena_used(arena) <= MESSAGE_BYTES + 1024);
    arena_free(arena);
    return 0;
}
