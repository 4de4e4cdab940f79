/* cmd/mta.h - what the mail server on this machine says in HELO and sends from: --from-mta.
 *
 * Asks the server's own programs (postconf, exim -bP) or reads its configuration (smtpd.conf), as its documentation says;
 * nothing is guessed that the configuration leaves open.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/ip.h"
#include "core/str.h"

struct arena;

enum { MTA_SOURCES_MAX = 2 };

struct mta {
    const char *kind; /* "Postfix" */
    const char *helo; /* NULL: the configuration does not say */
    struct ip sources[MTA_SOURCES_MAX]; /* addresses that it binds to; none: the kernel chooses */
    size_t source_count;
};

bool mta_read(struct arena *, struct mta *out, const char **why); /* false: no mail server found, or it cannot be asked */

/* The parsers, for tests. */
void mta_parse_postfix(struct arena *, const char *answer, struct mta *out); /* four lines of postconf -x -h, see mta.c */
void mta_parse_exim(struct arena *, const char *hostname, const char *transport, struct mta *out);
void mta_parse_opensmtpd(struct arena *, const char *configuration, struct mta *out);
