/* core/derive/spf.h - SPF: check_host() of RFC 7208, and what its record costs.
 *
 * Both are functions on a run.  need_spf() gives the result for one sender, exactly as a receiver that follows the RFC
 * would get it: the limits of section 4.6.4 are counted term by term, in the order of evaluation.  need_spf_tree()
 * looks at the records without a sender: all that are named, each with its cost, in the worst case that nothing
 * matches.
 *
 * Evaluation is iterative.  Before it looks at the first answer, everything that the known records name is asked for,
 * as far as an evaluation could ever get: that costs time as the depth of the includes does, not as their number.  What
 * was asked for early is never counted; the limits judge the record, not our questions.
 *
 * DNS trouble is `temperror` with the trouble, and no judgement on the record.
 *
 * Results are in the run's arena.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/base/ip.h"
#include "core/base/str.h"
#include "core/base/trouble.h"
#include "core/facts/dns_answer.h"
#include "core/records/spf_record.h"

struct arena;
struct run;

enum spf_word { SPF_NONE, SPF_NEUTRAL, SPF_PASS, SPF_FAIL, SPF_SOFTFAIL, SPF_TEMPERROR, SPF_PERMERROR };
const char *spf_word_text(enum spf_word); /* "softfail" */

/* ---- one record ---- */

enum spf_source_state {
    SPF_SOURCE_FOUND,
    SPF_SOURCE_ABSENT,    /* no such name, no TXT, or none of version spf1 */
    SPF_SOURCE_SEVERAL,   /* RFC 7208 4.5: permerror */
    SPF_SOURCE_TROUBLE,   /* see `trouble` */
    SPF_SOURCE_TOO_LARGE, /* cut at DNS_TXT_MAX, or more than SPF_TERMS: not judged */
};

struct spf_source {
    const char *name;
    enum spf_source_state state;
    const struct dns_answer *answer;
    const struct spf_record *record; /* FOUND; of SEVERAL the first */
    struct str texts[2];             /* of SEVERAL the first two */
    size_t record_count;
    struct trouble trouble; /* TROUBLE, TOO_LARGE */
};

const struct spf_source *need_spf_source(struct run *, const char *name); /* NULL: on its way */
/* The name that a term of a record of `domain` is about, whoever
 * sends; NULL: it depends on the sender, or can't be asked for. */
const char *spf_static_target(struct run *, const char *domain, const struct spf_term *);

/* ---- evaluation ---- */

struct spf_question {
    const char *domain; /* name.h's form; whose record is asked for */
    struct ip ip;
    struct str sender; /* "local@domain", any octets; "": postmaster at the domain */
    struct str helo;
    bool explain;  /* look up what exp= leads to */
    bool stranger; /* no address of anybody's: nothing but "all" matches.  `ip` says the family */
    const char *tried_at;  /* what if this name had the record `tried`?  NULL: as it is */
    struct str tried;
};

const char *spf_question_text(struct arena *, const struct spf_question *); /* tells questions apart; bytes escaped */
struct spf_question spf_question_copy(struct arena *, const struct spf_question *);

/* RFC 7208 2.4: an empty reverse-path is judged as postmaster at the HELO name. */
struct spf_question spf_question_of(struct run *, const struct ip *, const char *mail_from_domain, const char *helo);

struct spf_step { /* from the question's domain to the term that decided */
    const char *domain;
    const struct spf_record *record;
    const struct spf_term *term;
};

struct spf_result {
    enum spf_word word;
    const char *why;        /* of none, temperror, permerror: our words; NULL */
    struct trouble trouble; /* temperror */
    const struct spf_step *path;
    size_t path_count;        /* 0: no term decided (none; neutral for want of a match) */
    size_t lookups;           /* terms counted, RFC 7208 4.6.4 */
    const char *const *voids; /* "mail.example.org/A": lookups that found nothing */
    size_t void_count;
    bool by_void_limit;         /* permerror for more than SPF_VOIDS of them, and nothing else */
    enum spf_word lenient;      /* what a receiver without that limit gets; else `word` */
    bool ptr_trouble;           /* a lookup for "ptr" failed, which counts as no match (5.5): see `trouble` */
    struct str explanation;     /* fail, where asked for and published */
    const char *const *visited; /* domains whose record was evaluated */
    size_t visited_count;
    const char *const *evidence; /* keys: of the records, and of what matched */
    size_t evidence_count;
};

const struct spf_result *need_spf(struct run *, const struct spf_question *); /* NULL: on its way */

/* ---- the tree of records ---- */

enum spf_node_state {
    SPF_NODE_PENDING,
    SPF_NODE_RECORD,
    SPF_NODE_ABSENT,
    SPF_NODE_SEVERAL,
    SPF_NODE_TROUBLE,
    SPF_NODE_RING,    /* leads back to a record above it */
    SPF_NODE_DEPENDS, /* its name depends on the sender */
    SPF_NODE_NO_NAME, /* its name cannot be asked for */
    SPF_NODE_BEYOND,  /* deeper than SPF_DEPTH, or more than SPF_RECORDS or SPF_TREE_BYTES */
};

