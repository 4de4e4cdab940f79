/* core/derive/run.c - how a probe's wishes reach the evidence store, and what it is told when there is no time left. */
#include "core/derive/run.h"

#include "core/base/arena.h"
#include "core/base/ip_network.h"
#include "core/base/limits.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/base/url.h"
#include "core/derive/bogus.h"
#include "core/derive/fresh.h"
#include "core/derive/planned.h"
#include "core/derive/resolver.h"
#include "core/derive/run_internal.h"
#include "core/facts/https_response.h"
#include "core/facts/smtp_session.h"
#include "core/facts/target.h"
#include "core/facts/turn.h"
#include "core/facts/unfetched.h"
#include "core/facts/vantage.h"

struct budget {
    size_t *asked;
    size_t most;
};

static struct budget budget_of(struct run *run, const struct key *key)
{
    struct audit_view *audit = run->audit;

    if (key->kind == EVIDENCE_DNSSEC)
        return (struct budget){&audit->signed_questions, DNSSEC_QUERIES_PER_AUDIT + audit->granted};

    if (key->is_of_blocklist)
        return (struct budget){&audit->dnsbl_questions, DNSBL_QUERIES_PER_AUDIT};
    if (run->is_extra)
        return (struct budget){&audit->extra_questions, RANGE_QUERIES_PER_AUDIT};
    return (struct budget){&audit->dns_questions, DNS_QUERIES_PER_AUDIT + audit->granted};
}

void run_grant(struct run *run, size_t questions)
{
    struct audit_view *audit = run->audit;

    audit->granted = questions > audit->granted ? questions : audit->granted;
}

static bool is_counted(const struct key *key)
{
    return key->kind == EVIDENCE_DNS || key->kind == EVIDENCE_DNSSEC;
}

/* `pinned`: it has been asked for before, by this audit. */
static bool is_known_or_affordable(struct run *run, const struct key *key, bool pinned)
{
    const struct evidence *known = store_find(run->audit->store, key, &run->audit->waiter);
    struct budget budget;

    if (known && known->known)
        return true;
    if (run->audit->spent || run->last)
        return false;
    if (!is_counted(key) || run->audit->is_free)
        return true;
    budget = budget_of(run, key);
    return *budget.asked < budget.most || pinned;
}

/* Where others went first, that is said, and not taken for a slow server. */
static struct trouble why_unfetched(struct run *run, const struct evidence *open)
{
    struct trouble trouble = trouble_of(REASON_BUDGET);
    const struct turn *turn = open ? open->turn : NULL;
    const char *network;
    long long waited_s;

    if (!turn)
        return trouble;
    network = ip_network_text(run->arena, &turn->network);
    waited_s = evidence_waits_ms(open) / 1000;
    if (*turn->audits > 1)
        trouble.why = str_printf(run->arena, "it waited %lld s for its turn at %s, with %u other %s", waited_s, network,
                                 *turn->audits - 1, *turn->audits == 2 ? "audit" : "audits");
    else
        trouble.why =
            str_printf(run->arena, "it waited %lld s for its turn at %s, where this audit has %d connections at most",
                       waited_s, network, NET_SESSIONS - 1);
    return trouble;
}

static const void *unfetched(struct run *run, const struct key *key, struct trouble why)
{
    return evidence_unfetched(run->arena, key, key_text(run->arena, key), why);
}

static const void *want(struct run *run, const struct key *key)
{
    bool is_new;
    struct evidence *evidence = store_want(run->audit->store, key, &run->audit->waiter, run->probe, &is_new);

    if (!evidence || (evidence->known && !evidence->value))
        arena_exhaust(run->arena);
    if (is_new && is_counted(key))
        ++*budget_of(run, key).asked;
    if (evidence->known)
        return evidence->value;
    derived_waits_for(run, evidence);
    run->open_wishes++;
    return NULL;
}

/* The value of evidence, trouble included; NULL: on its way.  Nearly always it is known and pinned already: probes ask
 * again each time that they run. */
static const void *need(struct run *run, const struct key *key)
{
    const struct audit_view *audit = run->audit;
    const struct waiter *whose = audit->base ? &audit->base->waiter : &audit->waiter;
    const struct evidence *pinned = store_find_pinned(audit->store, key, whose);
    const void *value = pinned && pinned->known ? pinned->value : NULL;

    if (audit->base)
        return value ? value : unfetched(run, key, trouble_of(REASON_BUDGET));
    if (run->only_looks) {
        run->refused = true;
        return value;
    }
    if (value)
        return value;
    if (is_known_or_affordable(run, key, pinned))
        return want(run, key);
    run->refused = true;
    return unfetched(run, key, why_unfetched(run, pinned));
}

const struct dns_answer *need_dns_of_world(struct run *run, const char *name, enum dns_type type, unsigned nth)
{
    return need(run, &(struct key){.kind = EVIDENCE_DNS, .name = name, .type = type, .nth = nth});
}

