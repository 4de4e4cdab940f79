/* core/derive/answering.h - do a zone's servers answer, and do they always?  (checks.md, ns.consistent)
 *
 * A question that was lost may be the zone's fault, our network's, or chance.  So where one was, the zone's SOA record
 * is asked for DNS_SAMPLES times more: at the servers where questions were lost, in turn, one after the other, each
 * time with a single packet.  DNS_CONTROLS to root servers go with each, by the same protocol (IPv4 or IPv6): unless
 * all of these are answered, no silence is held against the zone.  Where no question was lost, none is asked again.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/facts/dns_answer.h"

struct run;
struct zone_server;
struct zone_servers;

struct question {
    const char *name;
    enum dns_type type;
};

enum answering {
    ANSWERING_PENDING,
    ANSWERING_NONE,      /* no server does: see `trouble` */
    ANSWERING_ALL,       /* each of them, whenever it was asked */
    ANSWERING_SOME,      /* the others never do */
    ANSWERING_MOSTLY,    /* fewer than DNS_SAMPLES_LOST questions were lost */
    ANSWERING_SOMETIMES, /* the zone flaps */
    ANSWERING_UNDECIDED, /* questions were lost, perhaps by us: see `trouble` */
};

struct zone_answering {
    enum answering state;
    size_t servers, answering; /* all but those out of reach, and those that ever do */
    size_t out_of_reach;       /* by IPv6, say, when nobody is heard by it from here */
    const char *text;          /* how: "answered 3 of 5: ns1.example.org (192.0.2.53) 3 of 5 (no reply)" */
    struct trouble trouble;
    const char *const *keys; /* of the evidence */
    size_t key_count;
};

/* The signs that some question was lost are looked for in these questions, which are in the
 * zone, asked through the resolver and at each server; and in that for the zone's SOA record. */
struct zone_answering need_zone_answering(struct run *, const char *zone, const struct zone_servers *,
                                          const struct question *, size_t count);

/* Why the resolver has no answer to a question (`answer` is unknown): its
 * words, and what the zone's servers have to do with it.  False: on its way. */
bool need_explanation(struct run *, const char *name, enum dns_type, const struct dns_answer *answer, struct trouble *);

/* A packet of the question met with silence or SERVFAIL, as the next one may not. */
bool was_lost(const struct dns_answer *);

const char *zone_server_text(struct run *, const struct zone_server *); /* "ns1.example.org (192.0.2.53)" */
