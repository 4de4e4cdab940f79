/* core/collect/dns/dns_chain.c - follows the CNAME chain of one question over all its replies. */
#include "core/collect/dns/dns_chain.h"

#include "core/base/arena.h"
#include "core/base/name.h"

enum { NXDOMAIN = 3 };

static const struct dns_rr *find(const struct dns_message *message, const char *owner, enum dns_type type)
{
    for (size_t i = 0; i < message->answer_count; i++)
        if (message->answer[i].record.type == type && name_equal(message->answer[i].owner, owner))
            return &message->answer[i];
    return NULL;
}

static void shorten(struct dns_chain *chain, uint32_t ttl_s)
{
    if (ttl_s < chain->ttl_s)
        chain->ttl_s = ttl_s;
}

static bool leads_back(const struct dns_chain *chain, const char *target)
{
    for (size_t i = 0; i < chain->count; i++)
        if (name_equal(chain->links[i].owner, target))
            return true;
    return false;
}

static void add_link(struct dns_chain *chain, struct arena *arena, const struct dns_rr *cname)
{
    const char *target = str_dup(arena, cname->record.name);

    shorten(chain, cname->record.ttl_s);
    chain->links[chain->count++] = (struct dns_link){.owner = chain->end, .target = target};
    chain->loops = leads_back(chain, target);
    chain->too_long = !chain->loops && chain->count > DNS_CNAME_MAX;
    chain->end = target;
}

enum dns_leads dns_chain_follow(struct dns_chain *chain, struct arena *arena, const struct dns_message *message,
                                enum dns_type type)
{
    const struct dns_rr *cname;
    bool moved = false;

    while (!find(message, chain->end, type)) {
        cname = type == DNS_CNAME ? NULL : find(message, chain->end, DNS_CNAME);
        if (!cname && (message->rcode == NXDOMAIN || message->has_soa))
            return DNS_LEADS_TO_NOTHING;
        if (!cname && moved)
            return DNS_LEADS_ON;
        if (!cname && message->answer_count > 0)
            return DNS_LEADS_OFF;
        if (!cname)
            return message->has_ns && !message->authoritative ? DNS_LEADS_ASTRAY : DNS_LEADS_TO_NOTHING;
        add_link(chain, arena, cname);
        if (chain->loops || chain->too_long)
            return DNS_LEADS_NOWHERE;
        moved = true;
    }
    return DNS_LEADS_TO_RECORDS;
}

bool dns_chain_step(struct dns_chain *chain, struct arena *arena, const struct dns_message *message)
{
    const struct dns_rr *cname = find(message, chain->end, DNS_CNAME);

    if (cname)
        add_link(chain, arena, cname);
    return cname;
}

static struct dns_record copy(struct arena *arena, struct dns_record record)
{
    switch (record.type) {
    case DNS_NS:
    case DNS_CNAME:
    case DNS_PTR:
        record.name = str_dup(arena, record.name);
        break;
    case DNS_MX:
        record.mx.host = str_dup(arena, record.mx.host);
        break;
    case DNS_TXT:
        record.txt.joined = str_copy(arena, record.txt.joined);
        break;
    case DNS_SOA:
        record.soa.mname = str_dup(arena, record.soa.mname);
        record.soa.rname = str_dup(arena, record.soa.rname);
        break;
    case DNS_TLSA:
        record.tlsa.data = str_copy(arena, record.tlsa.data);
        break;
    case DNS_A:
    case DNS_AAAA:
        break;
    }
    return record;
}

const struct dns_record *dns_chain_records(struct dns_chain *chain, struct arena *arena,
                                           const struct dns_message *message, enum dns_type type, size_t *count)
{
    struct dns_record *records;
    size_t i;

    *count = 0;
    for (i = 0; i < message->answer_count; i++)
        *count += message->answer[i].record.type == type && name_equal(message->answer[i].owner, chain->end);
    records = ARENA_ARRAY(arena, struct dns_record, *count);
    *count = 0;
    for (i = 0; i < message->answer_count; i++)
        if (message->answer[i].record.type == type && name_equal(message->answer[i].owner, chain->end)) {
            records[(*count)++] = copy(arena, message->answer[i].record);
            shorten(chain, message->answer[i].record.ttl_s);
        }
    return records;
}
