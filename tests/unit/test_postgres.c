/* The layer over libpq: questions and answers, what is refused, and what a server may do to it.  STORE is the URL of an
 * empty database; tests/postgres/server.py gives one, and tests/cli/run runs this with it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd/archive/postgres.h"
#include "core/base/arena.h"
#include "core/base/str.h"

enum { ARENA_BYTES = 1 << 22 };

static int enter(void **state)
{
    *state = arena_new(ARENA_BYTES);
    return *state ? 0 : -1;
}

static int leave(void **state)
{
    arena_free(*state);
    return 0;
}

static const char *store(void)
{
    const char *url = getenv("STORE");

    if (!url)
        skip();
    return url;
}

static struct postgres opened(struct arena *arena, const char *url)
{
    struct postgres postgres;
    enum archive_outcome outcome = postgres_open(&postgres, arena, url, "");

    if (outcome != ARCHIVE_DONE)
        print_error("%s\n", postgres.why);
    assert_int_equal(outcome, ARCHIVE_DONE);
    return postgres;
}

static void a_url_has_no_password(void **state)
{
    static const char *const good[] = {"postgresql://", "postgresql:///d", "postgres://u@h:5432/d?sslmode=verify-full",
                                       "postgresql://h1,h2/d?passfile=/p&service=s"};
    static const char *const bad[] = {
        "postgresql://u:secret@h/d", "postgresql://h/d?password=secret", "postgresql://h/d?sslpassword=secret",
        "postgresql:secret",         "postgresql://h/d?secret=1",        "postgresql://u:secret%zz@h/d",
        "postgresql://[secret/d"};

    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_null(postgres_url_fault(*state, good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const char *fault = postgres_url_fault(*state, bad[i]);

        assert_non_null(fault);
        assert_null(strstr(fault, "secret"));
    }
}

static void values_come_back(void **state)
{
    static const char *const texts[] = {"", "it's \"{quoted}\", \\ and NULL", "\xff\xfe z\xc3\xa4hlt", NULL};
    struct postgres postgres = opened(*state, store());
    struct postgres_query query =
        postgres_query(&postgres, "SELECT n, t, cardinality(a), x FROM (SELECT $1::bigint AS n, $2::text AS t,"
                                  " $3::text[] AS a) AS v, unnest(a) WITH ORDINALITY AS u (x, place) ORDER BY place");

    for (int time = 0; time < 2; time++) {
        query = postgres_query(&postgres, query.sql);
        postgres_bind_number(&query, INT64_MIN);
        postgres_bind_text(&query, NULL);
        postgres_bind_texts(&query, texts, 3);
        for (size_t i = 0; i < 3; i++) {
            assert_true(postgres_row(&query));
            assert_true(postgres_read_number(&query) == INT64_MIN);
            assert_string_equal(postgres_text(&query, *state), "");
            assert_int_equal(postgres_read_number(&query), 3);
            assert_string_equal(postgres_text(&query, *state),
                                i < 2 ? texts[i] : "\xef\xbf\xbd\xef\xbf\xbd z\xc3\xa4hlt");
            assert_string_equal(postgres_text(&query, *state), ""); /* there is no such column */
        }
        assert_false(postgres_row(&query));
        assert_int_equal(postgres_end(&query), ARCHIVE_DONE);
    }
    assert_int_equal(postgres.prepared_count, 1);
    postgres_close(&postgres);
}

static void failures_are_told_apart(void **state)
{
    static const struct {
        const char *sql;
        enum archive_outcome outcome;
        const char *says;
    } all[] = {{"SELECT * FROM nowhere", ARCHIVE_UNFIT, "damaged, or no store"},
               {"SELECT nothing", ARCHIVE_UNFIT, "damaged, or no store"},
               {"DO $$ BEGIN RAISE EXCEPTION E'two\\nlines'; END $$", ARCHIVE_FAILED, "two"},
               {"DO $$ BEGIN RAISE SQLSTATE '40001'; END $$", ARCHIVE_BUSY, "in use by another run"},
               {"DO $$ BEGIN RAISE NOTICE 'not printed'; END $$", ARCHIVE_DONE, ""},
               {"COPY pg_class TO STDOUT", ARCHIVE_FAILED, "another question"}};
    struct postgres postgres = opened(*state, store());

    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        assert_int_equal(postgres_do(&postgres, all[i].sql), all[i].outcome);
        if (all[i].outcome != ARCHIVE_DONE)
            assert_non_null(strstr(postgres.why, all[i].says));
        assert_null(strchr(postgres.why, '\n'));
    }
    assert_false(postgres_is_there(&postgres));
    postgres_close(&postgres);
}

