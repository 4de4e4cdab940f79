/* core/collect/dns/dns_reply.c - what a reply amounts to. */
#include "core/collect/dns/dns_question.h"

#include "core/base/arena.h"
#include "core/base/loop.h"
#include "core/base/trace.h"
#include "core/facts/evidence.h"
#include "core/facts/signed_reply.h"

enum {
    FAILURE_TTL_S = 5, /* RFC 9520 3.2; also of a negative answer that does not say how long it lasts */
    BROKEN_MAX = 2,    /* resolvers: so many SERVFAILs, each confirmed with CD, end a question */
};

enum { NO_REACHABLE_AUTHORITY = 22, NETWORK_ERROR = 23 }; /* RFC 8914 */
enum { NOERROR = 0, FORMERR = 1, SERVFAIL = 2, NXDOMAIN = 3, NOTIMP = 4, REFUSED = 5, BADVERS = 16 };

/* Resolvers say SERVFAIL to a chain of aliases that is too long or leads in a circle.  They do tell its links one by
 * one. */
static bool may_be_chain(const struct dns_question *q, const struct dns_message *message)
{
    return q->phase == DNS_ASKING_WITH_CD && q->evidence->key.type != DNS_CNAME &&
           message->extended_error != NO_REACHABLE_AUTHORITY && message->extended_error != NETWORK_ERROR;
}

static void after_second_servfail(struct dns_question *q)
{
    if (++q->broken >= BROKEN_MAX)
        dns_question_give_up(q);
    else
        dns_question_ask_next(q);
}

static void after_servfail(struct dns_question *q, const struct dns_message *message)
{
    if (q->phase == DNS_CONFIRMING && ++q->contradictions == DNS_CONTRADICTIONS) {
        dns_question_finish_bogus(q);
        return;
    }
    dns_question_note_rcode(q, REASON_SERVFAIL, message);
    if (q->reply)
        dns_question_ask_next(q);
    else if ((q->phase == DNS_ASKING || q->phase == DNS_CONFIRMING) && !dns_question_is_own(q)) {
        q->phase = DNS_ASKING_WITH_CD;
        dns_question_ask(q);
    } else if (may_be_chain(q, message)) {
        q->phase = DNS_WALKING;
        q->walked = 0;
        dns_question_ask(q);
    } else {
        after_second_servfail(q);
    }
}

/* The answer came with CD set.  A zone whose servers fail now and then looks like
 * that, too, so unless the resolver's own words say that validation failed, it must
 * go on like this: asked with and without CD until both agree.  (threats.md N13) */
static void after_answer_with_cd(struct dns_question *q, const struct dns_message *message)
{
    q->answer->is_false_ad |= message->authentic;
    if (dns_extended_error_is_bogus(q->setback.extended_error)) {
        dns_question_finish_bogus(q);
        return;
    }
    q->phase = DNS_CONFIRMING;
    dns_question_ask(q);
}

static void note_security(struct dns_question *q, const struct dns_message *message)
{
    bool trusted = !dns_question_is_own(q) && (dns_question_server(q)->is_loopback || q->dns->trust_ad);

    q->all_trusted = q->all_trusted && trusted;
    q->all_authentic = q->all_authentic && message->authentic;
    if (!q->all_trusted)
        q->answer->security = DNS_UNDECIDED;
    else
        q->answer->security = q->all_authentic ? DNS_SECURE : DNS_INSECURE;
}

/* Owners are not compared: of all names in an answer only the last one of a chain has records of the type asked for. */
static void note_algorithms(struct dns_question *q, const struct dns_message *message)
{
    bool used[UINT8_MAX + 1] = {false};
    uint8_t *algorithms;

    for (size_t i = 0; i < message->signature_count; i++) {
        const struct dns_signature *s = &message->signatures[i];

        if (s->covers != q->evidence->key.type)
            continue;
        used[s->algorithm] = true;
        if (!q->answer->signed_until_s || s->from_s < q->answer->signed_from_s)
            q->answer->signed_from_s = s->from_s;
        if (s->until_s > q->answer->signed_until_s)
            q->answer->signed_until_s = s->until_s;
    }
    for (unsigned i = 0; i <= UINT8_MAX; i++)
        q->answer->algorithm_count += used[i];
    q->answer->algorithms = algorithms = ARENA_ARRAY(evidence_arena(q->evidence), uint8_t, q->answer->algorithm_count);
    for (unsigned i = 0; i <= UINT8_MAX; i++)
        if (used[i])
            *algorithms++ = (uint8_t)i;
}

