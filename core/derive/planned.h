/* core/derive/planned.h - answers from what is planned (records/overlay.h) in place of the resolver's.  For run.c and
 * the engine only.
 *
 * An alias of the plan may lead to the world, and one of the world into the plan; the answer is made of both then.
 * DNSSEC says nothing of what is planned: signatures come when it is published.  What is tried counts as what it is in
 * place of. */
#pragma once

#include <stddef.h>

#include "core/facts/dns_answer.h"

struct audit_view;
struct evidence;
struct run;

/* What the plan, or the world where the plan is silent, answers.  NULL: on its way.  Only with a plan or a trial. */
const struct dns_answer *need_planned(struct run *, const char *name, enum dns_type, unsigned nth);

/* The answers that the plan had a part in, in the order in which they were needed; they live as long as the audit. */
const struct evidence *planned_answers(const struct audit_view *, size_t *count);
void planned_free(struct audit_view *);
