/* reports/html.h - parts of the HTML report. */
#pragma once

#include "reports/mail_path.h"
#include "reports/reporter.h"

void html_path(struct report *, const struct result *, const struct mail_path *); /* the drawing of the mail path */
void html_addresses(struct report *, const struct result *,
                    const struct mail_path *); /* the same as a table, and more */
