/* The store: what is read is what was kept, each result whole; what is not a store is refused, and left as it is.  In a
 * file; or, where STORE is the URL of a database of PostgreSQL, there, in a schema that is made anew for each test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <libpq-fe.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd/archive/archive.h"
#include "cmd/archive/queue.h"
#include "cmd/archive/report_tape.h"
#include "core/base/arena.h"
#include "core/base/str.h"

enum { ARENA_BYTES = 1 << 24, RUNS = 4, DOMAINS = 40, OCTETS_MAX = 1 << 20 };

static const char monday[] = "2026-11-23T06:00:00Z", tuesday[] = "2026-11-24T06:00:00Z",
                  wednesday[] = "2026-11-25T06:00:00Z";

struct room {
    char directory[32];
    struct arena *arena;
    const char *path, *url;
    PGconn *administrator; /* NULL: the store is a file */
};

static char *administer(PGconn *administrator, const char *statements)
{
    PGresult *result = PQexec(administrator, statements);
    char *value = PQntuples(result) > 0 ? strdup(PQgetvalue(result, 0, 0)) : NULL;

    if (PQresultStatus(result) != PGRES_COMMAND_OK && PQresultStatus(result) != PGRES_TUPLES_OK)
        print_error("%s: %s\n", statements, PQresultErrorMessage(result));
    assert_true(PQresultStatus(result) == PGRES_COMMAND_OK || PQresultStatus(result) == PGRES_TUPLES_OK);
    PQclear(result);
    return value;
}

static void change(const struct room *room, const char *statements)
{
    free(administer(room->administrator, statements));
}

static int enter_database(struct room *room, const char *url)
{
    room->path = room->url = url;
    room->administrator = PQconnectdb(url);
    assert_int_equal(PQstatus(room->administrator), CONNECTION_OK);
    change(room, "SET client_min_messages = error; DROP SCHEMA IF EXISTS mailready CASCADE");
    return 0;
}

static int enter(void **state)
{
    struct room *room = calloc(1, sizeof *room);

    assert_non_null(room);
    memcpy(room->directory, "/tmp/archive-XXXXXX", sizeof "/tmp/archive-XXXXXX");
    assert_non_null(mkdtemp(room->directory));
    room->arena = arena_new(ARENA_BYTES);
    *state = room;
    if (getenv("STORE"))
        return enter_database(room, getenv("STORE"));
    room->path = str_printf(room->arena, "%s/s.db", room->directory);
    room->url = str_printf(room->arena, "sqlite:%s", room->path);
    return 0;
}

static int leave(void **state)
{
    struct room *room = *state;

    if (!room->administrator)
        unlink(room->path);
    PQfinish(room->administrator);
    assert_int_equal(rmdir(room->directory), 0); /* and nothing else was left in it */
    arena_free(room->arena);
    free(room);
    return 0;
}

static struct archive *opened(const struct room *room, enum archive_use use)
{
    enum archive_outcome outcome;
    const char *why = "";
    struct archive *archive = archive_open(room->arena, room->url, use, &outcome, &why);

    if (!archive)
        print_error("%s\n", why);
    assert_non_null(archive);
    assert_int_equal(outcome, ARCHIVE_DONE);
    return archive;
}

static enum archive_outcome refused(const struct room *room, enum archive_use use, const char *words)
{
    enum archive_outcome outcome;
    const char *why = "";

    assert_null(archive_open(room->arena, room->url, use, &outcome, &why));
    if (!strstr(why, words))
        print_error("\"%s\" is not in \"%s\"\n", words, why);
    assert_non_null(strstr(why, words));
    assert_non_null(strstr(why, room->path));
    return outcome;
}

static const struct seen hostile = {.check = "ptr.fcrdns",
                                    .group = "ptr",
                                    .key = "ptr.fcrdns\naddress\n192.0.2.1",
                                    .subject = "192.0.2.1'); DROP TABLE said; --",
                                    .message = "says \"quotes' and \xff\xfe, %s",
                                    .status = FAIL,
                                    .records = "dns:1.2.0.192.in-addr.arpa/PTR\nNXDOMAIN"};

static const char *const only[] = {"ptr", "helo.name"};

/* As a back end takes it: in UTF-8. */
static const char in_utf8[] = "says \"quotes' and \xef\xbf\xbd\xef\xbf\xbd, %s";

static struct seen_report report_of(struct seen *findings, size_t count, const char *domain, const char *started)
{
    for (size_t i = 0; i < count; i++) {
        findings[i] = hostile;
        findings[i].status = (enum status)(i % STATUS_COUNT);
        findings[i].suppressed = i % 4 == 3;
    }
    return (struct seen_report){.domain = domain,
                                .started = started,
                                .verdict = "not_ready",
                                .only = only,
                                .only_count = 2,
                                .findings = findings,
                                .finding_count = count};
}

