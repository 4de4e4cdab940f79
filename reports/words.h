/* reports/words.h - the words that all reports for people share.  Texts may hold remote bytes: they go through a sink.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/status.h"
#include "core/base/trouble.h"
#include "core/result/identity.h"
#include "core/result/result.h"

struct arena;
struct suppression;

const char *group_title(const char *name);         /* "Reverse names (PTR)"; the name itself where there is none */
const char *status_label(enum status);             /* "FAIL", "ok" */
const char *status_capitals(enum status);          /* "FAIL", "PASS": of the format "lines" */
const char *status_symbol(enum status, bool utf8); /* one column */
const char *
remedy_text(const struct finding *);         /* the finding's, else the check's; NULL where there is nothing to do */
const char *verdict_label(enum verdict);     /* "NOT READY" */
const char *verdict_title(struct arena *, const struct result *); /* "READY as far as asked (ptr)" */
/* "example.org: NOT READY (1 fail, 14 ok)" */
const char *verdict_line(struct arena *, const struct result *);
bool dkim_is_unchecked(const struct result *); /* it sends, and nobody named its selectors */
bool result_is_partial(const struct result *); /* the user asked for less than everything */
enum status verdict_as_status(enum verdict); /* whose symbol and colour it takes */
const char *verdict_sentence(struct arena *, const struct result *);
/* The same in two: what of the domain is known, and what of this machine is in the way (NULL: nothing). */
const char *domain_sentence(struct arena *, const struct result *);
const char *machine_sentence(struct arena *, const struct result *);
/* What of this machine is in the way of a verdict: each once, with the number of findings that are undecided for it. */
struct machine_fault {
    const struct finding *finding; /* of the group env */
    const char *says;              /* "outbound port 25 is blocked where this audit ran" */
    size_t followers;
};
enum { MACHINE_FAULTS_MAX = 8 };
size_t machine_faults(const struct result *, struct machine_fault out[MACHINE_FAULTS_MAX]);
const char *resolver_trust_text(const struct result *); /* "its word on DNSSEC is trusted" */
const char *side_sentence(enum side); /* whose trouble an undecided check is; NULL for SIDE_NONE */
const char *side_phrase(enum side);   /* "trouble on the way"; NULL for SIDE_NONE */
const char *counts_text(struct arena *, const size_t counts[STATUS_COUNT], size_t suppressed,
                        const char *separator); /* "1 fail, 4 ok, 1 suppressed" */
const char *time_text(struct arena *, int64_t seconds);                                            /* RFC 3339, UTC */
const char *elapsed_text(struct arena *, int64_t ms); /* "412 ms", "12.3 s" */
const char *sender_text(struct arena *,
                        const struct mail_address *); /* "declared, HELO mail.example.org"; NULL: no sender */

/* What the user has agreed to (core/result/agree.h). */
const char *marked_message(struct arena *, const struct finding *); /* where suppressed: "... (suppressed until ...)" */
const char *level_sentence(struct arena *, const struct finding *); /* where f->level */
const char *suppressed_sentence(struct arena *, const struct finding *); /* where f->suppressed */
const char *suppression_sentence(struct arena *, const struct result *, const struct suppression *);

/* Sending identities (core/result/identity.h). */
const char *identity_label(enum verdict); /* "AT RISK" */
const char *identity_part_label(enum identity_part);
const char *identity_role(struct arena *, const struct mail_address *); /* "sends (declared); MX host mx.example.org" */
const char *identity_says(struct arena *, const struct identity_name *); /* for the HELO with where it is from */
/* The label of the row at `from`, and of those behind it that have no name either and for the same reason: "greeting,
 * EHLO".  *next is the row behind them. */
const char *identity_parts(struct arena *, const struct identity *, size_t from, size_t *next);
