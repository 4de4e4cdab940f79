/* core/derive/run.c - how a probe's wishes reach the evidence store, and what it is told when there is no time left. */
#include "core/derive/run.h"

#include "core/audit/recording.h"
#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/str.h"
#include "core/base/url.h"
#include "core/derive/resolver.h"
#include "core/derive/run_internal.h"
#include "core/facts/https_response.h"
#include "core/facts/smtp_session.h"
#include "core/facts/target.h"
#include "core/facts/vantage.h"

struct budget {
    size_t *asked;
    size_t most;
};

static struct budget budget_of(struct run *run, const struct key *key)
{
    struct audit_view *audit = run->audit;

    if (key->is_of_blocklist)
        return (struct budget){&audit->dnsbl_questions, DNSBL_QUERIES_PER_AUDIT};
    if (run->is_extra)
        return (struct budget){&audit->extra_questions, RANGE_QUERIES_PER_AUDIT};
    return (struct budget){&audit->dns_questions, DNS_QUERIES_PER_AUDIT};
}

static bool is_pinned_or_affordable(struct run *run, const struct key *key, const char *text)
{
    const struct evidence *known = store_find(run->audit->store, text, &run->audit->waiter);
    struct budget budget;

    if (known && known->known)
        return true;
    if (run->audit->spent || run->last)
        return false;
    if (run->audit->replay)
        return recording_has(run->audit->replay, text);
    if (key->kind != EVIDENCE_DNS)
        return true;
    budget = budget_of(run, key);
    return *budget.asked < budget.most || store_is_pinned(run->audit->store, text, &run->audit->waiter);
}

/* The value of known evidence.  NULL with *over false: on its way; with *over true: it will not come. */
static const void *need(struct run *run, const struct key *key, const char **text, bool *over)
{
    struct evidence *evidence;
    bool is_new;

    *text = key_text(run->arena, key);
    *over = false;
    if (!is_pinned_or_affordable(run, key, *text)) {
        *over = true;
        return NULL;
    }
    evidence = store_want(run->audit->store, key, &run->audit->waiter, run->probe, &is_new);
    if (!evidence || (evidence->known && !evidence->value))
        arena_exhaust(run->arena);
    if (is_new && key->kind == EVIDENCE_DNS)
        ++*budget_of(run, key).asked;
    if (evidence->known)
        return evidence->value;
    run->open_wishes++;
    return NULL;
}

static const struct dns_answer *need_answer(struct run *run, const struct key *key)
{
    const char *text;
    bool over;
    const struct dns_answer *answer = need(run, key, &text, &over);
    struct dns_answer *none;

    if (answer || !over)
        return answer;
    none = ARENA_NEW(run->arena, struct dns_answer);
    *none = (struct dns_answer){.key = text,
                                .status = DNS_UNKNOWN,
                                .trouble = trouble_of(REASON_BUDGET),
                                .rcode = -1,
                                .extended_error = -1,
                                .server = ""};
    return none;
}

const struct dns_answer *need_dns_unjudged(struct run *run, const char *name, enum dns_type type)
{
    return need_answer(run, &(struct key){.kind = EVIDENCE_DNS, .name = name, .type = type, .nth = 1});
}

const struct dns_answer *need_dns(struct run *run, const char *name, enum dns_type type)
{
    return resolver_believe(run, need_dns_unjudged(run, name, type));
}

const struct dns_answer *need_dns_again(struct run *run, const char *name, enum dns_type type)
{
    return resolver_believe(
        run, need_answer(run, &(struct key){.kind = EVIDENCE_DNS, .name = name, .type = type, .nth = 2}));
}

const struct dns_answer *need_dns_at(struct run *run, const struct ip *server, const char *name, enum dns_type type)
{
    return need_answer(run, &(struct key){.kind = EVIDENCE_DNS, .name = name, .type = type, .ip = *server, .nth = 1});
}

const struct dns_answer *need_dns_sample(struct run *run, const struct ip *server, const char *name, enum dns_type type, unsigned sample)
{
    return need_answer(run, &(struct key){.kind = EVIDENCE_DNS, .name = name, .type = type, .ip = *server, .nth = sample + 2});
}

