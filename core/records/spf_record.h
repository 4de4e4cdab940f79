/* core/records/spf_record.h - an SPF record as it is written.  (RFC 7208 4.5, 4.6.1, 12)
 *
 * Pure syntax: nothing is asked, nothing is expanded.  Every term keeps its place in the record, so that whoever
 * complains can point at it.  A record with one broken term is still parsed to its end: all faults are shown at once.
 * Everything points into the record's text, which must live as long.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/base/ip.h"
#include "core/base/str.h"

struct arena;

enum spf_kind {
    SPF_TERM_ALL,
    SPF_TERM_INCLUDE,
    SPF_TERM_A,
    SPF_TERM_MX,
    SPF_TERM_PTR,
    SPF_TERM_IP4,
    SPF_TERM_IP6,
    SPF_TERM_EXISTS,
    SPF_TERM_REDIRECT,
    SPF_TERM_EXP,
    SPF_TERM_OTHER_MODIFIER, /* ignored, RFC 7208 6 */
    SPF_TERM_NONE,           /* not recognisable: see `fault` */
};

struct spf_term {
    enum spf_kind kind;
    char qualifier; /* '+', '-', '~', '?' */
    bool dead;      /* behind "all", or "redirect=" beside it: never evaluated (RFC 7208 5.1) */
    bool has_spec;
    unsigned char bits4, bits6; /* a, mx: 32 and 128 where the term has none */
    struct str text;            /* the whole term */
    struct str spec;            /* domain-spec, or the value of another modifier */
    struct ip_network network;  /* ip4, ip6; host bits cleared */
    const char *fault;          /* NULL, or what is wrong, a constant */
    size_t fault_at;            /* position in `text` */
};

struct spf_record {
    struct str text;
    const struct spf_term *terms;
    size_t count;
    const struct spf_term *all, *redirect, *exp; /* the first of each; NULL */
    size_t lookups;                              /* terms that cost one, RFC 7208 4.6.4; dead ones do not */
    size_t faults;
    bool too_many; /* more than SPF_TERMS: not parsed */
};

bool spf_record_is(struct str txt); /* "v=spf1" and a blank or the end */
const struct spf_record *spf_record_parse(struct arena *, struct str text);
struct spf_term spf_term_parse(struct str text); /* one, as if it stood alone; not empty, no blank in it */

bool spf_term_costs(const struct spf_term *); /* a lookup */
bool spf_term_is_mechanism(const struct spf_term *);
bool spf_term_passes(const struct spf_term *); /* it is evaluated, and what it matches may send */
size_t spf_term_column(const struct spf_record *, const struct spf_term *); /* of its first character, from 1 */
const char *spf_term_text(struct arena *, const struct spf_term *);         /* as a C string */
const char *spf_fault_text(struct arena *, const struct spf_record *,
                           const struct spf_term *); /* "column 12: term ..." */