static void same(const struct seen_report *a, const struct seen_report *b)
{
    assert_string_equal(a->domain, b->domain);
    assert_string_equal(a->started, b->started);
    assert_string_equal(a->verdict, b->verdict);
    assert_int_equal(a->only_count, b->only_count);
    assert_int_equal(a->skip_count, b->skip_count);
    for (size_t i = 0; i < a->only_count; i++)
        assert_string_equal(a->only[i], b->only[i]);
    assert_int_equal(a->finding_count, b->finding_count);
    for (size_t i = 0; i < a->finding_count; i++) {
        assert_string_equal(a->findings[i].check, b->findings[i].check);
        assert_string_equal(a->findings[i].group, b->findings[i].group);
        assert_string_equal(a->findings[i].key, b->findings[i].key);
        assert_string_equal(a->findings[i].subject, b->findings[i].subject);
        assert_true(strcmp(a->findings[i].message, b->findings[i].message) == 0 ||
                    strcmp(in_utf8, b->findings[i].message) == 0);
        assert_string_equal(a->findings[i].records, b->findings[i].records);
        assert_int_equal(a->findings[i].status, b->findings[i].status);
        assert_int_equal(a->findings[i].suppressed, b->findings[i].suppressed);
    }
}

static const char here[] = "here", elsewhere[] = "elsewhere";
static const struct archive_sessions no_sessions;
static const struct archive_session monday_session = {"smtp:192.0.2.1:25/a.example", monday, {"\0of\377 monday", 11}};

static enum archive_outcome kept(struct archive *archive, const struct seen_report *report, bool is_restored)
{
    enum archive_outcome outcome = archive_keep(archive, report, &no_sessions, is_restored);
    bool is_open;
    size_t count;

    if (outcome != ARCHIVE_DONE)
        return outcome;
    outcome = archive_confirm(archive, &count, &is_open);
    assert_int_equal(count, outcome == ARCHIVE_DONE);
    assert_false(is_open);
    return outcome;
}

static struct archive_results results_of(struct archive *archive, const struct room *room, const char *domain)
{
    struct archive_results out;

    assert_int_equal(archive_results(archive, room->arena, domain, &out), ARCHIVE_DONE);
    return out;
}

static void what_is_kept_is_read(void **state)
{
    const struct room *room = *state;
    struct archive *archive = opened(room, ARCHIVE_WRITE);
    const struct seen_report *read;
    struct archive_results results;
    struct seen findings[12];
    struct seen_report report = report_of(findings, 12, "a.example", monday);
    struct stat about;

    assert_int_equal(archive_begin_run(archive, "one", monday, here), ARCHIVE_DONE);
    assert_int_equal(kept(archive, &report, false), ARCHIVE_DONE);
    assert_int_equal(archive_end_run(archive, monday), ARCHIVE_DONE);
    archive_close(archive);
    if (!room->administrator) {
        assert_int_equal(stat(room->path, &about), 0);
        assert_int_equal(about.st_mode & 0777, 0600);
    }
    archive = opened(room, ARCHIVE_READ);
    results = results_of(archive, room, "a.example");
    assert_int_equal(results.count, 1);
    assert_string_equal(results.at[0].started, monday);
    assert_int_equal(archive_report(archive, room->arena, results.at[0].id, &read), ARCHIVE_DONE);
    same(&report, read);
    assert_int_equal(results_of(archive, room, "b.example").count, 0);
    assert_int_equal(archive_report(archive, room->arena, results.at[0].id + 1, &read), ARCHIVE_DONE);
    assert_null(read);
    archive_close(archive);
}

/* A run that goes on: what it has is not taken twice, what is audited again is in its place. */
static void a_run_has_a_domain_once(void **state)
{
    const struct room *room = *state;
    struct seen findings[6];
    struct seen_report report = report_of(findings, 6, "a.example", monday);
    const struct seen_report *read;
    struct archive_results results;

    for (int time = 0; time < 3; time++) {
        struct archive *archive = opened(room, ARCHIVE_WRITE);

        assert_int_equal(archive_begin_run(archive, "one", monday, here), ARCHIVE_DONE);
        report.started = time == 1 ? tuesday : wednesday;
        assert_int_equal(kept(archive, &report, time == 1), ARCHIVE_DONE); /* restored: stays as it was */
        results = results_of(archive, room, "a.example");
        assert_int_equal(results.count, 1);
        assert_string_equal(results.at[0].started, wednesday);
        assert_int_equal(archive_report(archive, room->arena, results.at[0].id, &read), ARCHIVE_DONE);
        same(&(struct seen_report){.domain = "a.example",
                                   .started = wednesday,
                                   .verdict = "not_ready",
                                   .only = only,
                                   .only_count = 2,
                                   .findings = findings,
                                   .finding_count = 6},
             read);
        archive_close(archive);
    }
}

static bool count_domain(void *arg, const char *domain)
{
    size_t *count = arg;

    assert_true(strncmp(domain, "d", 1) == 0);
    ++*count;
    return true;
}

