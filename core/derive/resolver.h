/* core/derive/resolver.h - the resolver is an instrument, not a judge: what it is worth is tested before it is
 * believed. (checks.md, section 16; threats.md D13)
 *
 * The tests are questions like any other: asked beside the first ones, once a run, recorded and replayed.  A test that
 * the resolver cannot take proves nothing against it, and one that nobody has made (an old recording, a spent budget)
 * leaves everything as it is.
 */
#pragma once

#include "core/base/ip_network.h"
#include "core/derive/dns64.h"
#include "core/facts/dns_answer.h"

struct arena;
struct run;

/* ". SOA", then ". NS" and "com. NS" */
enum instrument_root {
    ROOT_PENDING,
    ROOT_UNTESTED,
    ROOT_ANSWERED,
    ROOT_FILTERED, /* denied or refused: what it says of other names that are absent proves nothing */
    ROOT_SILENT,
};

/* Names that cannot exist: two labels below a top-level domain of this run's own, and a label below com. */
enum instrument_invented {
    INVENTED_PENDING,
    INVENTED_UNTESTED,
    INVENTED_DENIED,
    INVENTED_ANSWERED, /* with an address: the resolver rewrites NXDOMAIN */
};

/* A name that is known to be bogus */
enum instrument_validation {
    VALIDATION_PENDING,
    VALIDATION_UNTESTED,
    VALIDATION_SHOWN,   /* SERVFAIL, and an answer with CD */
    VALIDATION_MISSING, /* an answer, or AD */
};

enum { INSTRUMENT_KEYS_MAX = 16 };

struct instrument {
    enum instrument_root root;
    enum instrument_invented invented;
    enum instrument_validation validation;
    bool sets_ad; /* on what it calls bogus itself: its AD is nobody's word */
    bool dns64_pending;
    struct ip_network dns64[DNS64_PREFIXES_MAX];
    size_t dns64_count;
    const struct dns_answer *failure;      /* the answer for the root, where it was not ROOT_ANSWERED */
    const struct dns_answer *invention;    /* what the made-up names were answered with, if they were */
    const char *bogus;                     /* the name that settled `validation`; NULL */
    const char *keys[INSTRUMENT_KEYS_MAX]; /* of the evidence */
    size_t key_count;
};

const struct instrument *need_instrument(struct run *); /* never NULL */

/* Its "there is no such name", or "no such record", is worth something. */
bool instrument_may_deny(const struct instrument *);
/* Why not; of instruments that may not. */
const char *instrument_fault_text(const struct instrument *);
/* "it answers for the root, denies names that do not exist, ..." */
const char *instrument_text(struct arena *, const struct instrument *);

/* It was seen to refuse what is bogus, and nobody stands between us and it: its word on DNSSEC is taken. */
struct vantage;
bool instrument_validates(const struct instrument *, const struct vantage *);

/* The answer of the resolver as far as it can be believed: trouble (reason resolver_down)
 * where it is a denial and its word on absence is worth nothing, or an address that it
 * makes up; without the translator's addresses (DNS64).  NULL: on its way. */
const struct dns_answer *resolver_believe(struct run *, const struct dns_answer *, enum dns_type);

/* As need_dns(), though the name may lie in a bogus zone (bogus.h); and without any judgement. */
const struct dns_answer *need_dns_unvalidated(struct run *, const char *name, enum dns_type type);
const struct dns_answer *need_dns_unjudged(struct run *, const char *name, enum dns_type type);

/* AD in its answers counts: it validates, or could not be tested, is no stub that hands on what it was told, and says
 * of the root, too, that it has validated it.  *pending is set, never cleared. */
bool need_trust_in_ad(struct run *, const struct dns_answer *, bool *pending);
