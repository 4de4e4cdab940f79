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

/* Where the name is an alias: what its CNAME record says, or where there is none, a DNAME record above it.  Servers
 * make the former of the latter for whoever asks (RFC 6672 3.1); not all of them do.  NULL: it is no alias. */
static const char *target_of(struct arena *arena, const struct dns_message *message, const char *name, uint32_t *ttl_s)
{
    const struct dns_rr *cname = find(message, name, DNS_CNAME);
    const char *target;

    if (cname) {
        *ttl_s = cname->record.ttl_s;
        return str_dup(arena, cname->record.name);
    }
    for (size_t i = 0; i < message->redirect_count; i++) {
        const struct dns_redirect *r = &message->redirects[i];

        target = name_redirected(arena, name, r->owner, r->target);
        *ttl_s = r->ttl_s;
        if (target)
            return target;
    }
    return NULL;
}

static void add_link(struct dns_chain *chain, const char *target, uint32_t ttl_s)
{
    shorten(chain, ttl_s);
    chain->links[chain->count++] = (struct dns_link){.owner = chain->end, .target = target};
    chain->loops = leads_back(chain, target);
    chain->too_long = !chain->loops && chain->count > DNS_CNAME_MAX;
    chain->end = target;
}

enum dns_leads dns_chain_follow(struct dns_chain *chain, struct arena *arena, const struct dns_message *message,
                                enum dns_type type)
{
    const char *target;
    bool moved = false;
    uint32_t ttl_s;

    while (!find(message, chain->end, type)) {
        target = type == DNS_CNAME ? NULL : target_of(arena, message, chain->end, &ttl_s);
        if (!target && (message->rcode == NXDOMAIN || message->has_soa))
            return DNS_LEADS_TO_NOTHING;
        if (!target && moved)
            return DNS_LEADS_ON;
        if (!target && message->answer_count + message->redirect_count > 0)
            return DNS_LEADS_OFF;
        if (!target)
            return message->has_ns && !message->authoritative ? DNS_LEADS_ASTRAY : DNS_LEADS_TO_NOTHING;
        add_link(chain, target, ttl_s);
        if (chain->loops || chain->too_long)
            return DNS_LEADS_NOWHERE;
        moved = true;
    }
    return DNS_LEADS_TO_RECORDS;
}

bool dns_chain_step(struct dns_chain *chain, struct arena *arena, const struct dns_message *message)
{
    uint32_t ttl_s;
    const char *target = target_of(arena, message, chain->end, &ttl_s);

    if (target)
        add_link(chain, target, ttl_s);
    return target;
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
