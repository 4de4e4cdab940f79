/* core/base/trouble.c - the words of reasons.def. */
#include "core/base/trouble.h"

#include <stddef.h>
#include <string.h>

static const struct {
    const char *word;
    enum side side;
    const char *sentence;
} reasons[REASON_COUNT] = {
    [REASON_NONE] = {"none", SIDE_NONE, ""},
#define REASON(id, word, side, sentence) [REASON_##id] = {word, SIDE_##side, sentence},
#include "core/base/reasons.def"
#undef REASON
};

static const char *const sides[] = {
    [SIDE_NONE] = "none",         [SIDE_US] = "us",         [SIDE_NETWORK] = "network",
    [SIDE_RESOLVER] = "resolver", [SIDE_TARGET] = "target",
};

struct trouble trouble_of(enum reason reason)
{
    return (struct trouble){reason, reasons[reason].side, reasons[reason].sentence};
}

bool reason_may_pass(enum reason reason)
{
    return reason == REASON_TIMEOUT || reason == REASON_SERVFAIL || reason == REASON_CONNECTION_LOST;
}

const char *reason_word(enum reason reason)
{
    return reasons[reason].word;
}

const char *side_word(enum side side)
{
    return sides[side];
}
