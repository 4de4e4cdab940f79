/* cmd/archive/postgres.c - has a connection to a server, loses it, and makes it again. */
#include "cmd/archive/postgres.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "core/base/arena.h"
#include "core/base/str.h"

enum { SECOND_MS = 1000 };

/* Whose the names are is no question: the server's administrator, or whoever took his place, has them all. */
static const char usual_begin[] = "SET search_path = pg_catalog; SET client_min_messages = error;"
                                  "SET standard_conforming_strings = on; SET lock_timeout = 5000;"
                                  "SET idle_in_transaction_session_timeout = 60000;";

/* A server that is gone is known in half a minute, and not in the two hours of the kernel. */
static const char *const usual[][2] = {{"connect_timeout", "10"},     {"keepalives_idle", "10"},
                                       {"keepalives_interval", "5"},  {"keepalives_count", "3"},
                                       {"tcp_user_timeout", "20000"}, {"fallback_application_name", "mailready"}};

int64_t postgres_clock_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * SECOND_MS + now.tv_nsec / 1000000;
}

/* ---- what is said of it ---- */

/* The first line says it; the others are hints, and places in our own statements.  What was said before may be said
 * again. */
static void say(struct postgres *postgres, const char *words)
{
    const char *text = *words && *words != '\n' ? words : "the connection is lost";
    size_t length = strcspn(text, "\n");

    if (length >= sizeof postgres->why)
        length = sizeof postgres->why - 1;
    memmove(postgres->why, text, length);
    postgres->why[length] = '\0';
}

static enum archive_outcome drop(struct postgres *postgres)
{
    PQfinish(postgres->link);
    postgres->link = NULL;
    postgres->state = POSTGRES_AWAY;
    postgres->prepared_count = 0;
    postgres->pause_ms = postgres->pause_ms ? postgres->pause_ms * 2 : POSTGRES_PAUSE_MS;
    if (postgres->pause_ms > POSTGRES_PAUSE_MAX_MS)
        postgres->pause_ms = POSTGRES_PAUSE_MAX_MS;
    postgres->due_ms = postgres_clock_ms() + postgres->pause_ms;
    return ARCHIVE_FAILED;
}

enum archive_outcome postgres_lose(struct postgres *postgres, const char *why)
{
    say(postgres, why ? why : PQerrorMessage(postgres->link));
    return drop(postgres);
}

/* ---- its URL ---- */

static const char *setting(const PQconninfoOption *settings, const char *name)
{
    for (; settings && settings->keyword; settings++)
        if (strcmp(settings->keyword, name) == 0 && settings->val && *settings->val)
            return settings->val;
    return NULL;
}

/* By the mark that libpq gives to what a dialog would not show; and one without it. */
static bool is_secret(const PQconninfoOption *setting)
{
    return setting->val && *setting->val &&
           ((setting->dispchar && *setting->dispchar == '*') || strstr(setting->keyword, "secret"));
}

const char *postgres_url_fault(struct arena *arena, const char *url)
{
    PQconninfoOption *settings = PQconninfoParse(url, NULL);
    const char *fault = settings ? NULL : "this is no URL of PostgreSQL: postgresql://USER@HOST/DATABASE names a store";

    for (const PQconninfoOption *at = settings; at && at->keyword && !fault; at++)
        if (is_secret(at))
            fault = str_printf(arena,
                               "a URL with a %s would be seen by everybody on this machine: put it into a file that "
                               "PGPASSFILE names, or a service file",
                               at->keyword);
    PQconninfoFree(settings);
    return fault;
}

/* ---- a connection ---- */

static void say_nothing(void *arg, const char *message)
{
    (void)arg;
    (void)message;
}

/* Of what is not named, what the environment says of it stands: libpq asks it for what nobody gives. */
static void prepare_settings(struct postgres *postgres, const char *url)
{
    PQconninfoOption *named = PQconninfoParse(url, NULL);
    size_t count = 0;

    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) {
        if (setting(named, usual[i][0]) || (i == 0 && getenv("PGCONNECT_TIMEOUT")))
            continue;
        postgres->names[count] = usual[i][0];
        postgres->values[count++] = usual[i][1];
    }
    postgres->names[count] = "dbname";
    postgres->values[count++] = url;
    postgres->names[count] = "client_encoding";
    postgres->values[count++] = "UTF8";
    postgres->names[count] = NULL;
    PQconninfoFree(named);
}