static enum archive_outcome returned(struct postgres *postgres)
{
    enum archive_outcome outcome = ARCHIVE_BUSY;

    for (int step = 0; step < 2000 && outcome != ARCHIVE_DONE; step++) {
        outcome = postgres_return(postgres);
        if (outcome != ARCHIVE_DONE)
            postgres_await(postgres, postgres_clock_ms() + 10);
    }
    return outcome;
}

/* Without the files and the environment by which it was made at first. */
static void a_lost_connection_is_made_again(void **state)
{
    struct postgres postgres = opened(*state, store()), other = opened(*state, store());
    int64_t number = 0;

    assert_int_equal(postgres_number(&postgres, "SELECT pg_backend_pid()", &number), ARCHIVE_DONE);
    assert_int_equal(postgres_do(&other, str_printf(*state, "SELECT pg_terminate_backend(%lld)", (long long)number)),
                     ARCHIVE_DONE);
    while (postgres_is_there(&postgres))
        assert_true(postgres_number(&postgres, "SELECT 1", &number) != ARCHIVE_DONE || postgres_is_there(&postgres));
    assert_true(*postgres.why);
    assert_int_equal(postgres_number(&postgres, "SELECT 2", &number), ARCHIVE_FAILED);
    assert_int_equal(postgres_return(&postgres), ARCHIVE_FAILED); /* not at once */
    setenv("PGPASSFILE", "/nonexistent", 1);
    assert_int_equal(returned(&postgres), ARCHIVE_DONE);
    assert_int_equal(postgres_number(&postgres, "SELECT 3", &number), ARCHIVE_DONE);
    assert_int_equal(number, 3);
    postgres_close(&postgres);
    postgres_close(&other);
}

/* What it begins with is judged again; each try that fails puts the next one off, but not for ever. */
static void a_connection_that_is_refused_is_tried_less_often(void **state)
{
    struct postgres postgres = opened(*state, store());
    static const int pauses_ms[] = {1000, 2000, 4000, 8000, 15000, 15000};
    int64_t number = 0;

    postgres.begin = "SELECT nothing";
    postgres_lose(&postgres, "first line\nand a hint");
    assert_string_equal(postgres.why, "first line");
    for (size_t i = 0; i < sizeof pauses_ms / sizeof *pauses_ms; i++) {
        enum archive_outcome outcome = ARCHIVE_BUSY;

        assert_int_equal(postgres.pause_ms, pauses_ms[i]);
        assert_int_equal(postgres_return(&postgres), ARCHIVE_FAILED);
        postgres.due_ms = 0;
        for (int step = 0; step < 2000 && outcome == ARCHIVE_BUSY; step++) {
            outcome = postgres_return(&postgres);
            if (outcome == ARCHIVE_BUSY)
                postgres_await(&postgres, postgres_clock_ms() + 10);
        }
        assert_int_equal(outcome, ARCHIVE_FAILED);
        assert_non_null(strstr(postgres.why, "\"nothing\" does not exist"));
    }
    postgres.begin = "SELECT 1";
    postgres.due_ms = 0;
    assert_int_equal(returned(&postgres), ARCHIVE_DONE);
    assert_int_equal(postgres.pause_ms, 0);
    assert_int_equal(postgres_number(&postgres, "SELECT 3", &number), ARCHIVE_DONE);
    postgres_close(&postgres);
}

/* Words that are in their place already, and words that are none. */
static void why_a_connection_is_dropped_is_said(void **state)
{
    struct postgres postgres = opened(*state, store());
    char *many = arena_alloc(*state, POSTGRES_WHY_MAX * 2);

    assert_int_equal(postgres_do(&postgres, "DO $$ BEGIN RAISE EXCEPTION 'no room'; END $$"), ARCHIVE_FAILED);
    postgres_lose(&postgres, postgres.why);
    assert_string_equal(postgres.why, "no room");
    postgres_lose(&postgres, "");
    assert_string_equal(postgres.why, "the connection is lost");
    memset(many, 'x', POSTGRES_WHY_MAX * 2 - 1);
    many[POSTGRES_WHY_MAX * 2 - 1] = '\0';
    postgres_lose(&postgres, many);
    assert_int_equal(strlen(postgres.why), POSTGRES_WHY_MAX - 1);
    postgres_close(&postgres);
}

