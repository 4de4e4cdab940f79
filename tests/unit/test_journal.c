/* The journal: whatever becomes of the file, an entry that is read is one that was written, and each that is whole is
 * read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cmd/io/journal.h"
#include "cmd/options/options.h"
#include "cmd/options/run_text.h"
#include "core/base/arena.h"
#include "core/base/gzip.h"
#include "core/base/limits.h"

enum { ENTRIES = 4, ARENA_BYTES = 1 << 20 };

/* ---- a system whose calls fail ---- */

enum call { NO_CALL, READ, WRITE, TRUNCATE, SYNC, RANDOM, LOCK };

static struct {
    enum call call;
    unsigned after; /* so many that do not */
    int error;
    const char *gone; /* what LOCK finds removed, instead of failing */
} fault;

static bool fails(enum call call)
{
    if (fault.call != call || fault.after-- > 0)
        return false;
    fault.after = 0;
    fault.call = NO_CALL;
    errno = fault.error;
    return true;
}

ssize_t pread(int fd, void *bytes, size_t size, off_t at)
{
    return fails(READ) ? -1 : syscall(SYS_pread64, fd, bytes, size, at);
}

ssize_t pwrite(int fd, const void *bytes, size_t size, off_t at)
{
    return fails(WRITE) ? -1 : syscall(SYS_pwrite64, fd, bytes, size, at);
}

int ftruncate(int fd, off_t size)
{
    return fails(TRUNCATE) ? -1 : (int)syscall(SYS_ftruncate, fd, size);
}

int fsync(int fd)
{
    return fails(SYNC) ? -1 : (int)syscall(SYS_fsync, fd);
}

ssize_t getrandom(void *bytes, size_t size, unsigned flags)
{
    return fails(RANDOM) ? -1 : syscall(SYS_getrandom, bytes, size, flags);
}

int flock(int fd, int operation)
{
    if (fails(LOCK))
        assert_int_equal(unlink(fault.gone), 0);
    return (int)syscall(SYS_flock, fd, operation);
}

/* ---- entries ---- */

static const char *const texts[ENTRIES] = {"run\nversion 0\n", "audit 1 a.example\nfirst", "",
                                           "audit 2 b.example\nsecond"};

/* An empty file without a name. */
static int new_file(void)
{
    FILE *file = tmpfile();
    int fd = file ? dup(fileno(file)) : -1;

    assert_true(fd >= 0);
    fclose(file);
    return fd;
}

static size_t size_of(int fd)
{
    struct stat about;

    assert_int_equal(fstat(fd, &about), 0);
    return (size_t)about.st_size;
}

static char *octets_of(int fd, size_t *size)
{
    char *octets;

    *size = size_of(fd);
    octets = malloc(*size + 1);
    assert_non_null(octets);
    assert_int_equal(pread(fd, octets, *size, 0), *size);
    return octets;
}

static void put(int fd, const char *octets, size_t size)
{
    assert_int_equal(ftruncate(fd, 0), 0);
    assert_int_equal(pwrite(fd, octets, size, 0), size);
}

/* With ENTRIES entries; `ends` is where each is whole. */
static int written(size_t *ends)
{
    struct journal_file file;
    int fd = new_file();

    assert_true(journal_file_begin(&file, fd));
    for (size_t i = 0; i < ENTRIES; i++) {
        assert_true(journal_file_append(&file, str_of(texts[i]), str_of("")));
        ends[i] = size_of(fd);
    }
    journal_file_free(&file);
    return fd;
}

/* Bit i: entry i was read.  -1: the file cannot be opened.  What is read is what was written, in this order. */
static int read_all(struct journal_file *file, int fd, uint64_t *damaged)
{
    struct journal_place place = {0};
    enum journal_step step;
    struct str entry;
    const char *why;
    int seen = 0;
    size_t next = 0;

    *damaged = 0;
    if (!journal_file_open(file, fd, &why))
        return -1;
    while ((step = journal_file_next(file, &place, &entry)) == JOURNAL_ENTRY) {
        *damaged += place.damaged;
        while (next < ENTRIES && !str_equal(entry, str_of(texts[next])))
            next++;
        assert_true(next < ENTRIES);
        seen |= 1 << next++;
    }
    assert_int_equal(step, JOURNAL_END);
    *damaged += place.damaged;
    return seen;
}

