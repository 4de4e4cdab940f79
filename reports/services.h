/* reports/services.h - who sends for the domain, arranged for people: what shows it, what is theirs, what is yours.
 *
 * Everything points into the result or into the arena.
 */
#pragma once

#include <stddef.h>

#include "core/derive/services.h"
#include "core/result/result.h"

struct arena;

struct service_part {  /* what the domain publishes for the service */
    const char *label; /* "SPF", "DKIM", "DMARC" */
    enum status status;
    const char *says;
};

enum { SERVICE_PARTS_MAX = 3 };

struct service_view {
    const struct service *service;
    const char *role;    /* "receives and sends your mail" */
    const char *seen_by; /* "MX smtp.google.com; SPF _spf.google.com" */
    struct service_part parts[SERVICE_PARTS_MAX];
    size_t part_count;
    enum status worst;          /* of the parts */
    size_t findings_on_servers; /* that are not in order: theirs */
};

const struct service_view *service_views(struct arena *, const struct result *, size_t *count);
const char *clue_word(enum service_clue_kind); /* "mx" */

/* What is said once for all: whose the servers are, and that two mailbox services at once look like a move. */
const char *services_theirs(struct arena *, const struct result *);
const char *services_moving(struct arena *, const struct result *); /* NULL: they are not */
const char *services_owners(struct arena *, const struct result *); /* of those that send: "Google's and Mailchimp's" */
/* What the owner of a domain that services send for does next; NULL: it is none. */
const char *services_next(struct arena *, const struct result *);
