/* probes/dkim.h - what the files of the DKIM probe share. */
#pragma once

#include <stdbool.h>

#include "core/facts/dns_answer.h"
#include "core/records/dkim_key.h"
#include "core/records/dkim_mend.h"
#include "core/result/finding.h"

struct run;
struct service;
struct services;

struct selector {
    const char *name, *owner; /* "s1", "s1._domainkey.example.org" */
    bool guessed;
    const struct service *of;        /* whose usual selector it is; NULL: declared or guessed */
    const char *label;               /* of a usual selector: "usual selector of Google Workspace: " */
    const struct dns_answer *answer; /* NULL: on its way, or the name is too long */
    struct dkim_key key;             /* the one to judge; DNS_OK only */
    struct dkim_mended mended;       /* what is behind its faults */
    bool oversize;
    bool by_wildcard; /* a name that nobody uses has the same answer */
};

/* Of all selectors, since not every verifier knows Ed25519. */
struct dkim_rsa {
    bool is_there;
    const struct selector *unanswered; /* that may have it; NULL */
};

void judge_dkim_syntax(struct run *, const struct selector *);
void judge_dkim_key(struct run *, const struct selector *, const struct dkim_rsa *);

/* dkim_absence.c */
void judge_dkim_absence(struct run *, const struct selector *);
void judge_dkim_trouble(struct run *, const struct selector *);
struct finding *refuse_selector(struct run *, const struct selector *, const char *message);

/* dkim_services.c: services of which no key was found, and aliases of theirs that lead nowhere.  False: there is no
 * service that sends. */
bool judge_dkim_of_services(struct run *, const struct services *);

struct finding *dkim_judged(const struct selector *, struct finding *); /* caps what is said of a guess */
const char *dkim_label(const struct selector *); /* "guessed selector: "; "" for a declared one */
