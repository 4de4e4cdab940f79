/* cmd/io/print.c - calls a browser that prints a page. */
#include "cmd/io/print.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cmd/io/interrupt.h"
#include "cmd/io/program.h"
#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/str.h"

enum { ARGUMENTS_MAX = 24, SLICE_MS = 20, SAID_MAX = 200 };

enum { CHROMIUM, WEASYPRINT };
static const char *const names[PRINTERS][5] = {
    [CHROMIUM] = {"chromium", "chromium-browser", "google-chrome-stable", "google-chrome"},
    [WEASYPRINT] = {"weasyprint"},
};

static const char *in(const struct print *print, const char *name)
{
    return str_printf(print->arena, "%s/%s", print->directory, name);
}

static char *writable(struct arena *arena, const char *text)
{
    size_t size = strlen(text) + 1;

    return memcpy(arena_alloc(arena, size), text, size);
}

bool print_open(struct print *print, struct arena *arena, const char **why)
{
    const char *place = getenv("TMPDIR");
    char *directory;
    bool any = false;

    *print = (struct print){.arena = arena};
    for (int i = 0; i < PRINTERS; i++) {
        for (size_t n = 0; names[i][n] && !print->programs[i]; n++)
            print->programs[i] = program_find(arena, names[i][n], NULL);
        any = any || print->programs[i];
    }
    if (!any) {
        *why = "printing needs Chromium or WeasyPrint, and neither is installed (packages chromium, weasyprint)";
        return false;
    }
    directory = writable(arena, str_printf(arena, "%s/mailready-XXXXXX", place && *place == '/' ? place : "/tmp"));
    if (!mkdtemp(directory)) {
        *why = str_printf(arena, "%s: %s", directory, strerror(errno));
        return false;
    }
    print->directory = directory;
    print->page_path = in(print, "page.html");
    print->pdf_path = in(print, "page.pdf");
    print->said_path = in(print, "said");
    print->page = fopen(print->page_path, "wxe");
    if (!print->page) {
        *why = str_printf(arena, "%s: %s", print->page_path, strerror(errno));
        print_close(print);
        return false;
    }
    return true;
}

/* A file's path as a URL: what is not safe in one is spelled.  (RFC 3986 2.1, 2.3) */
static const char *file_url(const struct print *print, const char *path)
{
    const char *text = "file://";

    for (; *path; path++) {
        bool plain = ascii_is_alphanumeric(*path) || strchr("/-._~", *path);

        text = plain ? str_printf(print->arena, "%s%c", text, *path)
                     : str_printf(print->arena, "%s%%%02X", text, (unsigned)(unsigned char)*path);
    }
    return text;
}

/* Nothing but the page: no network, no profile of the user's; the page's own policy lets no script run.  Chromium has
 * no sandbox for root, and says so instead of printing. */
static void chromium_arguments(const struct print *print, const char **arguments)
{
    const char *const ours[] = {"--headless", "--disable-gpu", "--disable-extensions", "--disable-sync",
                                "--disable-background-networking", "--disable-component-update",
                                "--disable-dev-shm-usage", "--no-first-run", "--no-default-browser-check",
                                "--host-resolver-rules=MAP * ~NOTFOUND", "--proxy-server=127.0.0.1:9",
                                "--no-pdf-header-footer",
                                str_printf(print->arena, "--user-data-dir=%s", in(print, "profile")),
                                str_printf(print->arena, "--print-to-pdf=%s", print->pdf_path)};
    size_t count = 0;

    arguments[count++] = print->programs[CHROMIUM];
    if (geteuid() == 0)
        arguments[count++] = "--no-sandbox";
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        arguments[count++] = ours[i];
    arguments[count++] = file_url(print, print->page_path);
}

static void weasyprint_arguments(const struct print *print, const char **arguments)
{
    arguments[0] = print->programs[WEASYPRINT];
    arguments[1] = "--quiet";
    arguments[2] = print->page_path;
    arguments[3] = print->pdf_path;
}

static bool spawn(struct print *print, const char *const *arguments)
{
    const char *path = getenv("PATH");
    const char *environment[] = {str_printf(print->arena, "PATH=%s", path ? path : "/usr/bin:/bin"),
                                 str_printf(print->arena, "HOME=%s", print->directory),
                                 str_printf(print->arena, "TMPDIR=%s", print->directory),
                                 str_printf(print->arena, "XDG_CONFIG_HOME=%s", print->directory),
                                 str_printf(print->arena, "XDG_CACHE_HOME=%s", print->directory),
                                 "LANG=C.UTF-8",
                                 NULL};
    char *argv[ARGUMENTS_MAX + 1] = {NULL}, *envp[sizeof environment / sizeof *environment] = {NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    pid_t child = 0;
    int error;

    for (size_t i = 0; i < ARGUMENTS_MAX && arguments[i]; i++)
        argv[i] = writable(print->arena, arguments[i]);
    for (size_t i = 0; environment[i]; i++)
        envp[i] = writable(print->arena, environment[i]);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, print->said_path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_adddup2(&actions, 1, 2);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP); /* so that its children end with it */
    error = posix_spawn(&child, argv[0], &actions, &attributes, argv, envp);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    print->child = error == 0 ? child : 0;
    return error == 0;
}