struct spf_node {
    enum spf_node_state state;
    const char *domain; /* of SPF_NODE_DEPENDS and NO_NAME: the domain-spec */
    size_t parent;      /* index; of the root 0 */
    size_t depth;
    const struct spf_term *via;      /* in the parent's record; NULL: the root */
    const struct spf_source *source; /* where there is one */
    size_t before;  /* counted terms that come before this record in the order of evaluation, "via" included */
    size_t lookups; /* of this record and all below it */
    bool foreign;   /* of another organisation than the root */
    bool grants;    /* what it passes, the root passes: on the way to it are "+" terms only */
    char all;       /* how it ends: the qualifier of its "all", or of what redirect= leads to; 0: it does not */
};

struct spf_tree {
    const struct spf_node *nodes; /* a parent comes before its children, the first is the root */
    size_t count;
    size_t lookups; /* static: no term matches early */
    bool complete;  /* nothing is on its way */
    bool cut;       /* there are nodes BEYOND, or records without a node */
    size_t left_out; /* of them: each leads to more, perhaps */
};

/* Never NULL.  `question` may have no ip: names that depend on the sender are left alone then. */
const struct spf_tree *need_spf_tree(struct run *, const struct spf_question *);

/* ---- addresses that the domain's own record names ---- */

/* "Own" is the record, what redirect= leads to, and includes within the same organisational domain. (checks.md, "Roles
 * of an IP") */
struct spf_origin {
    struct ip ip;
    enum spf_kind kind; /* ip4, ip6, a, mx */
    const char *domain; /* whose record */
    const char *term;
    size_t place; /* in the order of the records */
};

struct spf_range { /* not inventoried: none of its addresses is a sender for that */
    struct ip_network network;
    const char *domain, *term;
};

struct spf_include { /* of another organisation, with all that it leads to: the provider's to name */
    const char *domain; /* the name that the own record includes */
    unsigned long long ip4; /* addresses, overlaps counted once */
    size_t networks4, networks6;
    size_t hosts; /* terms that name hosts, or depend on the sender: not counted above */
    bool is_known; /* all its records could be read */
};

struct spf_doubt { /* a name that an own term rests on, and that could not be looked up */
    const char *name;
    const struct trouble *trouble;
};

enum spf_reach { SPF_REACHES_NOBODY, SPF_REACHES_SOMEBODY, SPF_REACH_UNKNOWN };

struct spf_addresses {
    const struct spf_origin *singles; /* in order of value, no duplicates */
    size_t single_count;
    size_t singles_left_out; /* beyond SPF_SINGLES_MAX, duplicates counted, and MX names beyond MX_HOSTS_MAX */
    const struct spf_range *ranges; /* in the order of the records, no duplicates */
    size_t range_count;
    size_t ranges_left_out; /* beyond SPF_RANGES_MAX: for reports, `ranges` holds them, too */
    const struct ip
        *hosts; /* that "a" and "mx" name together with a range around them: each lies in one of the ranges */
    size_t host_count;
    const struct spf_include *includes; /* in the order of the records, no duplicates */
    size_t include_count;
    const struct spf_doubt *doubts; /* no name twice: there may be more singles */
    size_t doubt_count;
    const char *trouble_at;        /* the first own record, or host with a range, that could not be looked up */
    const struct trouble *trouble; /* why; NULL: there is none */
    bool trouble_is_of_record;
    enum spf_reach reach; /* is there a public address that the record lets pass, "all" aside? */
    bool complete; /* nothing is on its way */
};

const struct spf_addresses *need_spf_addresses(struct run *, const char *domain); /* never NULL */
/* With those of included records of other organisations, which stand for no include then; never NULL. */
const struct spf_addresses *need_spf_addresses_of_all(struct run *, const char *domain);
const char *spf_include_text(struct arena *,
                             const struct spf_include *); /* "768 IPv4 addresses in 2 ranges, 1 IPv6 range" */

/* ---- writing records ---- */

/* In zone file form: "..." "..." in strings of at most 255 octets. */
const char *spf_zone_text(struct arena *, struct str record);
/* The record with another term put in front of `before`; NULL: behind the last mechanism. */
struct str spf_with_term(struct arena *, const struct spf_record *, const struct spf_term *before, const char *added);
/* The record with one of its terms replaced by a text, which may be "": removed. */
struct str spf_with_change(struct arena *, const struct spf_record *, const struct spf_term *, const char *text);

/* For the files of this evaluator: the record as the question has it, and values for a record's macros. */
const struct spf_source *need_spf_source_for(struct run *, const struct spf_question *, const char *name);
struct spf_macro_values;
void spf_values_of(struct run *, const struct spf_question *, struct spf_macro_values *out);
/* MX hosts in order of preference, then by name. */
const char **spf_mx_names(struct run *, const struct dns_answer *, size_t *count);
/* The validated names of an address (RFC 7208 5.5): NULL while pending.  *trouble is set when a lookup failed. */
struct spf_ptr_names {
    const char **names;
    size_t count;
    bool is_void;                  /* no PTR record */
    const struct trouble *trouble; /* NULL */
};
const struct spf_ptr_names *need_spf_ptr_names(struct run *, const struct ip *);