static void finish_with_records(struct dns_question *q, const struct dns_message *message)
{
    note_algorithms(q, message);
    q->answer->records =
        dns_chain_records(&q->chain, evidence_arena(q->evidence), message, q->evidence->key.type, &q->answer->count);
    dns_question_finish(q, DNS_OK, q->chain.ttl_s);
}

static void finish_negative(struct dns_question *q, const struct dns_message *message)
{
    uint32_t ttl_s = FAILURE_TTL_S;

    if (message->has_soa) {
        ttl_s = message->negative_ttl_s < q->chain.ttl_s ? message->negative_ttl_s : q->chain.ttl_s;
        q->answer->zone = str_dup(evidence_arena(q->evidence), message->zone);
    }
    dns_question_finish(q, message->rcode == NXDOMAIN ? DNS_NXDOMAIN : DNS_NODATA, ttl_s);
}

static void finish_nowhere(struct dns_question *q)
{
    dns_question_finish_unknown(q, REASON_PROTOCOL, SIDE_TARGET,
                                q->chain.loops ? "the aliases (CNAME) lead in a circle"
                                               : "there are more aliases (CNAME) in a row than are followed");
}

static void after_link(struct dns_question *q, const struct dns_message *message)
{
    if (dns_chain_step(&q->chain, evidence_arena(q->evidence), message)) {
        q->walked++;
        note_security(q, message);
        if (q->chain.loops || q->chain.too_long)
            finish_nowhere(q);
        else
            dns_question_ask(q);
    } else if (q->walked > 0) {
        dns_question_begin(q); /* where the aliases end, with what was asked for */
    } else {
        after_second_servfail(q);
    }
}

static void note_own(struct dns_question *q, const struct dns_message *message)
{
    q->answer->is_own |= message->authoritative && !dns_question_is_own(q);
}

static void after_answer(struct dns_question *q, const struct dns_message *message)
{
    note_own(q, message);
    switch (dns_chain_follow(&q->chain, evidence_arena(q->evidence), message, q->evidence->key.type)) {
    case DNS_LEADS_TO_RECORDS:
        note_security(q, message);
        finish_with_records(q, message);
        return;
    case DNS_LEADS_TO_NOTHING:
        note_security(q, message);
        if (dns_question_is_own(q) && !message->authoritative) { /* perhaps somebody else between us and the server */
            dns_question_note(q, REASON_PROTOCOL, "it denies what it has no authority over", NULL);
            dns_question_ask_next(q);
            return;
        }
        finish_negative(q, message);
        return;
    case DNS_LEADS_ON:
        note_security(q, message);
        dns_question_begin(q);
        return;
    case DNS_LEADS_NOWHERE:
        finish_nowhere(q);
        return;
    case DNS_LEADS_ASTRAY:
        dns_question_note(q, REASON_PROTOCOL, "it refers to other servers instead of answering", NULL);
        dns_question_ask_next(q);
        return;
    case DNS_LEADS_OFF:
        dns_question_after_malformed(q, "it answers for other names only");
        return;
    }
}

/* What it says is for whoever checks the signatures. */
static void finish_with_reply(struct dns_question *q, const struct dns_message *message)
{
    uint32_t ttl_s = DNS_TTL_MAX_S;

    note_own(q, message);
    q->reply->records =
        dns_wire_records(evidence_arena(q->evidence), q->exchange.reply, q->dns->scan, &q->reply->count);
    for (size_t i = 0; i < q->reply->count; i++)
        if (q->reply->records[i].ttl_s < ttl_s)
            ttl_s = q->reply->records[i].ttl_s;
    dns_question_finish(q, DNS_OK, q->reply->count ? ttl_s : FAILURE_TTL_S);
}

