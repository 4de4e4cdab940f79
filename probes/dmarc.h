/* probes/dmarc.h - what the files of the DMARC probe share. */
#pragma once

#include <stdbool.h>

#include "core/derive/dmarc.h"
#include "core/result/finding.h"

struct run;

/* A From domain, and the records that matter for it. */
struct from_domain {
    const char *name; /* the subject */
    const struct dmarc *dmarc;
    const struct dmarc_step *source;   /* whose policy holds; NULL: none, or not known */
    const struct dmarc_record *record; /* of source */
};

/* Is the policy known, whatever the organisational domain may be? */
bool from_domain_is_decided(const struct from_domain *);

void judge_dmarc_syntax(struct run *, const struct from_domain *);
void judge_report_authorization(struct run *, const struct from_domain *);
void judge_dmarc_alignment(struct run *, const struct from_domain *);
void judge_dmarc_of_services(struct run *, const struct from_domain *); /* the audited domain's */
void judge_legacy_difference(struct run *, const struct from_domain *);

bool dmarc_record_is_sound(const struct dmarc_record *); /* dmarc.syntax is a note at most */
const char *dmarc_owner(struct run *, const char *domain); /* "_dmarc.DOMAIN" */