static const struct dns_answer *need_resolved(struct run *run, const char *name, enum dns_type type, unsigned nth)
{
    return run->audit->plan || run->audit->trial ? need_planned(run, name, type, nth)
                                                 : need_dns_of_world(run, name, type, nth);
}

const struct dns_answer *need_dns_unjudged(struct run *run, const char *name, enum dns_type type)
{
    return need_resolved(run, name, type, 1);
}

const struct dns_answer *need_dns_unvalidated(struct run *run, const char *name, enum dns_type type)
{
    const struct dns_answer *answer = resolver_believe(run, need_dns_unjudged(run, name, type), type);

    return run->audit->asks_zones ? need_fresh(run, name, type, answer) : answer;
}

const struct dns_answer *need_dns(struct run *run, const char *name, enum dns_type type)
{
    return bogus_doubt(run, name, need_dns_unvalidated(run, name, type));
}

const struct dns_answer *need_dns_again(struct run *run, const char *name, enum dns_type type)
{
    return bogus_doubt(run, name, resolver_believe(run, need_resolved(run, name, type, 2), type));
}

const struct dns_answer *need_dns_at(struct run *run, const struct ip *server, const char *name, enum dns_type type)
{
    return need(run, &(struct key){.kind = EVIDENCE_DNS, .name = name, .type = type, .ip = *server, .nth = 1});
}

const struct dns_answer *need_dns_sample(struct run *run, const struct ip *server, const char *name, enum dns_type type,
                                         unsigned sample)
{
    return need(run, &(struct key){.kind = EVIDENCE_DNS, .name = name, .type = type, .ip = *server, .nth = sample + 2});
}

const struct signed_reply *need_signed(struct run *run, const char *name, unsigned type)
{
    return need(
        run,
        &(struct key){.kind = EVIDENCE_DNSSEC, .name = name_lower(run->arena, name), .type = (uint16_t)type, .nth = 1});
}

const struct signed_reply *need_signed_at(struct run *run, const struct ip *server, const char *name, unsigned type)
{
    return need(run, &(struct key){.kind = EVIDENCE_DNSSEC,
                                   .name = name_lower(run->arena, name),
                                   .type = (uint16_t)type,
                                   .ip = *server,
                                   .nth = 1});
}

const struct dns_answer *need_dnsbl(struct run *run, const char *name)
{
    struct key key = {.kind = EVIDENCE_DNS, .name = name, .type = DNS_A, .nth = 1, .is_of_blocklist = true};

    return resolver_believe(run, need(run, &key), DNS_A);
}

static struct key smtp_key(const struct run *run, const struct ip *ip, const char *mx_host)
{
    return (struct key){
        .kind = EVIDENCE_SMTP, .name = mx_host, .ip = *ip, .port = run->audit->target->smtp_port, .nth = 1};
}

const struct smtp_session *need_smtp(struct run *run, const struct ip *ip, const char *mx_host)
{
    struct key key = smtp_key(run, ip, mx_host);

    return need(run, &key);
}

const struct smtp_session *need_smtp_again(struct run *run, const struct ip *ip, const char *mx_host)
{
    struct key key = smtp_key(run, ip, mx_host);

    key.nth = 2;
    return need(run, &key);
}

const struct smtp_session *need_smtp_trial(struct run *run, const struct ip *ip, const char *mx_host,
                                           enum smtp_trial trial, const char *recipient)
{
    struct key key = smtp_key(run, ip, mx_host);

    key.trial = trial;
    key.recipient = recipient;
    return need(run, &key);
}

const struct smtp_session *need_connect(struct run *run, const struct ip *ip, uint16_t port)
{
    return need(run, &(struct key){.kind = EVIDENCE_CONNECT, .ip = *ip, .port = port, .nth = 1});
}

const struct https_response *need_https(struct run *run, const char *url, const struct ip *addresses, size_t count,
                                        size_t body_max)
{
    struct key key = {.kind = EVIDENCE_HTTPS,
                      .name = url,
                      .nth = 1,
                      .addresses = addresses,
                      .address_count = count,
                      .body_max = body_max};
    struct https_response *refused;
    struct url parsed;

    if (url_parse(run->arena, url, &parsed))
        return need(run, &key);
    refused = ARENA_NEW(run->arena, struct https_response);
    *refused = (struct https_response){.key = "",
                                       .url = url,
                                       .end = HTTPS_END_NOT_CONTACTED,
                                       .trouble = trouble_of(REASON_PROTOCOL),
                                       .connect_ms = -1,
                                       .total_ms = -1};
    return refused;
}

const struct vantage *need_vantage(struct run *run)
{
    return need(run, &(struct key){.kind = EVIDENCE_VANTAGE, .nth = 1});
}

const int64_t *need_now(struct run *run)
{
    return need(run, &(struct key){.kind = EVIDENCE_NOW, .nth = 1});
}

const struct target *run_target(const struct run *run)
{
    return run->audit->target;
}

struct arena *run_arena(struct run *run)
{
    return run->arena;
}