static void truncated_at_every_octet(void **state)
{
    size_t ends[ENTRIES], size;
    int fd = written(ends);
    char *octets = octets_of(fd, &size);

    (void)state;
    for (size_t cut = 0; cut < size; cut++) {
        struct journal_file file;
        uint64_t damaged;
        int whole = 0, seen;

        put(fd, octets, cut);
        for (size_t i = 0; i < ENTRIES; i++)
            whole |= cut >= ends[i] ? 1 << i : 0;
        seen = read_all(&file, fd, &damaged);
        if (seen < 0) {
            assert_int_equal(whole, 0);
            continue;
        }
        assert_int_equal(seen, whole);
        /* what is written next is found, with all that was there, and nothing is left of the torn one */
        assert_true(journal_file_append(&file, str_of(texts[ENTRIES - 1]), str_of("")));
        journal_file_free(&file);
        assert_int_equal(read_all(&file, fd, &damaged) & (whole | 1 << (ENTRIES - 1)), whole | 1 << (ENTRIES - 1));
        assert_int_equal(damaged, 0);
        journal_file_free(&file);
    }
    free(octets);
    close(fd);
}

static void each_bit_flipped(void **state)
{
    size_t ends[ENTRIES], size, begin;
    int fd = written(ends), all = (1 << ENTRIES) - 1;
    char *octets = octets_of(fd, &size);

    (void)state;
    begin = (size_t)((char *)memchr(octets, '\n', size) + 1 - octets);
    for (size_t bit = 0; bit < size * 8; bit++) {
        struct journal_file file;
        uint64_t damaged;
        int lost = 0, seen;

        octets[bit / 8] = (char)(octets[bit / 8] ^ 1 << bit % 8);
        put(fd, octets, size);
        octets[bit / 8] = (char)(octets[bit / 8] ^ 1 << bit % 8);
        seen = read_all(&file, fd, &damaged);
        for (size_t i = 0; i < ENTRIES; i++)
            if (bit / 8 < ends[i] && bit / 8 >= (i ? ends[i - 1] : begin))
                lost = 1 << i;
        if (lost)
            assert_int_equal(seen, all & ~lost);
        else /* the first line: another mark finds nothing, and a digit that is upper case is the same one */
            assert_true(seen == -1 || seen == 0 || seen == all);
        if (seen >= 0 && seen != all)
            assert_true(damaged > 0);
        journal_file_free(&file);
    }
    free(octets);
    close(fd);
}

/* As a machine leaves it that lost power: the size was on the disk, and the octets were not. */
static void zeros(void **state)
{
    size_t ends[ENTRIES], size;
    int fd = written(ends);
    char *octets = octets_of(fd, &size);

    (void)state;
    for (size_t from = ends[0]; from < size; from++) {
        for (size_t to = from + 1; to <= size; to++) {
            char *zeroed = malloc(size);
            struct journal_file file;
            uint64_t damaged;
            int whole = 1;

            assert_non_null(zeroed);
            memcpy(zeroed, octets, size);
            memset(zeroed + from, 0, to - from);
            for (size_t i = 1; i < ENTRIES; i++)
                if (memcmp(zeroed + ends[i - 1], octets + ends[i - 1], ends[i] - ends[i - 1]) == 0)
                    whole |= 1 << i;
            put(fd, zeroed, size);
            assert_int_equal(read_all(&file, fd, &damaged), whole);
            journal_file_free(&file);
            free(zeroed);
        }
    }
    free(octets);
    close(fd);
}