static void old_results_are_pruned(void **state)
{
    const struct room *room = *state;
    const char *const days[] = {monday, tuesday, wednesday};
    struct archive *archive = opened(room, ARCHIVE_WRITE);
    struct archive_results results;
    const struct seen_report *read;
    struct seen findings[8];
    size_t removed, domains = 0;

    for (size_t day = 0; day < 3; day++) {
        assert_int_equal(archive_begin_run(archive, days[day], days[day], here), ARCHIVE_DONE);
        for (size_t i = 0; i < 1200; i++) {
            struct seen_report report =
                report_of(findings, 3 + day, str_printf(room->arena, "d%zu.example", i), days[day]);

            assert_int_equal(kept(archive, &report, false), ARCHIVE_DONE);
        }
    }
    assert_int_equal(archive_prune(archive, monday, &removed), ARCHIVE_DONE);
    assert_int_equal(removed, 0);
    assert_int_equal(archive_prune(archive, wednesday, &removed), ARCHIVE_DONE);
    assert_int_equal(removed, 2400);
    assert_int_equal(archive_domains(archive, count_domain, &domains), ARCHIVE_DONE);
    assert_int_equal(domains, 1200);
    results = results_of(archive, room, "d7.example");
    assert_int_equal(results.count, 1);
    assert_int_equal(archive_report(archive, room->arena, results.at[0].id, &read), ARCHIVE_DONE);
    assert_int_equal(read->finding_count, 5);
    assert_int_equal(archive_prune(archive, "2026-11-26", &removed), ARCHIVE_DONE);
    assert_int_equal(removed, 1200);
    archive_close(archive);
}

/* Processes that write at once; of each, one is killed. */
static _Noreturn void write_domains(const struct room *room, unsigned run)
{
    struct archive *archive = opened(room, ARCHIVE_WRITE);
    struct seen findings[9];

    if (archive_begin_run(archive, str_printf(room->arena, "run%u", run), monday, here) != ARCHIVE_DONE)
        _exit(1);
    for (unsigned i = 0; i < DOMAINS; i++) {
        struct seen_report report = report_of(findings, 9, str_printf(room->arena, "d%u.example", i), monday);

        if (kept(archive, &report, false) != ARCHIVE_DONE || (run == 0 && i == DOMAINS / 2))
            _exit(2);
    }
    if (archive_end_run(archive, tuesday) != ARCHIVE_DONE)
        _exit(3);
    archive_close(archive);
    _exit(0);
}

static void runs_write_at_once(void **state)
{
    const struct room *room = *state;
    struct archive *archive;
    const struct seen_report *read;
    struct archive_results results;
    int status;

    for (unsigned run = 0; run < RUNS; run++)
        if (fork() == 0)
            write_domains(room, run);
    for (unsigned run = 0; run < RUNS; run++) {
        assert_true(wait(&status) > 0);
        assert_true(WIFEXITED(status) && (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 2));
    }
    archive = opened(room, ARCHIVE_READ);
    for (unsigned i = 0; i < DOMAINS; i++) {
        results = results_of(archive, room, str_printf(room->arena, "d%u.example", i));
        assert_int_equal(results.count, i <= DOMAINS / 2 ? RUNS : RUNS - 1);
        for (size_t k = 0; k < results.count; k++) {
            assert_int_equal(archive_report(archive, room->arena, results.at[k].id, &read), ARCHIVE_DONE);
            assert_int_equal(read->finding_count, 9);
        }
    }
    archive_close(archive);
}

static struct archive_queue queued(const struct room *room, struct archive *archive, unsigned count, unsigned step)
{
    struct archive_queue queue = {.archive = archive};

    for (unsigned i = 0; i < count; i++) {
        const char *domain = str_printf(room->arena, "d%u.example", i * step % count);
        struct tape tape = {0};
        struct seen findings[7];
        struct seen_report report = report_of(findings, 7, "forged.example", monday);

        findings[6].subject = domain; /* said of no other */
        report_tape_write(&tape, &report);
        archive_queue_add(&queue, domain, &tape, false);
        assert_null(tape.at);
    }
    return queue;
}

/* What is new to all of them, in another order: none waits for one that waits for it. */
static _Noreturn void say_in_order(const struct room *room, unsigned step)
{
    struct archive *archive = opened(room, ARCHIVE_WRITE);
    struct archive_queue queue = queued(room, archive, 10 * DOMAINS, step);

    if (archive_begin_run(archive, str_printf(room->arena, "run%u", step), monday, here) != ARCHIVE_DONE)
        _exit(1);
    if (archive_queue_flush(&queue) != ARCHIVE_DONE || queue.count)
        _exit(2);
    archive_close(archive);
    _exit(0);
}

