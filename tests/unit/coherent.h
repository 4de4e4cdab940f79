/* tests/unit/coherent.h - what holds of every finding of every audit, whatever it is about. */
#pragma once

#include <stdbool.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/str.h"
#include "core/result/finding.h"
#include "core/result/receiver.h"
#include "core/result/result.h"
#include "reports/summary.h"
#include "reports/words.h"
#include "tests/unit/printed.h"

static inline bool has_trouble(const struct result *result, enum check_id id)
{
    for (size_t i = 0; i < result->finding_count; i++)
        if (result->findings[i]->check == id && result->findings[i]->status > PASS &&
            result->findings[i]->status != SKIPPED)
            return true;
    return false;
}

/* The check that the remedy sends the reader to ("see spf.lookups") if there is nothing to see, nor in any other that
 * it names; NULL. */
static inline const char *sent_for_nothing(const struct result *result, const char *remedy)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz_";
    const char *sent = NULL;

    for (const char *at = remedy ? remedy : ""; *at; at += strcspn(at, " ") + (at[strcspn(at, " ")] != '\0')) {
        size_t len = strspn(at, letters);
        enum check_id id;

        len += at[len] == '.' ? 1 + strspn(at + len + 1, letters) : 0;
        if (!check_from_str((struct str){at, len}, &id))
            continue;
        if (has_trouble(result, id))
            return NULL;
        sent = check_of(id)->name;
    }
    return sent;
}

static inline const char *fault_of_records(struct arena *arena, const struct result *result, const struct finding *f)
{
    for (size_t i = 0; i < f->records.count; i++) {
        if (fault_of_printed(arena, result, f->records.at[i]))
            return str_printf(arena, "prints a record that %s: %s", fault_of_printed(arena, result, f->records.at[i]),
                              f->records.at[i]);
        for (size_t k = 0; k < i; k++)
            if (strcmp(f->records.at[k], f->records.at[i]) == 0)
                return str_printf(arena, "prints a record twice: %s", f->records.at[i]);
    }
    return f->status == PASS && f->records.count ? "passes, and proposes a record" : NULL;
}

/* NULL, or what does not hold of it. */
static inline const char *fault_of_finding(struct arena *arena, const struct result *result, const struct finding *f)
{
    if (f->status == UNKNOWN && (!f->reason || !f->side))
        return "is unknown without a reason, or of nobody's side";
    if (f->status >= NOTE && f->status != UNKNOWN && f->status > f->worst)
        return "is worse than it can be";
    if (!finding_may_advise(f) && (remedy_text(f) || f->records.count))
        return "gives advice, and nothing was established, or another has the cause";
    if (strstr(f->message, "(null)") || (f->remedy && strstr(f->remedy, "(null)")))
        return str_printf(arena, "names nothing: %s: %s", f->message, f->remedy ? f->remedy : "");
    if (sent_for_nothing(result, f->remedy))
        return str_printf(arena, "sends to %s, where nothing is amiss: %s", sent_for_nothing(result, f->remedy),
                          f->remedy);
    return fault_of_records(arena, result, f);
}

/* A tile hides no fault, and no question that has to be answered; the sentence says that somebody refuses only where
 * one does, and that nothing stands in the way only where nothing does.  NULL, or what does not hold. */
static inline const char *fault_of_summary(struct arena *arena, const struct result *result)
{
    const char *sentence = summary_sentence(arena, result);
    struct tile tiles[TILE_COUNT];
    bool is_refused = false;

    summary_tiles(arena, result, tiles);
    for (size_t i = 0; i < result->finding_count; i++) {
        const struct finding *f = result->findings[i];
        size_t at = summary_tile_of(f);
        enum status tile = at < TILE_COUNT ? tiles[at].status : FAIL;

        if (f->status == FAIL && tile != FAIL)
            return str_printf(arena, "tile \"%s\" hides that %s fails", tiles[at].title, check_of(f->check)->name);
        if ((f->status == WARN || finding_is_undecided(f)) && tile != FAIL && tile != WARN && tile != UNKNOWN)
            return str_printf(arena, "tile \"%s\" hides %s", tiles[at].title, check_of(f->check)->name);
    }
    for (size_t i = 0; i < result->receiver_count; i++)
        is_refused = is_refused || result->receivers[i].outcome == RECEIVER_REJECTS;
    if (!is_refused && (strstr(sentence, " refuse mail") || strstr(sentence, " refuses mail")))
        return str_printf(arena, "nobody refuses, and the summary says: %s", sentence);
    if (result->verdict != VERDICT_READY && strstr(sentence, "Nothing that can be seen"))
        return str_printf(arena, "is not ready, and the summary says: %s", sentence);
    return NULL;
}
