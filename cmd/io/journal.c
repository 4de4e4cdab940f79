/* cmd/io/journal.c - keeps finished audits, and finds them again. */
#include "cmd/io/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/name.h"

static const char run_word[] = "run\n", audit_word[] = "audit ";

enum { LINE_MAX = NAME_TEXT_MAX + 64 };

/* ---- opening ---- */

static enum journal_opening unfit(const struct journal *journal, struct arena *arena, const char **why,
                                  const char *what)
{
    *why = str_printf(arena, "%s: %s", journal->path, what);
    return JOURNAL_UNFIT;
}

static enum journal_opening failed(const struct journal *journal, struct arena *arena, const char **why,
                                   const char *what)
{
    unfit(journal, arena, why, what);
    return JOURNAL_FAILED;
}

static enum journal_opening open_directory(struct journal *journal, struct arena *arena, const char *path,
                                           const char **why)
{
    const char *slash = strrchr(path, '/'), *directory = ".";

    *journal = (struct journal){.path = path, .directory = -1, .name = slash ? slash + 1 : path, .file.fd = -1};
    if (slash)
        directory = slash == path ? "/" : str_text(arena, (struct str){path, (size_t)(slash - path)});
    if (*journal->name == '\0' || strcmp(journal->name, ".") == 0 || strcmp(journal->name, "..") == 0)
        return failed(journal, arena, why, strerror(EISDIR));
    journal->directory = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return journal->directory >= 0 ? JOURNAL_OPEN : failed(journal, arena, why, strerror(errno));
}

/* This run's alone, and still the file of this name. */
static enum journal_opening own(const struct journal *journal, struct arena *arena, const char *name, const char **why)
{
    struct stat opened, named;

    if (fstat(journal->file.fd, &opened) != 0)
        return failed(journal, arena, why, strerror(errno));
    if (!S_ISREG(opened.st_mode))
        return unfit(journal, arena, why, "is no regular file");
    if (flock(journal->file.fd, LOCK_EX | LOCK_NB) != 0)
        return failed(journal, arena, why, errno == EWOULDBLOCK ? "is in use by another run" : strerror(errno));
    if (fstatat(journal->directory, name, &named, AT_SYMLINK_NOFOLLOW) != 0 || opened.st_ino != named.st_ino ||
        opened.st_dev != named.st_dev)
        return failed(journal, arena, why, "was in use by another run a moment ago");
    return JOURNAL_OPEN;
}

static enum journal_opening refuse_existing(const struct journal *journal, struct arena *arena, const char **why)
{
    struct stat there;

    if (fstatat(journal->directory, journal->name, &there, AT_SYMLINK_NOFOLLOW) != 0)
        return JOURNAL_OPEN;
    return unfit(journal, arena, why,
                 "is there already, of a run that did not come to its end: --resume goes on with it, and without the "
                 "file a run begins anew");
}

/* Writes the first entry beside the name, and gives it the name when it is on the disk. */
static enum journal_opening write_first(struct journal *journal, struct arena *arena, const char *beside,
                                        const char *run_text, const char **why)
{
    enum journal_opening opening = JOURNAL_OPEN;
    int fd = journal->file.fd;

    if (ftruncate(fd, 0) != 0 || fchmod(fd, 0600) != 0 || !journal_file_begin(&journal->file, fd) ||
        !journal_file_append(&journal->file, str_of(run_word), str_of(run_text)) || fsync(fd) != 0 ||
        renameat(journal->directory, beside, journal->directory, journal->name) != 0) {
        opening = failed(journal, arena, why, strerror(errno));
        unlinkat(journal->directory, beside, 0);
    } else if (fsync(journal->directory) != 0 && errno != EINVAL) { /* not every file system can */
        opening = failed(journal, arena, why, strerror(errno));
        journal_remove(journal);
    }
    return opening;
}