static void runs_say_the_same_in_any_order(void **state)
{
    static const unsigned steps[RUNS] = {1, 399, 7, 11};
    const struct room *room = *state;
    int status;

    for (unsigned run = 0; run < RUNS; run++)
        if (fork() == 0)
            say_in_order(room, steps[run]);
    for (unsigned run = 0; run < RUNS; run++)
        assert_true(wait(&status) > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* ---- files that are none ---- */

static void put(const struct room *room, const char *octets, size_t size)
{
    FILE *file = fopen(room->path, "we");

    assert_non_null(file);
    assert_int_equal(fwrite(octets, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static char *get(const struct room *room, size_t *size)
{
    FILE *file = fopen(room->path, "re");
    char *octets = malloc(OCTETS_MAX);

    assert_true(file && octets);
    *size = fread(octets, 1, OCTETS_MAX, file);
    assert_int_equal(fclose(file), 0);
    return octets;
}

static void unchanged(const struct room *room, const char *octets, size_t size)
{
    size_t now;
    char *there = get(room, &now);

    assert_int_equal(now, size);
    assert_memory_equal(there, octets, size);
    free(there);
}

static void filled(const struct room *room)
{
    struct archive *archive = opened(room, ARCHIVE_WRITE);
    struct seen findings[30];

    assert_int_equal(archive_begin_run(archive, "one", monday, here), ARCHIVE_DONE);
    for (unsigned i = 0; i < DOMAINS; i++) {
        struct seen_report report = report_of(findings, 30, str_printf(room->arena, "d%u.example", i), monday);

        assert_int_equal(kept(archive, &report, false), ARCHIVE_DONE);
    }
    archive_close(archive);
}

static void what_is_no_store_is_left_as_it_is(void **state)
{
    const struct room *room = *state;
    const struct {
        const char *octets, *says;
    } none[] = {{"", "is empty"},
                {"SQLite", "is no store"},
                {"mailready journal 1 0\n and more octets", "is no store"},
                {"SQLite format 3", "is damaged"}};

    assert_int_equal(refused(room, ARCHIVE_READ, "No such file"), ARCHIVE_FAILED);
    assert_int_equal(refused(room, ARCHIVE_PRUNE, "No such file"), ARCHIVE_FAILED);
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        size_t size = strlen(none[i].octets) + (i == 3);

        put(room, none[i].octets, size);
        for (enum archive_use use = ARCHIVE_WRITE; use <= ARCHIVE_READ; use++)
            assert_int_equal(refused(room, use, none[i].says), ARCHIVE_UNFIT);
        unchanged(room, none[i].octets, size);
    }
}

static void another_version_or_program_is_refused(void **state)
{
    enum { VERSION_AT = 60, APPLICATION_AT = 68 }; /* sqlite.org/fileformat2.html 1.3 */
    const struct room *room = *state;
    size_t size;
    char *octets;

    filled(room);
    octets = get(room, &size);
    octets[VERSION_AT + 3]++;
    put(room, octets, size);
    assert_int_equal(refused(room, ARCHIVE_WRITE, "newer mailready: its schema is 3"), ARCHIVE_UNFIT);
    assert_int_equal(refused(room, ARCHIVE_READ, "newer mailready"), ARCHIVE_UNFIT);
    unchanged(room, octets, size);
    octets[VERSION_AT + 3]--;
    octets[APPLICATION_AT]++;
    put(room, octets, size);
    assert_int_equal(refused(room, ARCHIVE_WRITE, "another program"), ARCHIVE_UNFIT);
    unchanged(room, octets, size);
    free(octets);
}

/* Wherever it is cut, or overwritten by what the disk had of another file. */
static void damage_is_refused(void **state)
{
    const struct room *room = *state;
    size_t size, page = 4096;
    char *octets, *damaged;

    filled(room);
    octets = get(room, &size);
    damaged = malloc(size);
    assert_non_null(damaged);
    for (size_t cut = page / 2; cut < size; cut += page) {
        put(room, octets, cut);
        assert_int_equal(refused(room, ARCHIVE_WRITE, "is "), ARCHIVE_UNFIT);
        unchanged(room, octets, cut);
    }
    for (size_t at = 0; at + page <= size; at += page) {
        memcpy(damaged, octets, size);
        memset(damaged + at, 0xa5, page);
        put(room, damaged, size);
        assert_int_equal(refused(room, ARCHIVE_WRITE, "is "), ARCHIVE_UNFIT);
        assert_int_equal(refused(room, ARCHIVE_READ, "is "), ARCHIVE_UNFIT);
        unchanged(room, damaged, size);
    }
    free(damaged);
    free(octets);
}

static void a_report_is_a_tape(void **state)
{
    const struct room *room = *state;
    struct seen findings[7];
    struct seen_report report = report_of(findings, 7, "a.example", monday);
    struct archive_sessions sessions;
    struct tape tape = {0};
    size_t size;

    report_tape_write(&tape, &report);
    same(&report, report_tape_read(room->arena, (struct str){tape.at, tape.size}, &sessions));
    for (size_t cut = 0; cut < tape.size; cut++)
        assert_null(report_tape_read(room->arena, (struct str){tape.at, cut}, &sessions));
    assert_int_equal(sessions.count, 0);
    size = tape.size;
    report_tape_write_session(&tape, &monday_session);
    report_tape_write_session(&tape, &(struct archive_session){"smtp:192.0.2.2:25/b.example", tuesday, {"", 0}});
    same(&report, report_tape_read(room->arena, (struct str){tape.at, tape.size}, &sessions));
    assert_int_equal(sessions.count, 2);
    assert_string_equal(sessions.at[0].key, monday_session.key);
    assert_string_equal(sessions.at[0].asked, monday);
    assert_true(str_equal(sessions.at[0].packed, monday_session.packed));
    assert_string_equal(sessions.at[1].asked, tuesday);
    assert_null(report_tape_read(room->arena, (struct str){tape.at, size + 1}, &sessions));
    assert_null(report_tape_read(room->arena, (struct str){tape.at, tape.size - 1}, &sessions));
    tape_free(&tape);
}

/* ---- sessions ---- */

struct visit { /* what is told, "asked key octets; ..." */
    const struct room *room;
    const char *told;
    size_t most;
};

static bool note(void *arg, const struct archive_session *session)
{
    struct visit *visit = arg;

    visit->told = str_printf(visit->room->arena, "%s%.10s %.14s %zu; ", visit->told, session->asked, session->key,
                             session->packed.len);
    return --visit->most > 0;
}

static const char *told(const struct room *room, struct archive *archive, const char *since, size_t octets, size_t most)
{
    struct visit visit = {.room = room, .told = "", .most = most};

    assert_int_equal(archive_sessions(archive, here, since, octets, note, &visit), ARCHIVE_DONE);
    return visit.told;
}

static void keep_sessions(struct archive *archive, const char *asked, const struct archive_session *sessions,
                          size_t count)
{
    struct seen findings[1];
    struct seen_report report = report_of(findings, 1, "a.example", asked);
    size_t kept_count;
    bool is_open;

    assert_int_equal(archive_keep(archive, &report, &(struct archive_sessions){sessions, count}, false), ARCHIVE_DONE);
    assert_int_equal(archive_confirm(archive, &kept_count, &is_open), ARCHIVE_DONE);
    assert_int_equal(kept_count, 1);
}

static void the_latest_session_is_kept(void **state)
{
    const struct archive_session of_tuesday = {monday_session.key, tuesday, {"tuesday", 7}},
                                 others[] = {{"smtp:192.0.2.2:25/b.example", monday, {"12", 2}},
                                             {"smtp:192.0.2.3:25/c.example", wednesday, {"123", 3}}};
    const struct room *room = *state;
    struct archive *archive = opened(room, ARCHIVE_WRITE);
    size_t removed;

    assert_int_equal(archive_begin_run(archive, "one", monday, here), ARCHIVE_DONE);
    assert_string_equal(told(room, archive, "", SIZE_MAX, 9), "");
    keep_sessions(archive, monday, &monday_session, 1);
    assert_string_equal(told(room, archive, "", SIZE_MAX, 9), "2026-11-23 smtp:192.0.2.1 11; ");
    keep_sessions(archive, tuesday, &of_tuesday, 1);
    keep_sessions(archive, monday, &monday_session, 1); /* late: it is older than what there is */
    keep_sessions(archive, monday, others, 2);
    assert_string_equal(told(room, archive, "", SIZE_MAX, 9),
                        "2026-11-25 smtp:192.0.2.3 3; 2026-11-24 smtp:192.0.2.1 7; 2026-11-23 smtp:192.0.2.2 2; ");
    assert_string_equal(told(room, archive, tuesday, SIZE_MAX, 9),
                        "2026-11-25 smtp:192.0.2.3 3; 2026-11-24 smtp:192.0.2.1 7; ");
    assert_string_equal(told(room, archive, "", SIZE_MAX, 1), "2026-11-25 smtp:192.0.2.3 3; ");
    assert_string_equal(told(room, archive, "", strlen(others[1].key) + 3, 9), "2026-11-25 smtp:192.0.2.3 3; ");
    assert_string_equal(told(room, archive, "", strlen(others[1].key) + 2, 9), "");
    archive_close(archive);
    archive = opened(room, ARCHIVE_WRITE);
    assert_int_equal(archive_begin_run(archive, "two", tuesday, elsewhere), ARCHIVE_DONE);
    keep_sessions(archive, wednesday, &(struct archive_session){monday_session.key, wednesday, {"there", 5}}, 1);
    assert_int_equal(archive_prune(archive, tuesday, &removed), ARCHIVE_DONE);
    assert_string_equal(told(room, archive, "", SIZE_MAX, 9),
                        "2026-11-25 smtp:192.0.2.3 3; 2026-11-24 smtp:192.0.2.1 7; ");
    archive_close(archive);
}

/* One of the first version, which had no sessions: read as it is, and brought up to date by who writes. */
static void an_older_store_is_brought_up(void **state)
{
    const struct room *room = *state;
    struct seen findings[2];
    struct seen_report report = report_of(findings, 2, "a.example", monday);
    struct archive *archive = opened(room, ARCHIVE_WRITE);
    sqlite3 *file = NULL;

    assert_int_equal(archive_begin_run(archive, "one", monday, here), ARCHIVE_DONE);
    assert_int_equal(kept(archive, &report, false), ARCHIVE_DONE);
    archive_close(archive);
    if (room->administrator) {
        change(room, "DROP TABLE mailready.session; UPDATE mailready.store SET version = 1");
    } else {
        assert_int_equal(sqlite3_open(room->path, &file), SQLITE_OK);
        assert_int_equal(sqlite3_exec(file, "DROP TABLE session; PRAGMA user_version = 1", NULL, NULL, NULL),
                         SQLITE_OK);
        assert_int_equal(sqlite3_close(file), SQLITE_OK);
    }
    archive = opened(room, ARCHIVE_READ);
    assert_int_equal(results_of(archive, room, "a.example").count, 1);
    archive_close(archive);
    for (int run = 0; run < RUNS; run++)
        if (fork() == 0)
            _exit(opened(room, ARCHIVE_WRITE) ? 0 : 1);
    for (int run = 0; run < RUNS; run++) {
        int status;

        assert_true(wait(&status) > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    archive = opened(room, ARCHIVE_WRITE);
    assert_int_equal(archive_begin_run(archive, "two", tuesday, here), ARCHIVE_DONE);
    keep_sessions(archive, tuesday, &monday_session, 1);
    assert_string_equal(told(room, archive, "", SIZE_MAX, 9), "2026-11-23 smtp:192.0.2.1 11; ");
    assert_int_equal(results_of(archive, room, "a.example").count, 2);
    archive_close(archive);
}

/* Until the store has all. */
static void flush(struct archive_queue *queue)
{
    enum archive_outcome outcome = ARCHIVE_BUSY;

    for (int tries = 0; tries < 2000 && outcome == ARCHIVE_BUSY; tries++) {
        outcome = archive_queue_flush(queue);
        usleep(outcome == ARCHIVE_BUSY ? 10000 : 0);
    }
    assert_int_equal(outcome, ARCHIVE_DONE);
    assert_int_equal(queue->count + queue->octets + queue->lost, 0);
}

/* Another run writes: nothing is waited for, and nothing is lost. */
static void what_is_not_taken_waits(void **state)
{
    const struct room *room = *state;
    struct archive *archive = opened(room, ARCHIVE_WRITE);
    struct archive_queue queue = queued(room, archive, 3, 1);
    sqlite3 *other = NULL;

    assert_int_equal(archive_begin_run(archive, "one", monday, here), ARCHIVE_DONE);
    archive_wait(archive, false);
    if (room->administrator) {
        change(room, "BEGIN; LOCK TABLE mailready.said IN EXCLUSIVE MODE");
    } else {
        assert_int_equal(sqlite3_open(room->path, &other), SQLITE_OK);
        assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    }
    for (int time = 0; time < 3; time++) {
        assert_int_equal(archive_queue_flush(&queue), ARCHIVE_BUSY);
        assert_int_equal(queue.count, 3);
    }
    if (room->administrator)
        change(room, "ROLLBACK");
    assert_int_equal(sqlite3_close(other), SQLITE_OK);
    flush(&queue);
    assert_int_equal(results_of(archive, room, "d2.example").count, 1);
    assert_int_equal(results_of(archive, room, "forged.example").count, 0);
    archive_queue_free(&queue);
    archive_close(archive);
}

/* What there is no room for is lost, and counted: its domain is said to have no result. */
static void a_queue_has_an_end(void **state)
{
    enum { HALF = 40000000 };
    const struct room *room = *state;
    struct archive *archive = opened(room, ARCHIVE_WRITE);
    struct archive_queue queue = {.archive = archive};
    size_t kept_of_half = 0;

    assert_int_equal(archive_begin_run(archive, "one", monday, here), ARCHIVE_DONE);
    for (int i = 0; i < 3; i++) {
        struct tape tape = {.at = calloc(HALF, 1), .size = HALF, .room = HALF};

        assert_non_null(tape.at);
        archive_queue_add(&queue, "a.example", &tape, false);
        assert_null(tape.at);
        kept_of_half += queue.count == 1;
    }
    assert_int_equal(kept_of_half, 3);
    assert_int_equal(queue.lost, 2);
    assert_int_equal(archive_queue_flush(&queue), ARCHIVE_DONE); /* it is no report, and does not hold up others */
    assert_int_equal(queue.lost, 3);
    assert_int_equal(queue.count + queue.octets, 0);
    archive_queue_free(&queue);
    archive_close(archive);
}

static bool two_at_most(void *arg, const char *domain)
{
    size_t *count = arg;

    assert_string_equal(domain, *count ? "b.example" : "a.example");
    return ++*count < 2;
}

/* Who has seen enough says so; and a report without findings is one. */
static void reading_may_end_early(void **state)
{
    static const char *const domains[] = {"a.example", "b.example", "c.example"};
    const struct room *room = *state;
    struct archive *archive = opened(room, ARCHIVE_WRITE);
    const struct seen_report *read;
    struct archive_results results;
    size_t count = 0;

    assert_int_equal(archive_begin_run(archive, "one", monday, here), ARCHIVE_DONE);
    for (size_t i = 0; i < sizeof domains / sizeof *domains; i++) {
        struct seen findings[1];
        struct seen_report report = report_of(findings, i == 2, domains[i], monday);

        assert_int_equal(kept(archive, &report, false), ARCHIVE_DONE);
    }
    assert_int_equal(archive_domains(archive, two_at_most, &count), ARCHIVE_DONE);
    assert_int_equal(count, 2);
    results = results_of(archive, room, "a.example");
    assert_int_equal(results.count, 1);
    assert_int_equal(archive_report(archive, room->arena, results.at[0].id, &read), ARCHIVE_DONE);
    assert_int_equal(read->finding_count, 0);
    assert_string_equal(read->domain, "a.example");
    archive_close(archive);
}

/* ---- servers ---- */

/* The schema of a store, changed. */
static void other_schemas_are_refused(void **state)
{
    static const struct {
        const char *change, *says;
        enum archive_outcome outcome;
    } all[] = {{"UPDATE mailready.store SET version = 3", "newer mailready: its schema is 3", ARCHIVE_UNFIT},
               {"DROP TABLE mailready.session", "lacks a version, or a table", ARCHIVE_UNFIT},
               {"UPDATE mailready.store SET application = 'x'", "another program", ARCHIVE_UNFIT},
               {"DELETE FROM mailready.store", "lacks a version", ARCHIVE_UNFIT},
               {"DROP TABLE mailready.result CASCADE", "lacks a version, or a table", ARCHIVE_UNFIT},
               {"DROP TABLE mailready.store", "another program", ARCHIVE_UNFIT},
               {"CREATE FUNCTION mailready.f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';"
                "CREATE TRIGGER t BEFORE INSERT ON mailready.result FOR EACH ROW EXECUTE FUNCTION mailready.f()",
                "another program", ARCHIVE_UNFIT},
               {"CREATE RULE r AS ON INSERT TO mailready.result DO INSTEAD NOTHING", "another program", ARCHIVE_UNFIT}};
    const struct room *room = *state;

    assert_int_equal(refused(room, ARCHIVE_READ, "has no store"), ARCHIVE_FAILED);
    assert_int_equal(refused(room, ARCHIVE_PRUNE, "has no store"), ARCHIVE_FAILED);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        change(room, "DROP SCHEMA IF EXISTS mailready CASCADE");
        archive_close(opened(room, ARCHIVE_WRITE));
        change(room, all[i].change);
        for (enum archive_use use = ARCHIVE_WRITE; use <= ARCHIVE_READ; use++)
            assert_int_equal(refused(room, use, all[i].says), all[i].outcome);
    }
    change(room, "DROP SCHEMA mailready CASCADE; CREATE SCHEMA mailready; CREATE TABLE mailready.run (x int)");
    assert_int_equal(refused(room, ARCHIVE_WRITE, "another program"), ARCHIVE_UNFIT);
    change(room, "DROP TABLE mailready.run");
    archive_close(opened(room, ARCHIVE_WRITE)); /* an administrator made the schema, empty */
}

/* Its columns are found missing when they are needed. */
static void a_damaged_table_is_told(void **state)
{
    const struct room *room = *state;
    struct archive *archive = opened(room, ARCHIVE_WRITE);
    struct seen findings[3];
    struct seen_report report = report_of(findings, 3, "a.example", monday);
    const struct seen_report *read;
    int64_t id;

    assert_int_equal(archive_begin_run(archive, "one", monday, here), ARCHIVE_DONE);
    assert_int_equal(kept(archive, &report, false), ARCHIVE_DONE);
    assert_int_equal(archive_latest(archive, "a.example", NULL, 0, &id), ARCHIVE_DONE);
    change(room, "UPDATE mailready.said SET status = 'fine'");
    assert_int_equal(archive_report(archive, room->arena, id, &read), ARCHIVE_UNFIT);
    assert_non_null(strstr(archive_why(archive), "a status that is none"));
    change(room, "DELETE FROM mailready.said");
    assert_int_equal(archive_report(archive, room->arena, id, &read), ARCHIVE_UNFIT);
    change(room, "ALTER TABLE mailready.result RENAME COLUMN findings TO x");
    assert_int_equal(kept(archive, &report, false), ARCHIVE_UNFIT);
    assert_non_null(strstr(archive_why(archive), "is damaged"));
    change(room, "ALTER TABLE mailready.result RENAME COLUMN x TO findings");
    assert_int_equal(kept(archive, &report, false), ARCHIVE_DONE);
    assert_int_equal(archive_report(archive, room->arena, id, &read), ARCHIVE_DONE);
    archive_close(archive);
}

/* All first runs at once find one store. */
static void first_runs_collide(void **state)
{
    const struct room *room = *state;
    char *stores;
    int status;

    for (int run = 0; run < 2 * RUNS; run++)
        if (fork() == 0)
            _exit(opened(room, ARCHIVE_WRITE) ? 0 : 1);
    for (int run = 0; run < 2 * RUNS; run++)
        assert_true(wait(&status) > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0);
    stores = administer(room->administrator, "SELECT count(*) FROM mailready.store");
    assert_string_equal(stores, "1");
    free(stores);
}

/* At any moment: what is under way is given again, and is there once. */
static void lost_connections_lose_nothing(void **state)
{
    const struct room *room = *state;
    struct archive *archive = opened(room, ARCHIVE_WRITE);
    char *count;

    assert_int_equal(archive_begin_run(archive, "one", monday, here), ARCHIVE_DONE);
    for (int turn = 0; turn < 3; turn++) {
        struct archive_queue queue = queued(room, archive, 1200, 1);

        archive_wait(archive, false);
        for (int step = 0; step < turn * 2; step++)
            archive_queue_flush(&queue);
        change(room, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'mailready'");
        for (int step = 0; step < 20 && archive_queue_flush(&queue) != ARCHIVE_FAILED; step++)
            usleep(10000);
        archive_wait(archive, true);
        flush(&queue);
    }
    count = administer(room->administrator, "SELECT count(*) FROM mailready.result");
    assert_string_equal(count, "1200");
    free(count);
    assert_int_equal(archive_end_run(archive, tuesday), ARCHIVE_DONE);
    archive_close(archive);
}

/* Who goes on after that was told is told again, until he has asked what became of the others. */
static void a_batch_that_is_lost_takes_no_more(void **state)
{
    const struct room *room = *state;
    struct archive *archive = opened(room, ARCHIVE_WRITE);
    struct seen findings[3];
    enum archive_outcome outcome = ARCHIVE_DONE;
    size_t count, given = 0;
    bool is_open;

    assert_int_equal(archive_begin_run(archive, "one", monday, here), ARCHIVE_DONE);
    while (outcome == ARCHIVE_DONE && given < 1000) {
        struct seen_report report = report_of(findings, 3, str_printf(room->arena, "d%zu.example", given++), monday);

        if (given == 2)
            change(room, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'mailready'");
        outcome = archive_keep(archive, &report, &no_sessions, false);
        usleep(given > 2 ? 10000 : 0);
    }
    assert_int_equal(outcome, ARCHIVE_FAILED);
    for (int time = 0; time < 2; time++) {
        struct seen_report report = report_of(findings, 3, "more.example", monday);

        assert_int_equal(archive_keep(archive, &report, &no_sessions, false), ARCHIVE_FAILED);
    }
    assert_int_equal(archive_confirm(archive, &count, &is_open), ARCHIVE_FAILED);
    assert_int_equal(count, 0);
    assert_false(is_open);
    archive_close(archive);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_kept_is_read, enter, leave),
        cmocka_unit_test_setup_teardown(a_run_has_a_domain_once, enter, leave),
        cmocka_unit_test_setup_teardown(old_results_are_pruned, enter, leave),
        cmocka_unit_test_setup_teardown(runs_write_at_once, enter, leave),
        cmocka_unit_test_setup_teardown(runs_say_the_same_in_any_order, enter, leave),
        cmocka_unit_test_setup_teardown(a_report_is_a_tape, enter, leave),
        cmocka_unit_test_setup_teardown(the_latest_session_is_kept, enter, leave),
        cmocka_unit_test_setup_teardown(an_older_store_is_brought_up, enter, leave),
        cmocka_unit_test_setup_teardown(what_is_not_taken_waits, enter, leave),
        cmocka_unit_test_setup_teardown(a_queue_has_an_end, enter, leave),
        cmocka_unit_test_setup_teardown(reading_may_end_early, enter, leave),
    };
    const struct CMUnitTest files[] = {
        cmocka_unit_test_setup_teardown(what_is_no_store_is_left_as_it_is, enter, leave),
        cmocka_unit_test_setup_teardown(another_version_or_program_is_refused, enter, leave),
        cmocka_unit_test_setup_teardown(damage_is_refused, enter, leave),
    };
    const struct CMUnitTest servers[] = {
        cmocka_unit_test_setup_teardown(other_schemas_are_refused, enter, leave),
        cmocka_unit_test_setup_teardown(a_damaged_table_is_told, enter, leave),
        cmocka_unit_test_setup_teardown(first_runs_collide, enter, leave),
        cmocka_unit_test_setup_teardown(lost_connections_lose_nothing, enter, leave),
        cmocka_unit_test_setup_teardown(a_batch_that_is_lost_takes_no_more, enter, leave),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);

    return failed +
           (getenv("STORE") ? cmocka_run_group_tests(servers, NULL, NULL) : cmocka_run_group_tests(files, NULL, NULL));
}
