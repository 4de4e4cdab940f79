/* core/collect/dns/dns_question.h - one question to the DNS on its way, for core/dns*.c.
 *
 * A question goes through one resolver after the other.  With each it may be asked over UDP with EDNS, over UDP
 * without, and over TCP, and after SERVFAIL once more with CD.  A setback is noted, and the weightiest one becomes the
 * trouble when no resolver is left.  Each link of a CNAME chain that a resolver leaves open begins the round again.
 *
 *   dns.c           the collector: questions are born, and become evidence
 *   dns_question.c  whom to ask next, and how
 *   dns_reply.c     what a reply amounts to
 *   dns_outcome.c   how a question ends
 *
 * A step ends in exactly one of: another packet under way (dns_question_ask), or `finished`.  All values are built in
 * the evidence's arena, within a guard that dns.c sets up.
 */
#pragma once

#include "core/collect/dns/dns_carrier.h"
#include "core/collect/dns/dns_chain.h"
#include "core/collect/dns/dns_text.h"
#include "core/collect/dns/dns_wire.h"

struct dns_resolver {
    struct dns_server at;
    char text[DNS_SERVER_TEXT_MAX];
    bool is_loopback;
    bool knows_edns;
    unsigned without_edns;   /* replies in a row */
    int64_t heard_ms;        /* -1: never */
    int64_t silent_until_ms; /* it stands back behind the others */
};

struct dns_setback {
    enum reason reason;
    enum side side;
    const char *server, *what, *detail; /* detail may be NULL */
    int rcode, extended_error;
};

enum dns_phase {
    DNS_ASKING,
    DNS_ASKING_WITH_CD,
    DNS_CONFIRMING, /* that it fails without CD, again */
    DNS_WALKING,    /* asking for CNAME, link by link */
};

struct dns_question {
    struct dns_question *next, **back;
    struct dns *dns;
    struct evidence *evidence;
    struct dns_answer *answer; /* in the evidence's arena */
    struct dns_chain chain;
    bool finished;
    bool is_sample;             /* one packet: see dns.h */
    bool is_second;             /* asked again, over TCP: see dns.h */
    struct signed_reply *reply; /* of a question for signatures, in the evidence's arena; NULL: it is none */

    struct dns_resolver own; /* of dns@ questions, which have no others */
    struct dns_resolver *servers;
    size_t server_count, server, servers_asked;

    /* Of the server that is being asked. */
    enum dns_phase phase;
    unsigned walked;         /* links */
    unsigned contradictions; /* SERVFAIL, and an answer with CD */
    bool edns, edns_refused, edns_ignored, tcp, tcp_tried, may_try_udp;
    unsigned silences; /* over UDP */
    int64_t since_ms;

    unsigned broken; /* resolvers that said SERVFAIL, with and without CD */
    bool all_trusted, all_authentic;
    struct dns_setback setback; /* the weightiest */

    struct dns_exchange exchange;
    uint8_t query[DNS_QUERY_MAX];
};

struct dns {
    struct loop *loop;
    struct trace *trace;
    bool trust_ad, random_case;
    struct dns_resolver *servers;
    size_t server_count;
    struct dns_carrier *carrier;
    struct arena *scratch; /* of one message */
    struct dns_scan *scan;
    struct dns_question *questions;
    bool heard; /* any resolver has ever answered */
    struct dns_counts counts;
};

struct dns_resolver *dns_question_server(struct dns_question *);
bool dns_question_is_own(const struct dns_question *); /* asked of one given server */

/* dns_question.c */
void dns_question_begin(struct dns_question *); /* a round: from the first resolver on */
void dns_question_ask(struct dns_question *);
void dns_question_ask_next(struct dns_question *);
void dns_question_ask_over_tcp(struct dns_question *);
void dns_question_ask_without_edns(struct dns_question *);
void dns_question_after_malformed(struct dns_question *, const char *why);
void dns_question_step(struct dns_question *); /* an exchange has ended */

/* dns_reply.c */
enum { DNS_WITHOUT_EDNS_MAX = 3 }; /* replies in a row that lack an OPT record: the server does not do EDNS */
void dns_question_after_reply(struct dns_question *);

/* dns_outcome.c */
void dns_question_note(struct dns_question *, enum reason, const char *what, const char *detail);
void dns_question_note_us(struct dns_question *, enum reason, const char *what); /* the fault is on our side */
void dns_question_note_rcode(struct dns_question *, enum reason, const struct dns_message *);
void dns_question_finish(struct dns_question *, enum dns_status, uint32_t ttl_s);
void dns_question_finish_unknown(struct dns_question *, enum reason, enum side, const char *why);
void dns_question_finish_no_server(struct dns_question *);
void dns_question_finish_bogus(struct dns_question *);
void dns_question_give_up(struct dns_question *); /* with the weightiest setback as trouble */
