/* probes/helo.h - one HELO name of one sender, and what is known of it. */
#pragma once

#include <stdbool.h>

#include "core/base/trouble.h"
#include "core/derive/reverse.h"
#include "core/result/finding.h"

struct dns_answer;
struct fcrdns;
struct mail_address;
struct run;
struct spf_result;

enum { HELO_CHECKS = 5 };

struct helo {
    const struct mail_address *sender;
    const char *name;       /* as names are compared */
    struct subject subject; /* with the name as it was declared */
    const char *assumed;    /* "greeting": what of the server stands in for a declaration; NULL: it is declared */
    struct reverse reverse;
    const struct fcrdns *names;           /* what the reverse names lead to; NULL: there are none */
    const struct dns_answer *own, *other; /* addresses of the sender's family, and of the other; NULL: no host name */
    struct finding *found[HELO_CHECKS];   /* so far */
};

bool helo_is_reverse_name(const struct helo *);
bool helo_leads_here(const struct helo *);
/* a reverse name that leads back, the domain's own first; NULL */
const char *helo_confirmed_name(struct run *, const struct helo *);

/* What to do about a fault, and whom to ask: the matrix of checks.md, section 6.  The finding gets it. */
void helo_remedy_name(struct run *, const struct helo *, struct finding *);       /* helo.fqdn */
void helo_remedy_absence(struct run *, const struct helo *, struct finding *);    /* helo.resolves */
void helo_remedy_elsewhere(struct run *, const struct helo *, struct finding *);  /* helo.matches_ip */
void helo_remedy_difference(struct run *, const struct helo *, struct finding *); /* helo.matches_ptr */
void helo_remedy_spf(struct run *, const struct helo *, struct finding *, const struct spf_result *); /* helo.spf */
