/* core/derive/dmarc.h - which DMARC policy holds for mail from a domain, and what its organisational domain is.
 *
 * Two views of the same DNS: that of RFC 9989, which finds both by walking up the tree of names, and that of RFC 7489,
 * which many receivers still have and which takes the organisational domain from the public suffix list.
 *
 *   RFC 9989 4.10   From domain, then label by label to the top; a name of 8 labels and more goes on at its last 7.  A
 *                   record with psd=n or psd=y ends the walk.  psd=n marks the organisational domain, psd=y above the
 *                   start the name below it; else the found record with the fewest labels marks it, else the start is
 * it. The policy is the record's at the From domain, else at the organisational domain, else at the psd=y name. RFC
 * 7489 6.6.3  From domain; where it has no record at all, the organisational domain.
 *
 * Derived from evidence within a run, like the inventory.  need_dmarc() asks for the whole walk at once: at most
 * DMARC_WALK_QUERIES questions, whatever the name.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/base/limits.h"
#include "core/facts/dns_answer.h"
#include "core/records/dmarc_record.h"

struct run;

struct dmarc_step { /* one name of the walk */
    const char *name;
    const struct dns_answer *answer;   /* of _dmarc.NAME; NULL: on its way, or a name too long to exist */
    size_t records;                    /* texts that are DMARC records */
    const struct dmarc_record *record; /* the only one; NULL where there are none or several */
    bool has_near_miss;                /* a text that was meant to be one */
    struct str near_miss;
    const char *other; /* "an SPF record": a record of another kind that stands there; NULL: none that is known */
    bool oversize; /* the only record was cut at DNS_TXT_MAX */
};

enum dmarc_from { DMARC_FROM_NOTHING, DMARC_FROM_P, DMARC_FROM_SP, DMARC_FROM_NP };

struct dmarc_view {
    const char *org_domain;
    const struct dmarc_step *source; /* whose record holds; NULL: none does */
    enum dmarc_policy policy;        /* for the From domain, t=y not yet counted; DMARC_UNSAID: no DMARC processing */
    enum dmarc_from from;            /* the tag it is taken from */
    const struct trouble *trouble;   /* NULL, or why the view is not known: a question that matters had no answer */
    const char *trouble_key;
};

struct dmarc {
    const char *domain; /* lower case */
    bool complete;      /* nothing that it is made of is on its way */
    bool exists;        /* the From domain does (RFC 9989 3.2.13, RFC 8020: NXDOMAIN alone means that it does not) */
    struct dmarc_step steps[DMARC_WALK_QUERIES]; /* the first is the From domain, the last the top */
    size_t step_count;
    size_t steps_used;            /* the walk ended here */
    struct dmarc_view walk;       /* RFC 9989 */
    struct dmarc_view legacy;     /* RFC 7489 */
};

const struct dmarc *need_dmarc(struct run *, const char *domain); /* never NULL */

/* Names of the walk in order: the domain, its parents, the top.  Returns how many. */
size_t dmarc_walk_names(const char *domain, const char *names[DMARC_WALK_QUERIES]);

/* Aligned with a From domain?  Strict: equal; relaxed: of one organisation.  (RFC 9989 4.4) */
bool dmarc_is_aligned(bool strict, const char *from, const char *from_org, const char *other, const char *other_org);
