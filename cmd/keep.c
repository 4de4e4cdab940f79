/* cmd/keep.c - keeps what an audit has found. */
#include "cmd/keep.h"

#include <string.h>

#include "cmd/account.h"
#include "cmd/command.h"
#include "cmd/io/journal.h"
#include "cmd/io/progress.h"
#include "core/base/limits.h"

static void complain_of(const struct keeping *keeping, const char *domain, int error)
{
    if (!error)
        return;
    progress_erase(keeping->progress);
    complain("%s: %s%s%s: what is not kept would be audited again", keeping->journal->path, domain ? domain : "",
             domain ? ": " : "", strerror(error));
}

/* What was cut short, by a signal or by what this machine lacks, is worth another audit. */
void keep_audit(struct keeping *keeping, uint64_t number, const char *domain, const struct account *account,
                bool is_cut_short)
{
    int error = account->keep_error;

    if (!keeping->journal || is_cut_short || account->is_starved)
        return;
    if (!error)
        keeping->kept += journal_keep(keeping->journal, number, domain,
                                      (struct str){account->kept.at, account->kept.size}, &error);
    complain_of(keeping, domain, error);
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