static void keep_setting(struct postgres *postgres, struct arena *arena, const char *name, const char *value)
{
    size_t count = 0;

    if (!value || !*value)
        return;
    while (postgres->names[count])
        count++;
    if (count == POSTGRES_SETTINGS_MAX)
        return;
    postgres->names[count] = str_dup(arena, name);
    postgres->values[count] = str_dup(arena, value);
    postgres->names[count + 1] = NULL;
}

/* All that the connection came to, so that it can be made again without asking a resolver or reading a file: both could
 * take long, or be refused by then.  Encryption by GSSAPI would do both. */
static bool keep_settings(struct postgres *postgres, struct arena *arena)
{
    static const char *const other[] = {"host", "hostaddr", "port", "password", "service", "gssencmode"};
    PQconninfoOption *settings = PQconninfo(postgres->link);
    const char *host = PQhost(postgres->link);

    if (!settings)
        return false;
    postgres->names[0] = NULL;
    postgres->is_local = host && *host == '/';
    for (const PQconninfoOption *at = settings; at->keyword; at++) {
        bool is_other = false;

        for (size_t i = 0; i < sizeof other / sizeof *other; i++)
            is_other |= strcmp(at->keyword, other[i]) == 0;
        if (!is_other)
            keep_setting(postgres, arena, at->keyword, at->val);
    }
    keep_setting(postgres, arena, "host", host);
    if (!postgres->is_local)
        keep_setting(postgres, arena, "hostaddr", PQhostaddr(postgres->link));
    keep_setting(postgres, arena, "port", PQport(postgres->link));
    keep_setting(postgres, arena, "password", PQpass(postgres->link));
    keep_setting(postgres, arena, "gssencmode", PQgssEncInUse(postgres->link) ? "require" : "disable");
    PQconninfoFree(settings);
    return true;
}

/* Its encoding is the only one that has all that a peer may say. */
static enum archive_outcome check_encoding(struct postgres *postgres)
{
    const char *encoding = PQparameterStatus(postgres->link, "server_encoding");

    if (encoding && strcmp(encoding, "UTF8") == 0)
        return ARCHIVE_DONE;
    snprintf(postgres->why, sizeof postgres->why, "the database has the encoding %s, and a store needs UTF8",
             encoding ? encoding : "of another program");
    return ARCHIVE_UNFIT;
}

static void is_there(struct postgres *postgres)
{
    postgres->state = POSTGRES_THERE;
    postgres->pause_ms = 0;
}

enum archive_outcome postgres_open(struct postgres *postgres, struct arena *arena, const char *url, const char *begin)
{
    enum archive_outcome outcome;

    *postgres =
        (struct postgres){.begin = str_printf(arena, "%s%s", usual_begin, begin), .answer_ms = POSTGRES_ANSWER_MS};
    prepare_settings(postgres, url);
    postgres->link = PQconnectdbParams(postgres->names, postgres->values, 1);
    if (!postgres->link || PQstatus(postgres->link) != CONNECTION_OK || PQsetnonblocking(postgres->link, 1) != 0 ||
        !keep_settings(postgres, arena))
        return postgres_lose(postgres, postgres->link ? NULL : no_memory);
    PQsetNoticeProcessor(postgres->link, say_nothing, NULL);
    is_there(postgres);
    outcome = check_encoding(postgres);
    return outcome == ARCHIVE_DONE ? postgres_do(postgres, postgres->begin) : outcome;
}

void postgres_close(struct postgres *postgres)
{
    PQfinish(postgres->link);
    *postgres = (struct postgres){.link = NULL};
}

bool postgres_is_there(const struct postgres *postgres)
{
    return postgres->state == POSTGRES_THERE;
}

const char *const *postgres_files(const struct postgres *postgres, struct arena *arena)
{
    static const char *const named[] = {"sslcert", "sslkey", "sslrootcert", "sslcrl", "sslcrldir"};
    const char **files = ARENA_ARRAY(arena, const char *, sizeof named / sizeof *named + 2), *home = getenv("HOME");
    size_t count = 0;

    for (size_t i = 0; postgres->names[i]; i++)
        for (size_t k = 0; k < sizeof named / sizeof *named; k++)
            if (strcmp(postgres->names[i], named[k]) == 0 && count < sizeof named / sizeof *named)
                files[count++] = postgres->values[i];
    if (home && *home && !postgres->is_local)
        files[count++] = str_printf(arena, "%s/.postgresql", home);
    return files;
}

