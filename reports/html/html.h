/* reports/html/html.h - parts of the HTML report. */
#pragma once

#include "core/derive/mail_path.h"
#include "reports/reporter.h"

void html_path(struct report *, const struct result *, const struct mail_path *); /* the drawing of the mail path */
void html_addresses(struct report *, const struct result *,
                    const struct mail_path *); /* every address, senders and others */
/* what SPF lets send beside these; the result has an inventory */
void html_ranges(struct report *, const struct result *);
/* the names of each sender, and what is wrong with them */
void html_identities(struct report *, const struct result *);
void html_receivers(struct report *, const struct result *);  /* who would take this mail */

void html_badge(struct sink *, enum status, const char *label);
