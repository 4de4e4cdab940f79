/* core/collect/dns/dns_question.c - whom to ask next, and how. */
#include "core/collect/dns/dns_question.h"

#include "core/base/loop.h"
#include "core/base/trace.h"
#include "core/facts/evidence.h"
#include "core/facts/signed_reply.h"

enum {
    PACKETS_MAX = 3 * (DNS_CNAME_MAX + 1), /* of one question, all links of its chain together */
    SILENCE_MS = 30000,                    /* for so long a silent resolver stands back behind the others */
};

struct dns_resolver *dns_question_server(struct dns_question *q)
{
    return &q->servers[q->server];
}

bool dns_question_is_own(const struct dns_question *q)
{
    return q->servers == &q->own;
}

void dns_question_ask(struct dns_question *q)
{
    struct dns *dns = q->dns;
    struct dns_resolver *server = dns_question_server(q);
    unsigned type = q->phase == DNS_WALKING ? DNS_CNAME : q->evidence->key.type;
    char word[WIRE_TYPE_TEXT_MAX];
    unsigned flags = 0;

    if (q->answer->tries >= PACKETS_MAX) {
        dns_question_give_up(q);
        return;
    }
    flags |= dns_question_is_own(q) ? 0 : DNS_QUERY_RECURSION;
    flags |= q->phase == DNS_ASKING_WITH_CD || q->reply ? DNS_QUERY_CD : 0;
    flags |= q->edns ? DNS_QUERY_EDNS : 0;
    flags |= !q->tcp && (dns->random_case || !server->is_loopback) ? DNS_QUERY_RANDOM_CASE : 0;
    q->exchange.query = q->query;
    q->exchange.query_size = dns_wire_query(q->chain.end, type, flags, q->query);
    if (q->exchange.query_size == 0) {
        dns_question_finish_unknown(
            q, REASON_PROTOCOL, SIDE_TARGET,
            "the name cannot be asked for: it or a label of it is too long, or a label is empty");
        return;
    }
    q->exchange.server = server->at;
    q->exchange.tcp = q->tcp;
    q->exchange.is_believed = server->is_loopback;
    q->answer->tries++;
    q->tcp_tried = q->tcp_tried || q->tcp;
    wire_type_print(type, word);
    trace_event(dns->trace, "dns>", server->text, "%s %s%s%s%s", word, *q->chain.end ? q->chain.end : ".",
                q->tcp ? " tcp" : " udp", q->edns ? " edns" : "", flags & DNS_QUERY_CD ? " cd" : "");
    dns_carry(dns->carrier, &q->exchange);
}

/* Forgets what is only true of the server asked before. */
static void begin_server(struct dns_question *q)
{
    q->phase = DNS_ASKING;
    q->edns = q->reply || (!q->is_sample && dns_question_server(q)->without_edns < DNS_WITHOUT_EDNS_MAX);
    q->edns_refused = q->edns_ignored = q->tcp_tried = false;
    q->tcp = q->may_try_udp = q->is_second;
    q->silences = q->contradictions = 0;
    q->since_ms = loop_now_ms(q->dns->loop);
    dns_question_ask(q);
}

void dns_question_ask_next(struct dns_question *q)
{
    if (++q->servers_asked >= q->server_count) {
        dns_question_give_up(q);
        return;
    }
    q->server = (q->server + 1) % q->server_count;
    begin_server(q);
}

/* In the configured order, but one that is known to be silent comes after the others. */
void dns_question_begin(struct dns_question *q)
{
    int64_t now_ms = loop_now_ms(q->dns->loop);

    q->setback = (struct dns_setback){.reason = REASON_NONE};
    q->broken = 0;
    q->servers_asked = 0;
    q->server = 0;
    for (size_t i = 0; i < q->server_count; i++)
        if (q->servers[i].silent_until_ms <= now_ms) {
            q->server = i;
            break;
        }
    begin_server(q);
}

void dns_question_ask_over_tcp(struct dns_question *q)
{
    if (q->tcp_tried) {
        dns_question_ask_next(q);
        return;
    }
    q->tcp = true;
    dns_question_ask(q);
}

void dns_question_ask_without_edns(struct dns_question *q)
{
    q->edns = false;
    q->edns_refused = true;
    dns_question_ask(q);
}

/* A share of the tries for each resolver, the first ones getting more. */
static unsigned udp_tries(const struct dns_question *q)
{
    unsigned share = (unsigned)(DNS_TRIES / q->server_count), rest = (unsigned)(DNS_TRIES % q->server_count);

    share += q->servers_asked < rest;
    return share > 0 ? share : 1;
}

/* A resolver need not offer TCP to us, so for a second opinion UDP will do as well. */
static bool falls_back_to_udp(struct dns_question *q)
{
    if (!q->tcp || !q->may_try_udp)
        return false;
    q->tcp = q->may_try_udp = false;
    dns_question_ask(q);
    return true;
}

/* Unless others have heard of it in the meantime: then it is this question that it has no answer to. */
static void stand_back(struct dns_question *q)
{
    struct dns_resolver *server = dns_question_server(q);

    if (server->heard_ms < q->since_ms)
        server->silent_until_ms = loop_now_ms(q->dns->loop) + SILENCE_MS;
}