const struct dns_answer *need_dnsbl(struct run *run, const char *name)
{
    struct key key = {.kind = EVIDENCE_DNS, .name = name, .type = DNS_A, .nth = 1, .is_of_blocklist = true};

    return resolver_believe(run, need_answer(run, &key));
}

static const struct smtp_session *need_session(struct run *run, const struct key *key)
{
    const char *text;
    bool over;
    const struct smtp_session *session = need(run, key, &text, &over);
    struct smtp_session *none;

    if (session || !over)
        return session;
    none = ARENA_NEW(run->arena, struct smtp_session);
    *none = (struct smtp_session){.key = text,
                                  .ip = key->ip,
                                  .port = key->port,
                                  .server_name = key->name ? key->name : "",
                                  .end = SMTP_END_BUDGET,
                                  .state = SMTP_CONNECTING,
                                  .trouble = trouble_of(REASON_BUDGET),
                                  .our_name = "",
                                  .connect_ms = -1,
                                  .greeting_ms = -1};
    return none;
}

static struct key smtp_key(const struct run *run, const struct ip *ip, const char *mx_host)
{
    return (struct key){
        .kind = EVIDENCE_SMTP, .name = mx_host, .ip = *ip, .port = run->audit->target->smtp_port, .nth = 1};
}

const struct smtp_session *need_smtp(struct run *run, const struct ip *ip, const char *mx_host)
{
    struct key key = smtp_key(run, ip, mx_host);

    return need_session(run, &key);
}

const struct smtp_session *need_smtp_again(struct run *run, const struct ip *ip, const char *mx_host)
{
    struct key key = smtp_key(run, ip, mx_host);

    key.nth = 2;
    return need_session(run, &key);
}

const struct smtp_session *need_smtp_trial(struct run *run, const struct ip *ip, const char *mx_host,
                                           enum smtp_trial trial, const char *recipient)
{
    struct key key = smtp_key(run, ip, mx_host);

    key.trial = trial;
    key.recipient = recipient;
    return need_session(run, &key);
}

const struct smtp_session *need_connect(struct run *run, const struct ip *ip, uint16_t port)
{
    return need_session(run, &(struct key){.kind = EVIDENCE_CONNECT, .ip = *ip, .port = port, .nth = 1});
}

static const struct https_response *no_response(struct run *run, const char *key, const char *url, enum https_end end,
                                                enum reason reason)
{
    struct https_response *none = ARENA_NEW(run->arena, struct https_response);

    *none = (struct https_response){
        .key = key, .url = url, .end = end, .trouble = trouble_of(reason), .connect_ms = -1, .total_ms = -1};
    return none;
}

const struct https_response *need_https(struct run *run, const char *url, const struct ip *addresses, size_t count, size_t body_max)
{
    struct key key = {
        .kind = EVIDENCE_HTTPS, .name = url, .nth = 1, .addresses = addresses, .address_count = count, .body_max = body_max};
    const struct https_response *response;
    const char *text;
    struct url parsed;
    bool over;

    if (!url_parse(run->arena, url, &parsed))
        return no_response(run, "", url, HTTPS_END_NOT_CONTACTED, REASON_PROTOCOL);
    response = need(run, &key, &text, &over);
    return over ? no_response(run, text, url, HTTPS_END_BUDGET, REASON_BUDGET) : response;
}

const struct vantage *need_vantage(struct run *run)
{
    static const struct vantage nothing = {.host = ""};
    const char *text;
    bool over;
    const struct vantage *vantage = need(run, &(struct key){.kind = EVIDENCE_VANTAGE, .nth = 1}, &text, &over);

    return over ? &nothing : vantage;
}

const int64_t *need_now(struct run *run)
{
    static const int64_t epoch = 0;
    const char *text;
    bool over;
    const int64_t *now = need(run, &(struct key){.kind = EVIDENCE_NOW, .nth = 1}, &text, &over);

    return over ? &epoch : now;
}

const struct target *run_target(const struct run *run)
{
    return run->audit->target;
}

struct arena *run_arena(struct run *run)
{
    return run->arena;
}