/* Whether the server does EDNS. */
static void note_edns(struct dns_question *q, const struct dns_message *message)
{
    struct dns_resolver *server = dns_question_server(q);
    bool is_answer = message->rcode == NOERROR || message->rcode == NXDOMAIN;

    q->answer->edns = message->edns;
    if (message->edns) {
        server->knows_edns = true;
        server->without_edns = 0;
    } else if (q->edns) {
        server->without_edns += is_answer;
    } else if (q->edns_refused && is_answer) {
        server->without_edns = DNS_WITHOUT_EDNS_MAX;
    } else if (q->edns_ignored && is_answer) {
        server->without_edns++;
    }
}

static void judge_message(struct dns_question *q, const struct dns_message *message)
{
    q->answer->rcode = message->rcode;
    q->answer->extended_error = message->extended_error;
    q->answer->tcp = q->tcp;
    q->answer->server = str_dup(evidence_arena(q->evidence), dns_question_server(q)->text);
    note_edns(q, message);
    switch (message->rcode) {
    case NOERROR:
    case NXDOMAIN:
        if (q->reply)
            finish_with_reply(q, message);
        else if (q->phase == DNS_ASKING_WITH_CD)
            after_answer_with_cd(q, message);
        else if (q->phase == DNS_WALKING)
            after_link(q, message);
        else
            after_answer(q, message);
        break;
    case SERVFAIL:
        after_servfail(q, message);
        break;
    case FORMERR:
    case NOTIMP:
    case BADVERS:
        dns_question_note_rcode(q, REASON_PROTOCOL, message);
        if (q->edns)
            dns_question_ask_without_edns(q);
        else
            dns_question_ask_next(q);
        break;
    case REFUSED:
        dns_question_note_rcode(q, REASON_REFUSED_BY_RESOLVER, message);
        dns_question_ask_next(q);
        break;
    default:
        dns_question_note_rcode(q, REASON_PROTOCOL, message);
        dns_question_ask_next(q);
        break;
    }
}

/* NULL: the reply is fit to be believed, and parsed. */
static const char *check_reply(struct dns_question *q, struct dns_message *message)
{
    struct dns_exchange *exchange = &q->exchange;
    struct dns *dns = q->dns;
    const char *why = "it cannot be parsed";
    bool echoes;

    if (!dns_wire_scan(exchange->reply, exchange->reply_size, dns->scan, &why))
        return why;
    echoes = dns_wire_echoes(q->query, exchange->query_size, exchange->reply, exchange->reply_size, !q->tcp);
    dns_wire_lower_question(exchange->reply, dns->scan);
    if (!dns_wire_parse(dns->scratch, exchange->reply, dns->scan, message, &why))
        return why;
    if (!message->response)
        return "it is no reply to a query";
    if (message->truncated)
        return "it is cut off, over TCP too";
    if (dns->scan->question_count == 0 && (message->rcode == FORMERR || message->rcode == NOTIMP))
        return NULL; /* it did not understand enough to repeat the question */
    return echoes ? NULL : "it repeats another question";
}

void dns_question_after_reply(struct dns_question *q)
{
    const uint8_t *reply = q->exchange.reply;
    struct dns_resolver *server = dns_question_server(q);
    char extended[DNS_EXTENDED_TEXT_MAX];
    struct dns_message message;
    const char *why;

    server->heard_ms = loop_now_ms(q->dns->loop);
    server->silent_until_ms = 0;
    q->dns->heard = q->dns->heard || !dns_question_is_own(q);
    if (!q->tcp && q->exchange.reply_size >= DNS_HEADER_SIZE && reply[2] & 0x02) {
        trace_event(q->dns->trace, "dns<", server->text, "truncated");
        dns_question_ask_over_tcp(q);
        return;
    }
    why = check_reply(q, &message);
    if (why) {
        trace_event(q->dns->trace, "dns<", server->text, "malformed: %s", why);
        dns_question_after_malformed(q, why);
        return;
    }
    trace_event(q->dns->trace, "dns<", server->text, "%s %zu bytes, %zu records%s%s%s", dns_rcode_name(message.rcode),
                q->exchange.reply_size, q->dns->scan->count, message.authentic ? ", AD" : "",
                dns_extended_error_print(message.extended_error, extended),
                q->dns->scan->trailing ? ", trailing bytes" : "");
    judge_message(q, &message);
}