/* False where it did not end in time, or we are to end; all that it has started ends with it. */
static bool wait_for_child(struct print *print)
{
    const struct timespec slice = {.tv_nsec = SLICE_MS * 1000000};
    bool in_time = false;

    for (int waited_ms = 0; waited_ms < PRINT_MS && !interrupt_signal() && !in_time; waited_ms += SLICE_MS) {
        in_time = waitpid(print->child, NULL, WNOHANG) == print->child;
        if (!in_time)
            nanosleep(&slice, NULL);
    }
    kill(-print->child, SIGKILL);
    while (!in_time && waitpid(print->child, NULL, 0) < 0 && errno == EINTR)
        ;
    print->child = 0;
    return in_time;
}

static bool is_pdf(FILE *file)
{
    char begin[5] = "";

    return fread(begin, 1, sizeof begin, file) == sizeof begin && memcmp(begin, "%PDF-", sizeof begin) == 0 &&
           fseek(file, 0, SEEK_SET) == 0;
}

/* 0, or what failed: a value of errno */
static int copy(FILE *from, FILE *to)
{
    char bytes[16384];
    size_t got;

    do {
        got = fread(bytes, 1, sizeof bytes, from);
        if (fwrite(bytes, 1, got, to) != got)
            return errno;
    } while (got == sizeof bytes);
    return ferror(from) ? EIO : 0;
}

/* The last line of what the program said: it may have a lot to say about this machine. */
static const char *said(const struct print *print)
{
    char line[1024], last[sizeof line] = "";
    FILE *file = fopen(print->said_path, "re");

    while (file && fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        if (*line)
            memcpy(last, line, sizeof last);
    }
    if (file)
        fclose(file);
    return *last ? str_printf(print->arena, ": %.*s", SAID_MAX, last) : "";
}

static bool try(struct print *print, int printer, FILE *out, const char **why)
{
    const char *arguments[ARGUMENTS_MAX + 1] = {NULL};
    bool done = false, ended = false;
    int error;
    FILE *pdf;

    if (printer == CHROMIUM)
        chromium_arguments(print, arguments);
    else
        weasyprint_arguments(print, arguments);
    unlink(print->pdf_path);
    if (spawn(print, arguments))
        ended = wait_for_child(print);
    pdf = ended ? fopen(print->pdf_path, "re") : NULL;
    if (pdf && is_pdf(pdf)) {
        error = copy(pdf, out);
        done = !error;
        if (error)
            *why = strerror(error);
    } else {
        *why = str_printf(print->arena, "%s %s%s", print->programs[printer],
                          ended ? "made no PDF" : "did not end in time", said(print));
    }
    if (pdf)
        fclose(pdf);
    return done;
}

bool print_run(struct print *print, FILE *out, const char **why)
{
    bool done = false;
    int error = fclose(print->page) != 0 ? errno : 0;

    print->page = NULL;
    if (error) {
        *why = strerror(error);
        return false;
    }
    for (int i = 0; i < PRINTERS && !done && !interrupt_signal(); i++)
        if (print->programs[i])
            done = try(print, i, out, why);
    if (interrupt_signal() && !done)
        *why = "interrupted, and not printed";
    return done;
}

static void remove_tree(char *directory)
{
    char *const roots[] = {directory, NULL};
    FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    const FTSENT *entry;

    while (tree && (entry = fts_read(tree)))
        if (entry->fts_info != FTS_D) /* a directory comes again, after what is in it */
            remove(entry->fts_path);
    if (tree)
        fts_close(tree);
}

void print_close(struct print *print)
{
    if (print->page)
        fclose(print->page);
    print->page = NULL;
    if (print->directory)
        remove_tree(writable(print->arena, print->directory));
    print->directory = NULL;
}

void print_remove(const struct print *print)
{
    if (print->child > 0)
        kill(-print->child, SIGKILL);
    if (!print->directory)
        return;
    unlink(print->page_path);
    unlink(print->pdf_path);
    unlink(print->said_path);
    rmdir(print->directory);
}
