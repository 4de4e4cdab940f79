/* core/result/bounce_causes.h - what a rejection speaks of, by the
 * classes of its words (bounce_words.h, bounce_causes.def). */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/base/str.h"
#include "core/result/finding.h"

struct arena;
struct bounce_lexicon;

enum bounce_other {
    BOUNCE_OTHER_NONE,
    BOUNCE_OTHER_SPAM,
    BOUNCE_OTHER_REPUTATION,
    BOUNCE_OTHER_QUOTA,
    BOUNCE_OTHER_RATE,
    BOUNCE_OTHER_RELAY,
    BOUNCE_OTHER_RECIPIENT,
    BOUNCE_OTHER_SIZE,
    BOUNCE_OTHER_LOOP,
    BOUNCE_OTHER_LOGIN,
    BOUNCE_OTHER_TLS,
    BOUNCE_OTHER_GREY,
    BOUNCE_OTHER_COUNT
};

enum { BOUNCE_CHECKS_MAX = 4 };

struct bounce_causes {
    enum check_id checks[BOUNCE_CHECKS_MAX]; /* the first one first; each of another group */
    size_t count;
    enum bounce_other other; /* where there is none: what it is about instead */
};

struct bounce_causes bounce_causes_of(const struct bounce_lexicon *, struct arena *, struct str said);
void bounce_add_cause(struct bounce_causes *, enum check_id); /* unless its group is there, or there is no room */
void bounce_add_code(struct bounce_causes *, const char *code); /* what an enhanced code names wherever it comes from */
const char *bounce_other_text(enum bounce_other);               /* "the recipient: ..."; NULL for none */