/* A few servers drop what has an OPT record; but far more packets are lost, and without one no signature is seen. */
static void leave_edns_out_at_last(struct dns_question *q)
{
    if (!q->edns || q->reply || dns_question_server(q)->knows_edns || q->silences + 1 < udp_tries(q))
        return;
    q->edns = false;
    q->edns_ignored = true;
}

static void after_silence(struct dns_question *q)
{
    struct dns_resolver *server = dns_question_server(q);
    bool stood_back = server->silent_until_ms > loop_now_ms(q->dns->loop);

    if (falls_back_to_udp(q))
        return;
    dns_question_note(q, REASON_TIMEOUT, q->tcp ? "no reply in time over TCP" : "no reply in time", NULL);
    if (!q->tcp && !stood_back && !q->is_sample) {
        if (++q->silences < udp_tries(q)) {
            leave_edns_out_at_last(q);
            dns_question_ask(q);
            return;
        }
        if (!q->tcp_tried) {
            dns_question_ask_over_tcp(q);
            return;
        }
    }
    stand_back(q);
    dns_question_ask_next(q);
}

/* systemd-resolved 257 keeps what it is told, signatures included, and repeats it to whoever asks for these: what a
 * name that does not exist was asked for first, whatever it is asked for now.  Without EDNS nobody asks for
 * signatures. */
static void after_mix_up(struct dns_question *q)
{
    if (q->edns && !q->reply) {
        q->edns = false;
        dns_question_ask(q);
        return;
    }
    dns_question_note(q, REASON_PROTOCOL, "malformed reply", "it repeats another question");
    dns_question_ask_next(q);
}

/* What keeps UDP away need not keep TCP away: many a firewall rejects the one only. */
static bool goes_on_over_tcp(struct dns_question *q)
{
    if (q->tcp || q->tcp_tried || q->is_sample)
        return false;
    dns_question_ask_over_tcp(q);
    return true;
}

/* A server that answers over UDP and refuses TCP breaks RFC 7766 5; one that does neither is down. */
static void after_refused_connection(struct dns_question *q)
{
    bool answers = dns_question_server(q)->heard_ms >= q->since_ms;

    if (falls_back_to_udp(q) || goes_on_over_tcp(q))
        return;
    if (q->tcp && answers)
        dns_question_note(q, REASON_PROTOCOL, "the answer does not fit into UDP, and its TCP connections fail", NULL);
    else
        dns_question_note(q, dns_question_is_own(q) ? REASON_CONNECTION_LOST : REASON_RESOLVER_DOWN,
                          "nothing listens there", NULL);
    stand_back(q);
    dns_question_ask_next(q);
}

static void after_obstacle(struct dns_question *q, enum reason reason, const char *what)
{
    if (falls_back_to_udp(q))
        return;
    dns_question_note_us(q, reason, what);
    if (!goes_on_over_tcp(q))
        dns_question_ask_next(q);
}

void dns_question_after_malformed(struct dns_question *q, const char *why)
{
    dns_question_note(q, REASON_PROTOCOL, "malformed reply", why);
    if (q->tcp)
        dns_question_ask_next(q);
    else
        dns_question_ask_over_tcp(q);
}

static void count(struct dns_question *q)
{
    struct dns_counts *counts = &q->dns->counts;

    if (dns_question_is_own(q))
        return;
    counts->replied += q->exchange.fate == DNS_REPLIED;
    counts->silent += q->exchange.fate == DNS_SILENT;
}

void dns_question_step(struct dns_question *q)
{
    count(q);
    switch (q->exchange.fate) {
    case DNS_REPLIED:
        dns_question_after_reply(q);
        return;
    case DNS_MIXED_UP:
        trace_event(q->dns->trace, "dns<", dns_question_server(q)->text, "the answer to another question");
        after_mix_up(q);
        return;
    case DNS_SILENT:
        trace_event(q->dns->trace, "dns<", dns_question_server(q)->text, "no reply");
        after_silence(q);
        return;
    case DNS_UNREACHABLE:
        trace_event(q->dns->trace, "dns<", dns_question_server(q)->text, "connection refused");
        after_refused_connection(q);
        return;
    case DNS_NO_ROUTE:
        trace_event(q->dns->trace, "dns<", dns_question_server(q)->text, "no route");
        after_obstacle(q, dns_question_server(q)->at.ip.family == IP_V6 ? REASON_NO_IPV6_HERE : REASON_RESOLVER_DOWN,
                       "no route to it");
        return;
    case DNS_FORBIDDEN:
        trace_event(q->dns->trace, "dns<", dns_question_server(q)->text, "not permitted");
        after_obstacle(q, REASON_RESOLVER_DOWN, "this machine, perhaps its firewall, does not permit the question");
        return;
    case DNS_NO_RESOURCES:
        dns_question_finish_unknown(q, REASON_RESOURCES, SIDE_US, trouble_of(REASON_RESOURCES).why);
        return;
    }
}