/* ---- making it again ---- */

static enum archive_outcome start_return(struct postgres *postgres, int64_t now_ms)
{
    int fd;

    if (postgres->is_over || now_ms < postgres->due_ms)
        return ARCHIVE_FAILED;
    if (postgres->is_local && (fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) < 0) {
        postgres->is_over = true;
        return postgres_lose(postgres,
                             "the connection is lost, and over a socket of this machine the sandbox lets none be "
                             "made again");
    }
    if (postgres->is_local)
        close(fd);
    postgres->link = PQconnectStartParams(postgres->names, postgres->values, 0);
    postgres->state = POSTGRES_CONNECTING;
    if (!postgres->link || PQstatus(postgres->link) == CONNECTION_BAD || PQsetnonblocking(postgres->link, 1) != 0)
        return postgres_lose(postgres, postgres->link ? NULL : no_memory);
    PQsetNoticeProcessor(postgres->link, say_nothing, NULL);
    postgres->awaits = POLLOUT; /* as libpq's manual says of the beginning */
    postgres->due_ms = now_ms + POSTGRES_SILENCE_MS;
    return ARCHIVE_BUSY;
}

static bool is_ready(const struct postgres *postgres, short events, int timeout_ms)
{
    struct pollfd fd = {.fd = PQsocket(postgres->link), .events = events};

    return fd.fd >= 0 && poll(&fd, 1, timeout_ms) > 0;
}

static enum archive_outcome connect_on(struct postgres *postgres)
{
    while (is_ready(postgres, postgres->awaits, 0)) {
        PostgresPollingStatusType wants = PQconnectPoll(postgres->link);

        if (wants == PGRES_POLLING_FAILED)
            return postgres_lose(postgres, NULL);
        if (wants == PGRES_POLLING_OK) {
            if (!PQsendQuery(postgres->link, postgres->begin))
                return postgres_lose(postgres, NULL);
            postgres->state = POSTGRES_SETTING_UP;
            return ARCHIVE_BUSY;
        }
        postgres->awaits = wants == PGRES_POLLING_READING ? POLLIN : POLLOUT;
    }
    return ARCHIVE_BUSY;
}

static enum archive_outcome set_up(struct postgres *postgres)
{
    if (PQflush(postgres->link) < 0 || !PQconsumeInput(postgres->link))
        return postgres_lose(postgres, NULL);
    while (!PQisBusy(postgres->link)) {
        PGresult *result = PQgetResult(postgres->link);

        if (!result) {
            is_there(postgres);
            return ARCHIVE_DONE;
        }
        if (postgres_judge(postgres, result) != ARCHIVE_DONE)
            return drop(postgres);
    }
    return ARCHIVE_BUSY;
}

enum archive_outcome postgres_return(struct postgres *postgres)
{
    int64_t now_ms = postgres_clock_ms();
    enum archive_outcome outcome = ARCHIVE_DONE;

    if (postgres->state == POSTGRES_AWAY)
        outcome = start_return(postgres, now_ms);
    if (postgres->state == POSTGRES_CONNECTING)
        outcome = connect_on(postgres);
    if (postgres->state == POSTGRES_SETTING_UP)
        outcome = set_up(postgres);
    if (outcome == ARCHIVE_BUSY && now_ms >= postgres->due_ms)
        return postgres_lose(postgres, "the server does not answer");
    return outcome;
}

void postgres_await(const struct postgres *postgres, int64_t until_ms)
{
    enum { STEP_MS = 20 };
    int64_t left_ms = until_ms - postgres_clock_ms();
    int wait_ms = left_ms > SECOND_MS ? SECOND_MS : left_ms > 0 ? (int)left_ms : 0;

    if (postgres->state == POSTGRES_THERE) /* to write, only while it has not taken all */
        is_ready(postgres, (short)(PQflush(postgres->link) == 1 ? POLLIN | POLLOUT : POLLIN), wait_ms);
    else
        poll(NULL, 0, wait_ms < STEP_MS ? wait_ms : STEP_MS);
}