/* The first failure is kept, and what follows it does nothing. */
static void values_after_a_failure_are_not_sent(void **state)
{
    static const char *const texts[] = {"a", "b"};
    static const struct str octets[] = {{"a", 1}}, huge = {"", (size_t)INT32_MAX + 1};
    struct postgres postgres = opened(*state, store());
    struct postgres_query query;
    int64_t number = 7;

    for (int turn = 0; turn < 4; turn++) {
        query = postgres_query(&postgres, "SELECT 1");
        if (turn == 1)
            postgres_bind_octets(&query, huge);
        else if (turn == 2)
            postgres_bind_octets_list(&query, &huge, 1);
        else if (turn == 3)
            query.outcome = ARCHIVE_BUSY;
        if (turn == 0)
            postgres_bind_text(&query, "\xff is no text");
        postgres_bind_number(&query, 1);
        postgres_bind_texts(&query, texts, 2);
        postgres_bind_text(&query, texts[0]);
        postgres_bind_octets(&query, octets[0]);
        postgres_bind_octets_list(&query, octets, 1);
        assert_int_equal(query.bound, turn ? 0 : 6);
        if (turn) {
            assert_false(postgres_row(&query));
            assert_int_equal(postgres_changed(&query), 0);
        }
        if (turn == 1 || turn == 2)
            assert_string_equal(postgres.why, no_memory);
        assert_int_equal(postgres_end(&query), turn == 3 ? ARCHIVE_BUSY : turn ? ARCHIVE_FAILED : ARCHIVE_DONE);
    }
    query = postgres_query(&postgres, "SELECT $1::text");
    postgres_bind_text(&query, "\xff is no text");
    assert_true(postgres_row(&query));
    assert_string_equal(postgres_text(&query, *state), "\xef\xbf\xbd is no text");
    postgres_end(&query);
    assert_true(postgres_is_there(&postgres));
    postgres_lose(&postgres, "it is away");
    assert_int_equal(postgres_do(&postgres, "SELECT 1"), ARCHIVE_FAILED);
    assert_int_equal(postgres_number(&postgres, "SELECT 1", &number), ARCHIVE_FAILED);
    assert_int_equal(number, 7);
    assert_string_equal(postgres.why, "it is away");
    postgres_close(&postgres);
}

static void statements_are_counted(void **state)
{
    struct postgres postgres = opened(*state, store());
    int64_t number = 0;

    for (int i = 0; i < POSTGRES_STATEMENTS_MAX; i++)
        assert_int_equal(postgres_number(&postgres, str_printf(*state, "SELECT %d", i), &number), ARCHIVE_DONE);
    assert_int_equal(postgres_number(&postgres, "SELECT 1000", &number), ARCHIVE_FAILED);
    assert_int_equal(number, POSTGRES_STATEMENTS_MAX - 1);
    assert_int_equal(postgres_do(&postgres, "SELECT 1001"), ARCHIVE_DONE);
    postgres_close(&postgres);
}

/* A question to which nobody has read the answer: whatever would come next would be taken for another one. */
static void a_connection_in_disorder_is_dropped(void **state)
{
    for (int turn = 0; turn < 3; turn++) {
        struct postgres postgres = opened(*state, store());
        struct postgres_query query = postgres_query(&postgres, "SELECT 1");
        int64_t number = 0;

        if (turn == 2)
            assert_int_equal(postgres_number(&postgres, query.sql, &number), ARCHIVE_DONE); /* it is prepared */
        assert_int_equal(PQsendQuery(postgres.link, "SELECT 2"), 1);
        if (turn == 0)
            assert_int_equal(postgres_do(&postgres, query.sql), ARCHIVE_FAILED);
        else
            assert_false(postgres_row(&query));
        assert_int_equal(postgres_end(&query), turn ? ARCHIVE_FAILED : ARCHIVE_DONE);
        assert_false(postgres_is_there(&postgres));
        assert_true(*postgres.why);
        postgres_close(&postgres);
    }
}

/* ---- servers that are none ---- */

static int listening(struct sockaddr_in *address)
{
    socklen_t size = sizeof *address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    *address = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    assert_int_equal(bind(fd, (struct sockaddr *)address, size), 0);
    assert_int_equal(listen(fd, 5), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)address, &size), 0);
    return fd;
}

/* Of the protocol: a message of one letter, its size, and what is in it. */
#define GREETING "R\0\0\0\10\0\0\0\0S\0\0\0\31server_encoding\0UTF8\0Z\0\0\0\5I"
#define DONE "C\0\0\0\10SET\0"
#define READY "Z\0\0\0\5I"
#define ERROR(code, words) "E\0\0\0\26C" code "\0M" words "\0\0"

