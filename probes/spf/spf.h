/* probes/spf/spf.h - what the SPF probe knows of a domain, and the records that it offers. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/derive/inventory.h"
#include "core/derive/spf.h"

struct finding;
struct provider;
struct run;
struct spf_repair;

enum { SPF_BROAD = 1 << 16, SPF_WIDE = 1 << 24 }; /* IPv4 addresses: checks.md, spf.width */

struct spf_domain {
    const char *name; /* lower case */
    const struct inventory *mail;
    bool is_envelope; /* mail is sent with it as MAIL FROM domain */
    bool is_target;   /* the audited domain itself: the inventory is of it */
    bool has_sender;
    const struct spf_source *source;
    const struct spf_tree *tree;
    const struct spf_result *const *results; /* of the senders, in the inventory's order, then of strangers */
    size_t sender_count, result_count;
    const struct spf_addresses *own;
};

const struct trouble *spf_tree_trouble(struct run *, const struct spf_tree *); /* why not all records are known; NULL */

/* ---- judgements ---- */

void spf_judge_single(struct run *, const struct spf_domain *); /* syntax.c */
void spf_judge_syntax(struct run *, const struct spf_domain *);
void spf_judge_lookups(struct run *, const struct spf_domain *); /* limits.c */
void spf_judge_voids(struct run *, const struct spf_domain *);
void spf_judge_all(struct run *, const struct spf_domain *); /* reach.c */
void spf_judge_ptr(struct run *, const struct spf_domain *);
void spf_judge_width(struct run *, const struct spf_domain *);
void spf_judge_senders(struct run *, const struct spf_domain *); /* authorizes.c */

/* ---- what was meant for an SPF record, and is none ---- */

struct spf_near_miss {
    struct str *texts; /* behind the last one, an empty one */
    const struct spf_repair **repairs;
    size_t count;
};
struct spf_near_miss spf_near_miss_of(struct run *, const struct spf_source *); /* of a name without record */
const char *spf_near_miss_text(struct run *,
                               const struct spf_near_miss *); /* "a TXT record ... was meant for one: ..." */

/* ---- remedy.c: the exact record to publish ---- */

void spf_offer_first_record(struct run *, const struct spf_domain *, struct finding *);
void spf_offer_none(struct run *, const struct spf_domain *, struct finding *); /* "v=spf1 -all" */
void spf_offer_meant(struct run *, const struct spf_domain *, const char *at, const struct spf_near_miss *,
                     struct finding *);
void spf_offer_merged(struct run *, const struct spf_domain *, const struct spf_source *, struct finding *);
void spf_offer_corrected(struct run *, const struct spf_domain *, const struct spf_source *, struct finding *);
void spf_offer_without_link(struct run *, const struct spf_domain *, const struct spf_node *, struct finding *);
void spf_offer_without_ptr(struct run *, const struct spf_domain *, struct finding *);
void spf_offer_end(struct run *, const struct spf_domain *, struct finding *);
void spf_offer_sender(struct run *, const struct spf_domain *, const struct mail_address *, const struct spf_result *,
                      struct finding *, const char *what);

/* ---- remedy_limits.c ---- */

void spf_offer_cheaper(struct run *, const struct spf_domain *, struct finding *);
void spf_offer_fewer_mx(struct run *, const struct spf_domain *, const struct spf_node *, const struct spf_term *,
                        size_t names, struct finding *);
void spf_offer_fewer_voids(struct run *, const struct spf_domain *, struct finding *);

/* ---- remedy_spare.c ---- */

/* The service whose include the record does not need, since its return path is its own; NULL: it is none. */
const struct provider *spf_spare_include(struct run *, const struct spf_domain *, const struct spf_term *);
const char *spf_spares_text(struct run *, const struct spf_domain *); /* a sentence about all of them; "" */
void spf_offer_without_spares(struct run *, const struct spf_domain *, struct finding *);

/* ---- cost.c ---- */

/* "include:_spf.example.net 4, mx 1", in the order of the record. */
const char *spf_costs_text(struct run *, const struct spf_domain *);
size_t spf_cost_of(const struct spf_domain *, const struct spf_term *of_the_root);

struct spf_width {
    unsigned long long ip4; /* addresses, overlaps merged */
    const char *widest4;    /* term; NULL */
    const char *widest6;    /* a term wider than /32; NULL */
};
struct spf_width spf_width_of_own(struct run *, const struct spf_domain *);
struct spf_width spf_width_of_includes(struct run *, const struct spf_domain *);
