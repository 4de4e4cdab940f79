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

/* It takes connections, and says nothing. */
static void a_silent_server_is_given_up(void **state)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct postgres postgres;
    int64_t before_ms = postgres_clock_ms();

    assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(fd, 5), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
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
        cmocka_unit_test_setup_teardown(a_lost_connection_is_made_again, enter, leave),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
