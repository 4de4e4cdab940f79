/* core/result/identity.h - the names of every sending address side by side: reverse names, HELO, greeting, EHLO reply,
 * certificate.
 *
 * Read from the mail paths of a finished audit, so that the odd one out shows; the weight of what is odd comes from the
 * findings, for judging is the probes' work.  Equality of names is receiver practice, not an RFC rule: a name that
 * differs may weigh nothing.  (checks.md, section 6)
 *
 * Everything points into the result or into the arena.  Names are remote bytes.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/base/str.h"
#include "core/result/result.h"

struct arena;
struct dns_answer;

enum cell {
    CELL_NONE,    /* nothing to see there, or it was not asked for */
    CELL_OK,      /* equal; leads back; resolves to the address */
    CELL_DIFFERS, /* another name, or other addresses */
    CELL_BROKEN,  /* no such name, no address, no host name; a reverse name that does not lead back */
    CELL_UNKNOWN, /* could not be established */
};
enum { CELL_COUNT = CELL_UNKNOWN + 1 };

enum identity_part { PART_PTR, PART_HELO, PART_GREETING, PART_EHLO, PART_CERTIFICATE, PART_HELO_SPF };
enum { PART_COUNT = PART_HELO_SPF + 1, PART_NAMES = PART_HELO_SPF }; /* those before it are names */

struct identity_name {
    enum identity_part part;
    struct str name; /* as seen; of a certificate all, ", " between; empty: there is none */
    bool assumed;    /* HELO: none is declared, so the greeting's name stands in */
    enum cell state; /* of the row as a whole */
    enum status weight; /* what that means for delivery: PASS, NOTE, WARN, FAIL or UNKNOWN; SKIPPED for CELL_NONE */
    enum cell leads;    /* from the name to the sending address */
    const char *leads_says; /* "leads to 192.0.2.7"; NULL where that was not asked */
    const struct dns_answer *forward; /* its addresses of the sender's family; NULL: not asked */
    enum cell with[PART_NAMES]; /* compared with the names of the other parts; one of several is enough */
    const char *says;           /* "leads back", "leads to 192.0.2.7, not back; is the HELO name" */
};

struct identity {
    const struct mail_address *sender;
    enum verdict verdict; /* VERDICT_WARNINGS: at risk */
    const struct identity_name *names; /* in order of parts; a part without a name has one entry that says why */
    size_t name_count, ptr_left_out;
    const struct finding *const *findings; /* FAIL, UNKNOWN, WARN that the verdict rests on, worst first */
    size_t finding_count;
};

/* Of senders only, but for servers of a service: the worst first, then as in the inventory. */
const struct identity *identities_of(struct arena *, const struct result *, size_t *count);

const char *cell_word(enum cell);                   /* "differs" */
const char *identity_part_word(enum identity_part); /* "helo_spf" */
const char *identity_verdict_word(enum verdict);    /* "ready", "at_risk", "not_ready", "unknown" */
