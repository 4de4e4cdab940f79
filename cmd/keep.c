/* cmd/keep.c - keeps what an audit has found. */
#include "cmd/keep.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/command.h"
#include "cmd/io/journal.h"
#include "cmd/io/progress.h"
#include "core/audit/recording.h"
#include "core/base/limits.h"
#include "core/result/result.h"

bool keep_is_starved(const struct result *result)
{
    bool starved = result->out_of_memory;

    for (size_t i = 0; i < result->finding_count && !starved; i++)
        starved = result->findings[i]->status == UNKNOWN && result->findings[i]->reason == REASON_RESOURCES;
    return starved;
}

static void complain_of(const struct keeping *keeping, const char *domain, int error)
{
    if (!error)
        return;
    progress_erase(keeping->progress);
    complain("%s: %s%s%s: what is not kept would be audited again", keeping->journal->path, domain ? domain : "",
             domain ? ": " : "", strerror(error));
}

/* What was cut short, by a signal or by what this machine lacks, is worth another audit. */
void keep_audit(struct keeping *keeping, uint64_t number, const struct result *result, bool is_cut_short)
{
    int error = ENOMEM;
    char *text;

    if (!keeping->journal || is_cut_short || keep_is_starved(result))
        return;
    text = recording_write(result);
    if (text && strlen(text) > JSON_BYTES)
        error = EFBIG; /* it could not be read again */
    else if (text)
        keeping->kept += journal_keep(keeping->journal, number, result->target->domain, text, &error);
    free(text);
    complain_of(keeping, result->target->domain, error);
}

void keep_settle(struct keeping *keeping, int64_t now_ms)
{
    int error;

    if (!keeping->journal || now_ms < keeping->settle_ms)
        return;
    journal_settle(keeping->journal, &error);
    complain_of(keeping, NULL, error);
    keeping->settle_ms = now_ms + JOURNAL_SETTLE_MS;
}