enum journal_opening journal_begin(struct journal *journal, struct arena *arena, const char *path, const char *run_text,
                                   const char **why)
{
    enum journal_opening opening = open_directory(journal, arena, path, why);
    const char *beside = str_printf(arena, ".%s.mailready", journal->name);

    if (opening == JOURNAL_OPEN)
        opening = refuse_existing(journal, arena, why);
    if (opening == JOURNAL_OPEN) {
        journal->file.fd =
            openat(journal->directory, beside, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
        opening =
            journal->file.fd >= 0 ? own(journal, arena, beside, why) : failed(journal, arena, why, strerror(errno));
    }
    if (opening == JOURNAL_OPEN) /* another run may have made it before this one had the lock */
        opening = refuse_existing(journal, arena, why);
    if (opening == JOURNAL_OPEN)
        opening = write_first(journal, arena, beside, run_text, why);
    if (opening != JOURNAL_OPEN)
        journal_close(journal);
    return opening;
}

/* ---- what is in it ---- */

static bool begins(struct str entry, const char *word)
{
    return entry.len >= strlen(word) && memcmp(entry.at, word, strlen(word)) == 0;
}

/* "audit 17 example.org\n" and the rest; false: it is no such entry. */
static bool read_audit(struct str entry, uint64_t *number, struct journal_entry *out)
{
    const char *newline = entry.len ? memchr(entry.at, '\n', entry.len) : NULL, *at;
    char line[LINE_MAX], *end;

    if (!newline || newline - entry.at >= LINE_MAX || !begins(entry, audit_word))
        return false;
    memcpy(line, entry.at, (size_t)(newline - entry.at));
    line[newline - entry.at] = '\0';
    if (!ascii_is_digit(line[sizeof audit_word - 1]))
        return false;
    errno = 0;
    *number = strtoumax(line + sizeof audit_word - 1, &end, 10);
    if (errno != 0 || *number == 0 || *end != ' ' || end[1] == '\0')
        return false;
    at = entry.at + (end + 1 - line);
    out->domain = (struct str){at, (size_t)(newline - at)};
    out->packed = (struct str){newline + 1, entry.len - (size_t)(newline + 1 - entry.at)};
    return true;
}

static bool add(struct journal *journal, uint64_t number, uint64_t at)
{
    if (journal->audit_count == journal->audit_room) {
        size_t room = journal->audit_room ? journal->audit_room * 2 : 1024;
        struct journal_audit *more = realloc(journal->audits, room * sizeof *more);

        if (!more)
            return false; /* errno is ENOMEM */
        journal->audits = more;
        journal->audit_room = room;
    }
    journal->audits[journal->audit_count++] = (struct journal_audit){number, at};
    return true;
}

static int by_number(const void *a, const void *b)
{
    const struct journal_audit *left = a, *right = b;

    if (left->number != right->number)
        return left->number < right->number ? -1 : 1;
    return left->at < right->at ? -1 : left->at > right->at;
}

static enum journal_opening read_first(struct journal *journal, struct arena *arena, struct journal_place *place,
                                       const char **run_text, const char **why)
{
    struct str entry;
    enum journal_step step = journal_file_next(&journal->file, place, &entry);

    if (step == JOURNAL_FAULT)
        return failed(journal, arena, why, strerror(errno));
    if (step == JOURNAL_END || place->damaged || !begins(entry, run_word))
        return unfit(journal, arena, why, "is damaged where it says of which run it is");
    *run_text = str_text(arena, (struct str){entry.at + sizeof run_word - 1, entry.len - (sizeof run_word - 1)});
    return JOURNAL_OPEN;
}

static enum journal_opening read_rest(struct journal *journal, struct arena *arena, struct journal_place *place,
                                      const char **why)
{
    struct journal_entry audit;
    enum journal_step step;
    struct str entry;
    uint64_t number;

    do {
        step = journal_file_next(&journal->file, place, &entry);
        if (step == JOURNAL_FAULT ||
            (step == JOURNAL_ENTRY && read_audit(entry, &number, &audit) && !add(journal, number, place->at)))
            return failed(journal, arena, why, strerror(errno));
        journal->gaps += place->damaged > 0;
        journal->damaged += place->damaged;
    } while (step == JOURNAL_ENTRY);
    if (journal->audit_count)
        qsort(journal->audits, journal->audit_count, sizeof *journal->audits, by_number);
    return JOURNAL_OPEN;
}

enum journal_opening journal_resume(struct journal *journal, struct arena *arena, const char *path,
                                    const char **run_text, const char **why)
{
    enum journal_opening opening = open_directory(journal, arena, path, why);
    struct journal_place place = {0};
    const char *fault;

    *run_text = NULL;
    if (opening == JOURNAL_OPEN) {
        journal->file.fd = openat(journal->directory, journal->name, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
        if (journal->file.fd < 0 && errno == ENOENT) {
            journal_close(journal);
            return JOURNAL_OPEN;
        }
        opening = journal->file.fd >= 0 ? own(journal, arena, journal->name, why)
                                        : failed(journal, arena, why, strerror(errno));
    }
    if (opening == JOURNAL_OPEN && !journal_file_open(&journal->file, journal->file.fd, &fault))
        opening = fault ? unfit(journal, arena, why, fault) : failed(journal, arena, why, strerror(errno));
    if (opening == JOURNAL_OPEN)
        opening = read_first(journal, arena, &place, run_text, why);
    if (opening == JOURNAL_OPEN)
        opening = read_rest(journal, arena, &place, why);
    if (opening != JOURNAL_OPEN)
        journal_close(journal);
    return opening;
}

/* ---- audits ---- */

/* The last one of this number: one that could not be used was written again. */
bool journal_find(struct journal *journal, uint64_t number, struct journal_entry *out)
{
    size_t low = 0, high = journal->audit_count;
    struct str entry;
    uint64_t found;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (journal->audits[middle].number <= number)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 && journal->audits[low - 1].number == number &&
           journal_file_read(&journal->file, journal->audits[low - 1].at, &entry) == JOURNAL_ENTRY &&
           read_audit(entry, &found, out) && found == number;
}

/* Once for a disk that stays full. */
static bool note(struct journal *journal, int failure, int *error)
{
    *error = journal->failing ? 0 : failure;
    journal->failing = failure != 0;
    return failure == 0;
}

bool journal_keep(struct journal *journal, uint64_t number, const char *domain, struct str packed, int *error)
{
    char line[LINE_MAX];
    int length = snprintf(line, sizeof line, "%s%" PRIu64 " %s\n", audit_word, number, domain), failure = 0;

    if (!journal_file_append(&journal->file, (struct str){line, (size_t)length}, packed))
        failure = errno;
    journal->unsettled = journal->unsettled || failure == 0;
    return note(journal, failure, error);
}

bool journal_settle(struct journal *journal, int *error)
{
    bool settled = !journal->unsettled || fdatasync(journal->file.fd) == 0;

    *error = 0;
    journal->unsettled = false;
    return settled || note(journal, errno, error);
}

void journal_remove(const struct journal *journal)
{
    unlinkat(journal->directory, journal->name, 0);
}

void journal_close(struct journal *journal)
{
    if (!journal->path)
        return;
    if (journal->file.fd >= 0)
        close(journal->file.fd);
    if (journal->directory >= 0)
        close(journal->directory);
    journal_file_free(&journal->file);
    free(journal->audits);
    *journal = (struct journal){.directory = -1, .file.fd = -1};
}
