/* reports/html/html.h - parts of the HTML report. */
#pragma once

#include "core/derive/mail_path.h"
#include "reports/reporter.h"

void html_head(struct sink *, const char *title); /* "Mail readiness of TITLE": to the beginning of the body */
void html_foot(struct sink *);                    /* what all pages end with */

void html_path(struct report *, const struct result *, const struct mail_path *); /* the drawing of the mail path */
void html_addresses(struct report *, const struct result *,
                    const struct mail_path *); /* every address, senders and others */
/* what SPF lets send beside these; the result has an inventory */
void html_ranges(struct report *, const struct result *);
/* the names of each sender, and what is wrong with them */
void html_identities(struct report *, const struct result *);
void html_services(struct report *, const struct result *); /* who sends for the domain, and what of it is yours */
void html_receivers(struct report *, const struct result *);  /* who would take this mail */

/* What to fix first; one is at the anchor "fix-REPORT-NUMBER". */
void html_causes(struct report *, const struct result *);
void html_cause_anchor(struct report *, size_t number);
void html_records(struct sink *, const struct finding *);
void html_subjects(struct sink *, const struct finding *const *, size_t count);

/* <TAG>text</TAG> and the like for tags of our own. */
#define ELEMENT(sink, open, text, close)                                                                               \
    do {                                                                                                               \
        sink_literal((sink), open);                                                                                    \
        sink_text((sink), (text));                                                                                     \
        sink_literal((sink), close);                                                                                   \
    } while (0)

void html_badge(struct sink *, enum status, const char *label);
