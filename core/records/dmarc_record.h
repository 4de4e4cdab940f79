/* core/records/dmarc_record.h - DMARC policy records: their syntax.  (RFC 9989 4.7, 4.8; RFC 7489 6.3 for readers of
 * that time)
 *
 * A text is a DMARC record if its first tag is v=DMARC1, the v in any case and its value exactly so; everything else at
 * that name is no DMARC record at all.  Within a record, tags that are unknown or wrong are ignored, so parsing never
 * fails; what there is to say about the text is in `remarks`, in the order of the text.  What was meant by a text that
 * is no record, or has remarks: dmarc_mend.h.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/records/taglist.h"

struct arena;

/* In order of strength. */
enum dmarc_policy { DMARC_UNSAID, DMARC_NONE, DMARC_QUARANTINE, DMARC_REJECT };

enum dmarc_psd { DMARC_PSD_UNSAID, DMARC_PSD_YES, DMARC_PSD_NO };

enum dmarc_remark_kind {
    DMARC_TAG_SYNTAX,   /* not NAME=VALUE, or characters that may not be there: ignored */
    DMARC_TAG_REPEATED, /* readers differ in which one counts */
    DMARC_BAD_POLICY,   /* p, sp or np is no policy */
    DMARC_NO_POLICY,    /* p is missing */
    DMARC_LATE_POLICY,  /* p is not the second tag: RFC 7489 6.4 has it there */
    DMARC_BAD_VALUE,    /* of another known tag: its default is used */
    DMARC_BAD_URI,
    DMARC_UNUSUAL_URI,   /* a scheme other than mailto: not every receiver supports it */
    DMARC_URI_SIZE,      /* "!10m": ignored since RFC 9989 */
    DMARC_TOO_MANY_URIS, /* more than DMARC_URIS_MAX */
    DMARC_PCT_PARTIAL,   /* pct under 100 */
    DMARC_REMOVED_TAG,   /* pct=100, rf, ri */
    DMARC_REMARK_COUNT
};

struct dmarc_remark {
    enum dmarc_remark_kind kind;
    struct str span;
};

struct dmarc_uri {
    struct str text;  /* without a size */
    const char *host; /* of a mailto or https URI, lower case; NULL where there is none that could be looked up */
};

struct dmarc_record {
    struct taglist tags;
    enum dmarc_policy p, sp, np; /* DMARC_UNSAID: missing, or no policy */
    bool bad_policy;             /* p, sp or np is there and no policy */
    enum dmarc_psd psd;
    bool testing;                      /* t=y */
    unsigned pct;                      /* for receivers of RFC 7489; 100 where it is missing or wrong */
    bool strict_dkim, strict_spf;      /* adkim=s, aspf=s */
    const struct dmarc_uri *rua, *ruf; /* the valid ones */
    size_t rua_count, ruf_count;
    const struct dmarc_remark *remarks;
    size_t remark_count;
};

bool dmarc_is_record(struct str text);
struct dmarc_record dmarc_record_parse(struct arena *, struct str text); /* of a text that is one */

enum dmarc_policy dmarc_policy_weakened(enum dmarc_policy); /* by one step, as t=y asks for (RFC 9989 4.7) */

enum dmarc_policy dmarc_policy_of(struct str word);             /* DMARC_UNSAID: it is none */
const char *dmarc_policy_word(enum dmarc_policy); /* "quarantine" */
const char *dmarc_remark_text(enum dmarc_remark_kind);
