/* core/collect/dns/dns.c - the DNS collector: questions are born, and become evidence. */
#include "core/collect/dns/dns.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/loop.h"
#include "core/collect/dns/dns_question.h"
#include "core/facts/evidence.h"
#include "core/facts/signed_reply.h"

enum {
    DNS_PORT = 53,
    MESSAGE_BYTES =
        524288, /* what the values of one message may take: what is kept of it then fits into EVIDENCE_BYTES */
};

static void question_free(struct dns_question *q)
{
    dns_cancel(&q->exchange);
    *q->back = q->next;
    if (q->next)
        q->next->back = q->back;
    free(q);
}

static struct dns_answer unknown_answer(const struct evidence *evidence, enum reason reason)
{
    return (struct dns_answer){.key = evidence->text,
                               .status = DNS_UNKNOWN,
                               .trouble = trouble_of(reason),
                               .rcode = -1,
                               .extended_error = -1,
                               .server = ""};
}

/* What a question learns is bounded (MESSAGE_BYTES, DNS_CNAME_MAX), so an arena that is spent means that the machine's
 * memory is. */
static void guarded(struct dns_question *q, void (*work)(struct dns_question *))
{
    struct arena *arena = evidence_arena(q->evidence);
    jmp_buf spent;

    if (setjmp(spent) == 0) {
        arena_on_exhausted(arena, &spent);
        work(q);
    } else {
        *q->answer = unknown_answer(q->evidence, REASON_RESOURCES);
        q->finished = true;
    }
    arena_on_exhausted(evidence_arena(q->evidence), NULL);
}

static const struct signed_reply *signed_reply(struct dns_question *q)
{
    struct signed_reply *reply = q->reply;

    reply->trouble = q->answer->trouble;
    reply->rcode = q->answer->rcode;
    reply->server = q->answer->server;
    reply->is_own = q->answer->is_own;
    return reply;
}

static void publish_if_finished(struct dns_question *q)
{
    struct evidence *evidence = q->evidence;
    const struct dns_answer *answer = q->answer;
    const void *value = answer;
    uint32_t shared_s = q->is_sample ? 0 : answer->ttl_s; /* whether a server answers is true of its moment only */

    if (!q->finished)
        return;
    if (q->reply)
        value = signed_reply(q);
    question_free(q);
    evidence_known(evidence, value, shared_s);
}

static void on_done(struct dns_exchange *exchange)
{
    struct dns_question *q = (void *)((char *)exchange - offsetof(struct dns_question, exchange));

    guarded(q, dns_question_step);
    arena_reset(q->dns->scratch);
    publish_if_finished(q);
}

static void resolver_init(struct dns_resolver *resolver, const struct dns_server *server)
{
    static const struct ip loopback6 = {.family = IP_V6, .bytes = {[15] = 1}};

    *resolver = (struct dns_resolver){.at = *server, .heard_ms = -1};
    resolver->is_loopback = server->ip.family == IP_V4 ? server->ip.bytes[0] == 127 : ip_equal(&server->ip, &loopback6);
    dns_server_print(server, resolver->text);
}

static struct dns_question *question_new(struct dns *dns, struct evidence *evidence)
{
    struct dns_question *q = calloc(1, sizeof *q);
    const struct key *key = &evidence->key;

    if (!q)
        return NULL;
    q->dns = dns;
    q->evidence = evidence;
    q->chain.end = key->name;
    q->chain.ttl_s = UINT32_MAX;
    q->servers = dns->servers;
    q->server_count = dns->server_count;
    q->all_trusted = q->all_authentic = true;
    q->exchange.done = on_done;
    if (key->ip.family != IP_NONE) {
        resolver_init(&q->own, &(struct dns_server){.ip = key->ip, .port = key->port ? key->port : DNS_PORT});
        q->servers = &q->own;
        q->server_count = 1;
        q->is_sample = key->nth > 1;
    } else {
        q->is_second = key->nth > 1;
    }
    q->next = dns->questions;
    q->back = &dns->questions;
    if (q->next)
        q->next->back = &q->next;
    dns->questions = q;
    return q;
}

/* NULL: not even that fits. */
static struct dns_answer *answer_new(struct evidence *evidence, struct signed_reply **reply)
{
    struct arena *arena = evidence_arena(evidence);
    struct dns_answer *volatile answer = NULL;
    jmp_buf spent;

    if (setjmp(spent) == 0) {
        arena_on_exhausted(arena, &spent);
        answer = ARENA_NEW(arena, struct dns_answer);
        *answer = unknown_answer(evidence, REASON_RESOURCES);
        if (evidence->key.kind == EVIDENCE_DNSSEC)
            *reply = ARENA_NEW(arena, struct signed_reply);
    } else {
        answer = NULL;
    }
    arena_on_exhausted(evidence_arena(evidence), NULL);
    return answer;
}

void dns_collect(struct dns *dns, struct evidence *evidence)
{
    static const struct dns_answer unanswered = {
        .key = "",
        .status = DNS_UNKNOWN,
        .trouble = {REASON_RESOURCES, SIDE_US, "this machine ran out of memory"},
        .rcode = -1,
        .extended_error = -1,
        .server = "",
    };
    static const struct signed_reply no_memory_for_reply = {
        .key = "", .trouble = {REASON_RESOURCES, SIDE_US, "this machine ran out of memory"}, .rcode = -1, .server = ""};
    struct signed_reply *reply = NULL;
    struct dns_answer *answer = answer_new(evidence, &reply);
    struct dns_question *q = answer ? question_new(dns, evidence) : NULL;

    if (!q && evidence->key.kind == EVIDENCE_DNSSEC) {
        evidence_known(evidence, &no_memory_for_reply, 0);
        return;
    }
    if (!q) {
        evidence_known(evidence, answer ? answer : &unanswered, 0);
        return;
    }
    q->answer = answer;
    q->reply = reply;
    if (reply)
        reply->key = evidence->text;
    if (q->server_count == 0)
        guarded(q, dns_question_finish_no_server);
    else
        guarded(q, dns_question_begin);
    publish_if_finished(q);
}

struct dns *dns_new(struct loop *loop, const struct dns_config *config)
{
    struct dns *dns = calloc(1, sizeof *dns);

    if (!dns)
        return NULL;
    dns->loop = loop;
    dns->trace = config->trace;
    dns->trust_ad = config->trust_ad;
    dns->random_case = config->random_case;
    dns->server_count = config->server_count;
    dns->servers = calloc(config->server_count + 1, sizeof *dns->servers);
    dns->scan = malloc(sizeof *dns->scan);
    dns->scratch = arena_new(MESSAGE_BYTES);
    dns->carrier = dns_carrier_new(loop, config->try_ms > 0 ? config->try_ms : DNS_TRY_MS,
                                   config->tcp_ms > 0 ? config->tcp_ms : DNS_TCP_MS);
    if (!dns->servers || !dns->scan || !dns->scratch || !dns->carrier) {
        dns_free(dns);
        return NULL;
    }
    for (size_t i = 0; i < config->server_count; i++)
        resolver_init(&dns->servers[i], &config->servers[i]);
    return dns;
}

struct dns_counts dns_counts(const struct dns *dns)
{
    return dns->counts;
}

void dns_free(struct dns *dns)
{
    if (!dns)
        return;
    while (dns->questions)
        question_free(dns->questions);
    dns_carrier_free(dns->carrier);
    arena_free(dns->scratch);
    free(dns->scan);
    free(dns->servers);
    free(dns);
}