enum { TALKS_MAX = 4 };

/* To one client after the other: a greeting, and an answer to each question as long as there is one. */
struct talk {
    struct str greeting, answers[TALKS_MAX];
};

#define TEXT(literal)                                                                                                  \
    {                                                                                                                  \
        literal, sizeof literal - 1                                                                                    \
    }

static void say(int fd, struct str octets)
{
    if (write(fd, octets.at, octets.len) != (ssize_t)octets.len)
        _exit(1);
}

/* A process that speaks so, and then ends all connections. */
static pid_t speaking(int listener, const struct talk *talks, size_t count)
{
    pid_t pid = fork();
    char octets[4096];

    if (pid != 0)
        return pid;
    for (size_t i = 0; i < count; i++) {
        int fd = accept(listener, NULL, NULL);

        if (fd < 0 || read(fd, octets, sizeof octets) <= 0)
            _exit(1);
        say(fd, talks[i].greeting);
        for (size_t k = 0; k < TALKS_MAX && talks[i].answers[k].len && read(fd, octets, sizeof octets) > 0; k++)
            say(fd, talks[i].answers[k]);
        if (read(fd, octets, sizeof octets) < 0) /* what is asked next is heard, and not answered */
            _exit(1);
        close(fd);
    }
    _exit(0);
}

static enum archive_outcome opened_with(struct postgres *postgres, struct arena *arena,
                                        const struct sockaddr_in *address)
{
    return postgres_open(
        postgres, arena,
        str_printf(arena, "postgresql://u@127.0.0.1:%d/d?sslmode=disable&gssencmode=disable", ntohs(address->sin_port)),
        "");
}

/* Whatever it says to a question, or does instead: one line says what came of it, and nobody waits. */
static void answers_may_be_anything(void **state)
{
    static const struct {
        struct talk talk;
        enum archive_outcome opens, outcome;
        bool stays;
        const char *says;
    } all[] = {
        {{TEXT(GREETING), {TEXT(DONE READY), TEXT(DONE READY)}}, ARCHIVE_DONE, ARCHIVE_DONE, true, ""},
        {{TEXT("R\0\0\0\10\0\0\0\0" READY), {{0}}}, ARCHIVE_UNFIT, ARCHIVE_FAILED, true, "another program"},
        {{TEXT(GREETING), {{0}}}, ARCHIVE_FAILED, ARCHIVE_FAILED, false, "closed the connection"},
        {{TEXT(GREETING), {TEXT(DONE READY)}}, ARCHIVE_DONE, ARCHIVE_FAILED, false, "closed the connection"},
        {{TEXT(GREETING), {TEXT(DONE READY), TEXT(DONE)}}, ARCHIVE_DONE, ARCHIVE_FAILED, false, "does not answer"},
        {{TEXT(GREETING), {TEXT(DONE READY), TEXT("E\0\0\0\5\0" READY)}}, ARCHIVE_DONE, ARCHIVE_FAILED, true, ""},
        {{TEXT(GREETING), {TEXT(DONE READY), TEXT(ERROR("53100", "no room ") ERROR("40001", "not said") READY)}},
         ARCHIVE_DONE,
         ARCHIVE_FAILED,
         true,
         "no room"},
        {{TEXT(GREETING), {TEXT(DONE READY), TEXT("Y\0\0\0\4" READY)}},
         ARCHIVE_DONE,
         ARCHIVE_FAILED,
         true,
         "unexpected"},
        {{TEXT(GREETING), {TEXT(DONE READY), TEXT("Z\x7f\0\0\5I")}}, ARCHIVE_DONE, ARCHIVE_FAILED, false, ""},
    };

    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct sockaddr_in address;
        int listener = listening(&address), status = 0;
        pid_t pid = speaking(listener, &all[i].talk, 1);
        struct postgres postgres;
        enum archive_outcome outcome = opened_with(&postgres, *state, &address);

        assert_int_equal(outcome, all[i].opens);
        if (outcome == ARCHIVE_DONE) {
            postgres.answer_ms = 2000;
            assert_int_equal(postgres_do(&postgres, "SET a = b"), all[i].outcome);
            if (postgres_is_there(&postgres) != all[i].stays)
                print_error("%zu: \"%s\"\n", i, postgres.why);
            assert_int_equal(postgres_is_there(&postgres), all[i].stays);
        }
        if (outcome != ARCHIVE_DONE || all[i].outcome != ARCHIVE_DONE)
            assert_true(*postgres.why);
        if (!strstr(postgres.why, all[i].says))
            print_error("%zu: \"%s\"\n", i, postgres.why);
        assert_non_null(strstr(postgres.why, all[i].says));
        assert_null(strchr(postgres.why, '\n'));
        postgres_close(&postgres);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        close(listener);
    }
}

