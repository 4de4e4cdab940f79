/* core/collect/dns/dns_outcome.c - how a question to the DNS ends: known, or with the weightiest of its setbacks. */
#include "core/collect/dns/dns_question.h"

#include <string.h>

#include "core/base/arena.h"
#include "core/facts/evidence.h"

enum { FAILURE_TTL_S = 5 /* RFC 9520 3.2 */ };

void dns_question_finish(struct dns_question *q, enum dns_status status, uint32_t ttl_s)
{
    struct dns_answer *answer = q->answer;
    struct dns_link *links = ARENA_ARRAY(evidence_arena(q->evidence), struct dns_link, q->chain.count);

    if (q->chain.count > 0)
        memcpy(links, q->chain.links, q->chain.count * sizeof *links);
    answer->chain = links;
    answer->chain_count = q->chain.count;
    answer->chain_loops = q->chain.loops;
    answer->chain_too_long = q->chain.too_long;
    answer->status = status;
    if (status != DNS_UNKNOWN)
        answer->trouble = (struct trouble){.reason = REASON_NONE};
    answer->ttl_s = ttl_s < DNS_TTL_MAX_S ? ttl_s : DNS_TTL_MAX_S;
    q->finished = true;
}

void dns_question_finish_unknown(struct dns_question *q, enum reason reason, enum side side, const char *why)
{
    q->answer->trouble = trouble_of(reason);
    q->answer->trouble.side = side;
    q->answer->trouble.why = why;
    q->answer->security = reason == REASON_DNSSEC_BOGUS ? DNS_BOGUS : DNS_UNDECIDED;
    dns_question_finish(q, DNS_UNKNOWN, FAILURE_TTL_S);
}

/* What says more about the name or about who is at fault hides what says less. */
static unsigned weight(enum reason reason, enum side side)
{
    switch (reason) {
    case REASON_DNSSEC_BOGUS:
        return 9;
    case REASON_SERVFAIL:
        return 8;
    case REASON_REFUSED_BY_RESOLVER:
        return 7;
    case REASON_PROTOCOL:
        return 6;
    case REASON_TIMEOUT:
        return 4;
    case REASON_NO_IPV6_HERE:
        return 3;
    case REASON_CONNECTION_LOST:
        return 2;
    case REASON_RESOLVER_DOWN: /* who cannot send hears nothing */
        return side == SIDE_US ? 5 : 1;
    default:
        return 0;
    }
}

/* A server that was named by the key of the evidence is not a resolver of ours: its faults are the target's. */
static enum side side_of(const struct dns_question *q, enum reason reason)
{
    if (reason == REASON_TIMEOUT)
        return SIDE_NETWORK;
    if (dns_question_is_own(q))
        return SIDE_TARGET;
    return reason == REASON_PROTOCOL ? SIDE_RESOLVER : trouble_of(reason).side;
}

static void note(struct dns_question *q, struct dns_setback setback)
{
    q->answer->setbacks += reason_may_pass(setback.reason);
    if (weight(setback.reason, setback.side) <= weight(q->setback.reason, q->setback.side))
        return;
    setback.server = dns_question_server(q)->text;
    q->setback = setback;
}

void dns_question_note(struct dns_question *q, enum reason reason, const char *what, const char *detail)
{
    note(q, (struct dns_setback){.reason = reason,
                                 .side = side_of(q, reason),
                                 .what = what,
                                 .detail = detail,
                                 .rcode = -1,
                                 .extended_error = -1});
}

void dns_question_note_us(struct dns_question *q, enum reason reason, const char *what)
{
    note(q, (struct dns_setback){.reason = reason, .side = SIDE_US, .what = what, .rcode = -1, .extended_error = -1});
}

void dns_question_note_rcode(struct dns_question *q, enum reason reason, const struct dns_message *message)
{
    note(q, (struct dns_setback){.reason = reason,
                                 .side = side_of(q, reason),
                                 .what = dns_rcode_name(message->rcode),
                                 .rcode = message->rcode,
                                 .extended_error = message->extended_error});
}

void dns_question_finish_no_server(struct dns_question *q)
{
    dns_question_finish_unknown(q, REASON_RESOLVER_DOWN, SIDE_US, "no resolver is configured");
}

void dns_question_give_up(struct dns_question *q)
{
    struct arena *arena = evidence_arena(q->evidence);
    struct dns_setback *setback = &q->setback;
    char extended[DNS_EXTENDED_TEXT_MAX];
    const char *detail;

    if (setback->reason == REASON_NONE)
        dns_question_note(q, REASON_PROTOCOL, "no end of questions to ask", NULL);
    if (setback->reason == REASON_TIMEOUT && !dns_question_is_own(q) && !q->dns->heard) {
        setback->reason = REASON_RESOLVER_DOWN;
        setback->side = trouble_of(REASON_RESOLVER_DOWN).side;
    }
    if (setback->rcode >= 0)
        q->answer->rcode = setback->rcode;
    q->answer->extended_error = setback->extended_error;
    detail = setback->detail ? str_printf(arena, " (%s)", setback->detail) : "";
    dns_question_finish_unknown(q, setback->reason, setback->side,
                                str_printf(arena, "%s: %s%s%s", setback->server, setback->what, detail,
                                           dns_extended_error_print(setback->extended_error, extended)));
}

void dns_question_finish_bogus(struct dns_question *q)
{
    q->setback.reason = REASON_DNSSEC_BOGUS;
    q->setback.side = trouble_of(REASON_DNSSEC_BOGUS).side;
    q->setback.what = "SERVFAIL, but an answer when validation is switched off";
    dns_question_give_up(q);
}
