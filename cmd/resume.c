/* cmd/resume.c - finds, opens and compares the journal of a run. */
#include "cmd/resume.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/io/sheets.h"
#include "cmd/io/targets.h"
#include "cmd/options/options.h"
#include "core/base/arena.h"
#include "core/base/limits.h"

enum { SURVEY_BYTES = 65536 };

/* ---- the list, ahead of the run ---- */

/* Told of each domain and its number; false ends it. */
typedef bool visit(void *arg, uint64_t number, const char *domain);

/* False: the list cannot be read twice. */
static bool walk(const char *const *domains, size_t domain_count, int list_fd, visit *each, void *arg)
{
    off_t begin = list_fd >= 0 ? lseek(list_fd, 0, SEEK_CUR) : 0;
    enum list_step step = LIST_BAD;
    struct target_list *list;
    struct list_item item;
    struct arena *arena;
    struct stat about;
    uint64_t number = 0;

    if (begin < 0 || (list_fd >= 0 && (fstat(list_fd, &about) != 0 || !S_ISREG(about.st_mode))))
        return false;
    list = target_list_new(domains, domain_count, list_fd >= 0 ? list_read_fd : NULL, &list_fd);
    arena = arena_new(SURVEY_BYTES);
    while (list && arena && (step == LIST_DOMAIN || step == LIST_BAD)) {
        arena_reset(arena);
        step = target_list_next(list, arena, &item);
        if (step == LIST_DOMAIN && !each(arg, ++number, item.domain))
            step = LIST_END;
    }
    arena_free(arena);
    target_list_free(list);
    return (list_fd < 0 || lseek(list_fd, begin, SEEK_SET) == begin) && step == LIST_END;
}

static bool count(void *arg, uint64_t number, const char *domain)
{
    struct run_list *list = arg;

    list->domains = (size_t)number;
    list->checksum = run_checksum(list->checksum, domain, strlen(domain) + 1);
    return true;
}

struct run_list resume_survey(const char *const *domains, size_t domain_count, int list_fd)
{
    struct run_list list = {0};

    list.is_known = walk(domains, domain_count, list_fd, count, &list);
    return list;
}

struct first_difference {
    struct journal *journal;
    struct arena *arena;
    const char *text; /* NULL: none */
};

static bool compare(void *arg, uint64_t number, const char *domain)
{
    struct first_difference *difference = arg;
    struct journal_entry entry;

    if (journal_find(difference->journal, number, &entry) && !str_equal(entry.domain, str_of(domain)))
        difference->text = str_printf(difference->arena, "; domain %" PRIu64 " was %s, and is %s", number,
                                      str_text(difference->arena, entry.domain), domain);
    return !difference->text;
}

/* ---- the journal ---- */

/* Beside the first report in a file, or in the directory of pages. */
static const char *usual_path(const struct resume_plan *plan)
{
    for (size_t i = 0; i < plan->sheets->count; i++) {
        const struct sheet *sheet = &plan->sheets->at[i];

        if (sheet->output.directory >= 0)
            return str_printf(plan->options->arena, "%s.journal", sheet->output.path);
    }
    return NULL;
}

static enum exit_status differs(struct journal *journal, const struct resume_plan *plan, const char *difference,
                                const char **why)
{
    struct first_difference list = {.journal = journal, .arena = plan->options->arena};

    walk(plan->domains, plan->domain_count, plan->list_fd, compare, &list);
    *why = str_printf(plan->options->arena, "%s: %s%s", journal->path, difference, list.text ? list.text : "");
    journal_close(journal);
    return EXIT_STATUS_USAGE;
}

static void tell(const struct journal *journal, const struct run_list *list, bool quiet)
{
    if (!quiet && list->is_known)
        complain("%s: goes on: %zu of %zu domains are finished", journal->path, journal->audit_count, list->domains);
    else if (!quiet)
        complain("%s: goes on: %zu domains are finished", journal->path, journal->audit_count);
    if (journal->gaps)
        complain("%s: is damaged: %" PRIu64 " octets in %zu %s are no entry; domains that were kept there are audited "
                 "again",
                 journal->path, journal->damaged, journal->gaps, journal->gaps == 1 ? "place" : "places");
}

/* A run that was ended before it had finished anything leaves nothing to lose. */
static void remove_empty(struct journal *journal, const struct resume_plan *plan, const char *path)
{
    const char *before, *why;

    if (journal_resume(journal, plan->options->arena, path, &before, &why) == JOURNAL_OPEN && before &&
        journal->audit_count + journal->gaps == 0)
        journal_remove(journal);
    journal_close(journal);
}

enum exit_status resume_open(struct journal *journal, const struct resume_plan *plan, const char **why)
{
    const struct settings *settings = plan->settings;
    const char *path = settings->journal ? settings->journal : usual_path(plan);
    bool is_wanted = settings->journal || settings->resume ||
                     (plan->list->is_known && plan->list->domains > JOURNAL_UNASKED && !settings->wait_ms);
    const char *now, *before = NULL, *difference;
    enum journal_opening opening = JOURNAL_OPEN;

    if (!is_wanted || (!path && !settings->resume))
        return EXIT_STATUS_READY;
    *why = "--resume: there is no journal to go on with: name it (--journal FILE), or a report in a file (-o FILE)";
    if (!path || !run_text(plan->options, plan->list, plan->files, plan->file_count, &now, why))
        return EXIT_STATUS_USAGE;
    if (settings->resume)
        opening = journal_resume(journal, plan->options->arena, path, &before, why);
    else
        remove_empty(journal, plan, path);
    if (opening == JOURNAL_OPEN && !before)
        opening = journal_begin(journal, plan->options->arena, path, now, why);
    if (opening != JOURNAL_OPEN)
        return opening == JOURNAL_UNFIT ? EXIT_STATUS_USAGE : EXIT_STATUS_FAULT;
    if (!sheets_spare(plan->sheets, path)) {
        *why = str_printf(plan->options->arena, "%s: is a report of this run, and no place for its journal", path);
        if (!before)
            journal_remove(journal);
        journal_close(journal);
        return EXIT_STATUS_USAGE;
    }
    difference = before ? run_text_difference(plan->options->arena, before, now) : NULL;
    if (difference)
        return differs(journal, plan, difference, why);
    if (before)
        tell(journal, plan->list, settings->quiet);
    return EXIT_STATUS_READY;
}

void resume_end(struct journal *journal, bool is_all_said, size_t kept)
{
    int error;

    if (!journal->path)
        return;
    if (is_all_said || kept + journal->audit_count == 0) {
        journal_remove(journal);
    } else {
        journal_settle(journal, &error);
        if (error)
            complain("%s: %s", journal->path, strerror(error));
        complain("%s: keeps %zu finished domains; --resume goes on with it", journal->path,
                 kept + journal->audit_count);
    }
    journal_close(journal);
}