/* At each step of the connection that is made again. */
static void a_return_may_fail_anywhere(void **state)
{
    static const struct talk talks[] = {{TEXT(GREETING), {TEXT(DONE READY)}},
                                        {TEXT("E\0\0\0\27C28P01\0Mgo away  \0\0"), {{0}}}, /* it is not let in; */
                                        {TEXT("R\0\0\0\10\0\0\0\0"), {{0}}},               /* is left waiting; */
                                        {TEXT(GREETING), {{0}}},        /* its beginning is not answered, */
                                        {TEXT(GREETING), {TEXT(DONE)}}, /* is answered by half, */
                                        {TEXT(GREETING), {TEXT(ERROR("42501", "not you!") READY)}}, /* or refused */
                                        {TEXT(GREETING), {TEXT(DONE READY)}}};
    enum { COUNT = sizeof talks / sizeof *talks };
    struct sockaddr_in address;
    int listener = listening(&address), status = 0;
    pid_t pid = speaking(listener, talks, COUNT);
    struct postgres postgres;

    assert_int_equal(opened_with(&postgres, *state, &address), ARCHIVE_DONE);
    for (size_t i = 1; i < COUNT; i++) {
        enum archive_outcome outcome = ARCHIVE_BUSY;
        int64_t patience_ms = postgres_clock_ms() + 1000;

        postgres_lose(&postgres, "once more");
        postgres.due_ms = 0;
        while (outcome == ARCHIVE_BUSY) {
            outcome = postgres_return(&postgres);
            if (postgres_clock_ms() >= patience_ms && postgres.state == POSTGRES_CONNECTING)
                postgres.due_ms = 0; /* POSTGRES_SILENCE_MS have gone by */
            if (outcome == ARCHIVE_BUSY)
                postgres_await(&postgres, postgres_clock_ms() + 10);
            if (postgres.state == POSTGRES_SETTING_UP && i != COUNT - 1 && postgres_clock_ms() >= patience_ms)
                postgres.due_ms = 0;
        }
        assert_int_equal(outcome, i < COUNT - 1 ? ARCHIVE_FAILED : ARCHIVE_DONE);
        assert_int_equal(postgres_is_there(&postgres), i == COUNT - 1);
        if (outcome != ARCHIVE_DONE)
            assert_string_not_equal(postgres.why, "once more");
    }
    postgres_close(&postgres);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    close(listener);
}

/* It takes connections, and says nothing. */
static void a_silent_server_is_given_up(void **state)
{
    struct sockaddr_in address;
    int fd = listening(&address);
    struct postgres postgres;
    int64_t before_ms = postgres_clock_ms();

    assert_int_equal(
        postgres_open(&postgres, *state,
                      str_printf(*state, "postgresql://u@127.0.0.1:%d/d?connect_timeout=2", ntohs(address.sin_port)),
                      ""),
        ARCHIVE_FAILED);
    assert_non_null(strstr(postgres.why, "timeout"));
    assert_true(postgres_clock_ms() - before_ms < 20000);
    postgres_close(&postgres);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_url_has_no_password, enter, leave),
        cmocka_unit_test_setup_teardown(a_silent_server_is_given_up, enter, leave),
        cmocka_unit_test_setup_teardown(values_come_back, enter, leave),
        cmocka_unit_test_setup_teardown(failures_are_told_apart, enter, leave),
        cmocka_unit_test_setup_teardown(answers_may_be_anything, enter, leave),
        cmocka_unit_test_setup_teardown(a_return_may_fail_anywhere, enter, leave),
        cmocka_unit_test_setup_teardown(why_a_connection_is_dropped_is_said, enter, leave),
        cmocka_unit_test_setup_teardown(values_after_a_failure_are_not_sent, enter, leave),
        cmocka_unit_test_setup_teardown(statements_are_counted, enter, leave),
        cmocka_unit_test_setup_teardown(a_connection_in_disorder_is_dropped, enter, leave),
        cmocka_unit_test_setup_teardown(a_connection_that_is_refused_is_tried_less_often, enter, leave),
        cmocka_unit_test_setup_teardown(a_lost_connection_is_made_again, enter, leave),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