static void what_is_no_journal(void **state)
{
    static const struct {
        const char *octets, *why;
    } files[] = {
        {"", "no journal"},
        {"example.org\n", "no journal"},
        {"mailready journal 2 0123456789abcdef\n", "newer"},
        {"mailready journal 99999999999999999999 0123456789abcdef\n", "newer"},
        {"mailready journal 0 0123456789abcdef\n", "damaged"},
        {"mailready journal -1 0123456789abcdef\n", "damaged"},
        {"mailready journal 1 0123456789abcde\n", "damaged"},
        {"mailready journal 1 0123456789abcdeg\n", "damaged"},
        {"mailready journal 1 0123456789abcdef", "damaged"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct journal_file file;
        int fd = new_file();
        const char *why;

        put(fd, files[i].octets, strlen(files[i].octets));
        assert_false(journal_file_open(&file, fd, &why));
        assert_non_null(strstr(why, files[i].why));
        close(fd);
    }
}

/* A whole entry inside another one, which is what a peer would have to get into the file to be believed. */
static void an_entry_within_an_entry(void **state)
{
    size_t ends[ENTRIES], size;
    int fd = written(ends), within = new_file();
    char *octets = octets_of(fd, &size);
    struct journal_file file = {0};
    struct journal_place place = {0};
    struct str entry;
    const char *why;

    (void)state;
    assert_true(journal_file_begin(&file, within));
    assert_true(journal_file_append(&file, (struct str){octets, size}, str_of("")));
    journal_file_free(&file);
    assert_true(journal_file_open(&file, within, &why));
    assert_int_equal(journal_file_next(&file, &place, &entry), JOURNAL_ENTRY);
    assert_int_equal(entry.len, size);
    assert_int_equal(journal_file_next(&file, &place, &entry), JOURNAL_END);
    /* and where the outer one is damaged, its marks are another file's */
    assert_int_equal(pwrite(within, "", 1, (off_t)file.first), 1);
    place = (struct journal_place){0};
    assert_int_equal(journal_file_next(&file, &place, &entry), JOURNAL_END);
    assert_int_equal(place.damaged, size_of(within) - file.first);
    journal_file_free(&file);
    free(octets);
    close(within);
    close(fd);
}

static void limit_files(rlim_t most)
{
    struct rlimit limit;

    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = most < limit.rlim_max ? most : limit.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void full_disk(void **state)
{
    size_t ends[ENTRIES];
    int fd = written(ends);

    (void)state;
    signal(SIGXFSZ, SIG_IGN);
    for (size_t room = 0; room < 30; room++) {
        struct journal_file file;
        uint64_t damaged;

        assert_int_equal(read_all(&file, fd, &damaged), (1 << ENTRIES) - 1);
        limit_files(ends[ENTRIES - 1] + room);
        assert_false(journal_file_append(&file, str_of("audit 3 c.example\n"), str_of("third")));
        assert_int_equal(errno, EFBIG);
        limit_files(RLIM_INFINITY);
        assert_int_equal(size_of(fd), ends[ENTRIES - 1]);
        journal_file_free(&file);
    }
    close(fd);
}

/* A signal in between is no failure, and one of the disk is; then it is written where the former entry ends. */
static void calls_that_fail(void **state)
{
    size_t ends[ENTRIES];
    int fd = written(ends);
    struct str third = str_of("audit 3 c.example\nthird"), none = str_of("");
    struct journal_place place;
    struct journal_file file;
    struct str entry;
    uint64_t damaged;
    const char *why;

    (void)state;
    assert_int_equal(read_all(&file, fd, &damaged), (1 << ENTRIES) - 1);
    fault.error = EIO;
    fault.call = TRUNCATE; /* something is behind the last entry, and stays there */
    assert_int_equal(pwrite(fd, "torn", 4, (off_t)ends[ENTRIES - 1]), 4);
    errno = 0;
    assert_false(journal_file_append(&file, third, none));
    assert_int_equal(errno, EIO);
    assert_int_equal(size_of(fd), ends[ENTRIES - 1] + 4);
    assert_true(journal_file_append(&file, str_of(texts[ENTRIES - 1]), none));

    fault.call = WRITE;
    assert_false(journal_file_append(&file, third, none));
    assert_int_equal(errno, EIO);
    fault.error = EINTR;
    fault.call = WRITE;
    assert_true(journal_file_append(&file, str_of(texts[ENTRIES - 1]), none));
    journal_file_free(&file);

    fault.call = READ;
    assert_true(journal_file_open(&file, fd, &why));
    for (unsigned after = 0; after < 2; after++) {
        place = (struct journal_place){0};
        fault.call = READ;
        fault.after = after;
        assert_int_equal(journal_file_next(&file, &place, &entry), JOURNAL_ENTRY);
        assert_true(str_equal(entry, str_of(texts[0])));
    }
    fault.error = EIO;
    for (unsigned after = 0; after < 3; after++) { /* where the entry is looked for, its beginning, and the rest */
        place = (struct journal_place){0};
        fault.call = READ;
        fault.after = after;
        assert_int_equal(journal_file_next(&file, &place, &entry), JOURNAL_FAULT);
        assert_int_equal(errno, EIO);
        assert_int_equal(fault.call, NO_CALL);
    }
    journal_file_free(&file);
    close(fd);
}

static void what_no_disk_has_room_for(void **state)
{
    size_t ends[ENTRIES];
    int fd = written(ends);
    struct journal_file file;
    uint64_t damaged;

    (void)state;
    assert_int_equal(read_all(&file, fd, &damaged), (1 << ENTRIES) - 1);
    assert_false(journal_file_append(&file, str_of("audit 3 c.example\n"), (struct str){"", JOURNAL_ENTRY_MAX}));
    assert_int_equal(errno, EFBIG);
    assert_int_equal(size_of(fd), ends[ENTRIES - 1]);
    journal_file_free(&file);
    close(fd);
}

/* ---- audits ---- */

struct place {
    struct arena *arena;
    char directory[32];
    const char *path;
};

static void begin_place(struct place *place)
{
    *place = (struct place){.arena = arena_new(ARENA_BYTES), .directory = "/tmp/test_journal-XXXXXX"};
    assert_non_null(place->arena);
    assert_non_null(mkdtemp(place->directory));
    place->path = str_printf(place->arena, "%s/j", place->directory);
}

static void end_place(struct place *place)
{
    unlink(place->path);
    assert_int_equal(rmdir(place->directory), 0); /* nothing else is left there */
    arena_free(place->arena);
}

static void keep(struct journal *journal, uint64_t number, const char *domain, const char *recording)
{
    struct str packed = {NULL, 0};
    char *bytes = gzip_pack(str_of(recording), &packed.len);
    int error;

    packed.at = bytes;
    assert_true(journal_keep(journal, number, domain, packed, &error));
    free(bytes);
}

static void keeps_and_finds(void **state)
{
    static const char *const recordings[] = {"{\"a\": 1}", "{}", "{\"a\": 2}"};
    static const uint64_t numbers[] = {7, 3, 7};
    struct place place;
    struct journal journal;
    struct journal_entry entry;
    const char *why = "", *run;
    struct str text;
    int error;

    (void)state;
    begin_place(&place);
    assert_int_equal(journal_begin(&journal, place.arena, place.path, "version 1\n", &why), JOURNAL_OPEN);
    for (size_t i = 0; i < 3; i++)
        keep(&journal, numbers[i], i == 1 ? "b.example" : "a.example", recordings[i]);
    assert_true(journal_settle(&journal, &error));
    journal_close(&journal);

    assert_int_equal(journal_begin(&journal, place.arena, place.path, "version 1\n", &why), JOURNAL_UNFIT);
    assert_non_null(strstr(why, "is there already"));
    assert_int_equal(journal_resume(&journal, place.arena, place.path, &run, &why), JOURNAL_OPEN);
    assert_string_equal(run, "version 1\n");
    assert_int_equal(journal.audit_count, 3);
    assert_int_equal(journal.damaged, 0);
    assert_false(journal_find(&journal, 1, &entry));
    assert_false(journal_find(&journal, UINT64_MAX, &entry));
    assert_true(journal_find(&journal, 3, &entry));
    assert_true(str_equal(entry.domain, str_of("b.example")));
    assert_true(journal_find(&journal, 7, &entry)); /* the later one */
    assert_true(gzip_unpack(place.arena, entry.packed, gzip_size(entry.packed), &text, &why));
    assert_true(str_equal(text, str_of(recordings[2])));
    journal_close(&journal);
    end_place(&place);
}

static void one_run_at_a_time(void **state)
{
    struct place place;
    struct journal journal, second;
    const char *why = "", *run;

    (void)state;
    begin_place(&place);
    assert_int_equal(journal_begin(&journal, place.arena, place.path, "", &why), JOURNAL_OPEN);
    assert_int_equal(journal_resume(&second, place.arena, place.path, &run, &why), JOURNAL_FAILED);
    assert_non_null(strstr(why, "in use by another run"));
    assert_int_equal(journal_begin(&second, place.arena, place.path, "", &why), JOURNAL_UNFIT);
    journal_close(&journal);
    assert_int_equal(journal_resume(&second, place.arena, place.path, &run, &why), JOURNAL_OPEN);
    journal_remove(&second);
    journal_close(&second);
    assert_int_equal(journal_resume(&second, place.arena, place.path, &run, &why), JOURNAL_OPEN);
    assert_null(run); /* there is none any more */
    end_place(&place);
}

static void first_entry_is_needed(void **state)
{
    struct place place;
    struct journal journal;
    const char *why = "", *run;
    FILE *file;

    (void)state;
    begin_place(&place);
    assert_int_equal(journal_begin(&journal, place.arena, place.path, "version 1\n", &why), JOURNAL_OPEN);
    journal_close(&journal);
    file = fopen(place.path, "r+");
    assert_non_null(file);
    assert_int_equal(fseek(file, -1, SEEK_END), 0);
    fputc('?', file);
    fclose(file);
    assert_int_equal(journal_resume(&journal, place.arena, place.path, &run, &why), JOURNAL_UNFIT);
    assert_non_null(strstr(why, "damaged where it says of which run it is"));
    end_place(&place);
}

/* It says so, and leaves no file: a journal that was not begun is none to go on with. */
static void a_journal_that_cannot_be_begun(void **state)
{
    static const struct {
        enum call call;
        unsigned after;
        int error;
        enum journal_opening opening;
    } cases[] = {
        {RANDOM, 0, ENOSYS, JOURNAL_FAILED}, {WRITE, 0, ENOSPC, JOURNAL_FAILED}, {WRITE, 1, ENOSPC, JOURNAL_FAILED},
        {TRUNCATE, 0, EIO, JOURNAL_FAILED},  {SYNC, 0, EIO, JOURNAL_FAILED},     {SYNC, 1, EIO, JOURNAL_FAILED},
        {SYNC, 1, EINVAL, JOURNAL_OPEN}, /* a file system that cannot do that with directories */
    };
    struct place place;
    struct journal journal;
    const char *why = "";

    (void)state;
    begin_place(&place);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fault.call = cases[i].call;
        fault.after = cases[i].after;
        fault.error = cases[i].error;
        assert_int_equal(journal_begin(&journal, place.arena, place.path, "version 1\n", &why), cases[i].opening);
        assert_int_equal(fault.call, NO_CALL);
        if (cases[i].opening == JOURNAL_OPEN) {
            journal_close(&journal);
            continue;
        }
        assert_string_equal(why, str_printf(place.arena, "%s: %s", place.path, strerror(cases[i].error)));
        assert_int_equal(access(place.path, F_OK), -1);
    }
    end_place(&place);
}

/* What the machine cannot read is no journal that is wrong. */
static void a_journal_that_cannot_be_read(void **state)
{
    struct place place;
    struct journal journal;
    const char *why = "", *run;
    enum journal_opening opening;
    unsigned after = 0;

    (void)state;
    begin_place(&place);
    assert_int_equal(journal_begin(&journal, place.arena, place.path, "version 1\n", &why), JOURNAL_OPEN);
    keep(&journal, 1, "a.example", "{}");
    journal_close(&journal);
    fault.error = EIO;
    do {
        fault.call = READ;
        fault.after = after;
        opening = journal_resume(&journal, place.arena, place.path, &run, &why);
        if (opening == JOURNAL_OPEN)
            break;
        assert_int_equal(opening, JOURNAL_FAILED);
        assert_string_equal(why, str_printf(place.arena, "%s: %s", place.path, strerror(EIO)));
    } while (++after < 100);
    fault.call = NO_CALL;
    assert_true(after > 4 && after < 100);
    assert_int_equal(journal.audit_count, 1);
    journal_close(&journal);
    end_place(&place);
}

/* Its name was there when it was opened, and its run came to its end before the lock was free. */
static void a_journal_that_goes_in_between(void **state)
{
    struct place place;
    struct journal journal;
    const char *why = "", *run;

    (void)state;
    begin_place(&place);
    assert_int_equal(journal_begin(&journal, place.arena, place.path, "version 1\n", &why), JOURNAL_OPEN);
    journal_close(&journal);
    fault.gone = place.path;
    fault.call = LOCK;
    assert_int_equal(journal_resume(&journal, place.arena, place.path, &run, &why), JOURNAL_FAILED);
    assert_non_null(strstr(why, "was in use by another run a moment ago"));
    fault.gone = str_printf(place.arena, "%s/.j.mailready", place.directory);
    fault.call = LOCK;
    assert_int_equal(journal_begin(&journal, place.arena, place.path, "version 1\n", &why), JOURNAL_FAILED);
    assert_non_null(strstr(why, "was in use by another run a moment ago"));
    end_place(&place);
}

/* Whole, and of another kind or of no domain: it is left alone, and the others are found. */
static void entries_that_are_no_audits(void **state)
{
    static const char *const odd[] = {"",
                                      "audit",
                                      "audit 3 c.example",
                                      "audit \n",
                                      "audit x c.example\n",
                                      "audit -3 c.example\n",
                                      "audit 0 c.example\n",
                                      "audit 3\n",
                                      "audit 3 \n",
                                      "audit 3x c.example\n",
                                      "audit 99999999999999999999 c.example\n",
                                      "result 3 c.example\n"};
    struct place place;
    struct journal journal;
    struct journal_entry entry;
    const char *why = "", *run;
    char line[4096];

    (void)state;
    begin_place(&place);
    assert_int_equal(journal_begin(&journal, place.arena, place.path, "version 1\n", &why), JOURNAL_OPEN);
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
        assert_true(journal_file_append(&journal.file, str_of(odd[i]), str_of("")));
    memset(line, 'c', sizeof line);
    memcpy(line, "audit 3 ", 8);
    line[sizeof line - 1] = '\n';
    assert_true(journal_file_append(&journal.file, (struct str){line, sizeof line}, str_of("")));
    keep(&journal, 4, "d.example", "{}");
    journal_close(&journal);

    assert_int_equal(journal_resume(&journal, place.arena, place.path, &run, &why), JOURNAL_OPEN);
    assert_int_equal(journal.audit_count, 1);
    assert_int_equal(journal.damaged, 0);
    assert_false(journal_find(&journal, 3, &entry));
    assert_true(journal_find(&journal, 4, &entry));
    assert_true(str_equal(entry.domain, str_of("d.example")));
    journal_close(&journal);
    end_place(&place);
}

/* ---- whose run it is ---- */

static const char *described(struct arena *arena, const char *timeout, const char *only, size_t domains)
{
    struct options options = options_new(arena, "audit");
    const struct run_list list = {.is_known = domains > 0, .domains = domains, .checksum = domains};
    const char *text, *why;

    if (timeout)
        assert_true(options_add(&options, OPT_TIMEOUT, timeout, SOURCE_FLAG, "--timeout", &why));
    if (only)
        assert_true(options_add(&options, OPT_ONLY, only, SOURCE_FLAG, "--only", &why));
    assert_true(options_add(&options, OPT_QUIET, domains % 2 ? "yes" : "no", SOURCE_FLAG, "--quiet", &why));
    assert_true(run_text(&options, &list, NULL, 0, &text, &why));
    return text;
}

static void differences_of_runs(void **state)
{
    struct arena *arena = arena_new(ARENA_BYTES);
    const char *run = described(arena, "30", NULL, 100);

    (void)state;
    assert_null(run_text_difference(arena, run, run));
    assert_null(run_text_difference(arena, run, described(arena, "30", NULL, 0))); /* a pipe */
    assert_non_null(strstr(run_text_difference(arena, run, described(arena, "60", NULL, 100)),
                           "it had --timeout 30, and this one has --timeout 60"));
    assert_non_null(
        strstr(run_text_difference(arena, run, described(arena, "30", "mx", 100)), "this one has --only mx"));
    assert_non_null(strstr(run_text_difference(arena, run, described(arena, NULL, NULL, 100)), "it had --timeout 30"));
    assert_non_null(strstr(run_text_difference(arena, run, described(arena, "30", NULL, 101)),
                           "it had 100 domains, and this one has 101"));
    assert_non_null(strstr(run_text_difference(arena, "version 9\nlist 1 0\n", run), "is of mailready 9, and"));
    assert_non_null(run_text_difference(arena, "", run));
    assert_non_null(run_text_difference(arena, "nonsense", run));
    assert_non_null(run_text_difference(arena, run, ""));
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(truncated_at_every_octet),
        cmocka_unit_test(each_bit_flipped),
        cmocka_unit_test(zeros),
        cmocka_unit_test(what_is_no_journal),
        cmocka_unit_test(an_entry_within_an_entry),
        cmocka_unit_test(full_disk),
        cmocka_unit_test(calls_that_fail),
        cmocka_unit_test(what_no_disk_has_room_for),
        cmocka_unit_test(keeps_and_finds),
        cmocka_unit_test(one_run_at_a_time),
        cmocka_unit_test(first_entry_is_needed),
        cmocka_unit_test(a_journal_that_cannot_be_begun),
        cmocka_unit_test(a_journal_that_cannot_be_read),
        cmocka_unit_test(a_journal_that_goes_in_between),
        cmocka_unit_test(entries_that_are_no_audits),
        cmocka_unit_test(differences_of_runs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
