/* reports/language/pieces.h - what a text consists of: sentences, and the pieces of lists. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/base/str.h"

enum { PIECES_MAX = 40 }; /* of a text: what follows them is one more */

/* The kinds of joints, from loose to tight.  A stop ends a sentence, whatever letter follows. */
enum { JOINT_SENTENCE, JOINT_STOP, JOINT_DOT, JOINT_LIST, JOINT_COLON, JOINT_COMMA, JOINT_COUNT };

extern const char *const gaps[JOINT_COUNT]; /* what of a joint belongs to neither piece */

bool is_blank(char);
struct str part_of(struct str, size_t from, size_t to);

/* Two words outside of quotation marks, one of them in small letters, with no comma or the like between: what somebody
 * could read. */
bool is_prose(struct str);

/* Where the text is joined so, outside of quotation marks and parentheses: the ends of its pieces, the last one its
 * own. */
size_t pieces_of(struct str, size_t joint, size_t ends[PIECES_MAX + 1]);
size_t behind(struct str, size_t end, size_t joint); /* where the piece behind this end begins */
