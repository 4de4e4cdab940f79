/* probes/dkim.h - what the files of the DKIM probe share. */
#pragma once

#include <stdbool.h>

#include "core/facts/dns_answer.h"
#include "core/records/dkim_key.h"
#include "core/records/dkim_mend.h"
#include "core/result/finding.h"

struct run;

struct selector {
    const char *name, *owner; /* "s1", "s1._domainkey.example.org" */
    bool guessed;
    const struct dns_answer *answer; /* NULL: on its way, or the name is too long */
    struct dkim_key key;             /* the one to judge; DNS_OK only */
    struct dkim_mended mended;       /* what is behind its faults */
    bool oversize;
    bool by_wildcard; /* a name that nobody uses has the same answer */
};

void judge_dkim_syntax(struct run *, const struct selector *);

struct finding *dkim_judged(const struct selector *, struct finding *); /* caps what is said of a guess */
const char *dkim_label(const struct selector *);                        /* "guessed selector: ", or "" */
