/* reports/html/html.h - parts of the HTML report. */
#pragma once

#include "core/derive/mail_path.h"
#include "reports/reporter.h"

/* "Mail readiness of TITLE": to the beginning of the body; has_images: it has a logo, which the policy then allows. */
void html_head(struct sink *, const char *title, bool has_images);
void html_index_head(struct sink *, const char *title, bool has_images);
void html_foot(struct sink *); /* what all pages end with */

/* What a client sees first, with the contents that are written by `contents`. */
void html_cover(struct report *, const struct result *, void (*contents)(struct report *, const struct result *));

/* What stands between the heading and the end of each part, and whether there is such a part. */
void html_causes(struct report *, const struct result *); /* what to do; one is at the anchor "fix-REPORT-NUMBER" */
bool html_has_causes(struct report *, const struct result *);
void html_receivers(struct report *, const struct result *); /* who would take this mail */
bool html_has_receivers(struct report *, const struct result *);
void html_path(struct report *, const struct result *); /* the drawing of the way of mail */
bool html_has_path(struct report *, const struct result *);
void html_services(struct report *, const struct result *); /* who sends for the domain, and what of it is yours */
bool html_has_services(struct report *, const struct result *);
void html_identities(struct report *, const struct result *); /* the names of each sender, and what is amiss */
bool html_has_identities(struct report *, const struct result *);
void html_addresses(struct report *, const struct result *); /* senders and others, and the ranges of SPF */
bool html_has_addresses(struct report *, const struct result *);
void html_open(struct report *, const struct result *); /* what could not be checked */
bool html_has_open(struct report *, const struct result *);
void html_changes(struct report *, const struct result *); /* the gate has a difference */
void html_agreed(struct report *, const struct result *);  /* suppressions */
bool html_has_agreed(struct report *, const struct result *);
void html_findings(struct report *, const struct result *);
void html_evidence(struct report *, const struct result *);
bool html_has_evidence(struct report *, const struct result *);
void html_glossary(struct report *, const struct result *); /* hands on what is written: the words come there, once */
void html_glossary_words(struct report *);

void html_setting(struct report *, const struct result *); /* counts, time taken, resolver */

void html_cause_anchor(struct report *, size_t number);
void html_records(struct sink *, const struct finding *);
void html_subjects(struct sink *, const struct finding *const *, size_t count);
bool html_has_unicode(const struct target *); /* a form of the name for people that differs */
const char *html_date(struct arena *, int64_t seconds); /* "24 November 2026, 23:42 UTC" */
void html_logo(struct sink *, const struct letterhead *);

void html_anchor(struct report *, const char *name);    /* "NAME-REPORT", unique in the file */
void html_source(struct report *, const char *source);  /* a link where its page is known */
void html_sources(struct report *, const char *list);   /* of a list with "; " between */

/* <TAG>text</TAG> and the like for tags of our own. */
#define ELEMENT(sink, open, text, close)                                                                               \
    do {                                                                                                               \
        sink_literal((sink), open);                                                                                    \
        sink_text((sink), (text));                                                                                     \
        sink_literal((sink), close);                                                                                   \
    } while (0)

/* The same for what a peer said, or the user. */
#define QUOTE(sink, open, text, close)                                                                                 \
    do {                                                                                                               \
        sink_literal((sink), open);                                                                                    \
        sink_quote((sink), (text));                                                                                    \
        sink_literal((sink), close);                                                                                   \
    } while (0)

void html_badge(struct sink *, enum status, const char *label);
