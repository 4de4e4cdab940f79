/* core/result/agree.h - lays what the user has agreed to over the findings of an audit.
 *
 * A level changes the status of findings that are a note, a warning or a failure; what passed, was skipped or is
 * unknown stays so.  A suppressed finding stays in the result, marked, and does not count.  Receivers know nothing of
 * all that: they are judged before.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct arena;
struct finding;
struct result;
struct suppression;
struct target;

/* To one finding, which is changed; texts are made in the arena. */
void agree(struct arena *, const struct target *, int64_t now_s, struct finding *);

enum suppression_state { SUPPRESSION_IN_FORCE, SUPPRESSION_EXPIRED, SUPPRESSION_UNUSED, SUPPRESSION_NOT_ASKED };
/* What became of it: UNUSED where nothing was found, NOT_ASKED where its check was not wanted.  *count: findings that
 * it is about. */
enum suppression_state suppression_state(const struct result *, const struct suppression *, size_t *count);
const char *suppression_state_word(enum suppression_state); /* "in_force" */
