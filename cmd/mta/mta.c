/* cmd/mta/mta.c - finds the mail server of this machine, and asks it for its HELO names and source addresses. */
#include "cmd/mta/mta.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd/io/program.h"
#include "core/base/arena.h"
#include "core/base/str.h"

extern char **environ;

enum {
    WORDS_MAX = 64,
    INSTANCES_MAX = 16,
    COMPLAINT_LINES = 3,
    POSTFIX_LINES = 7 /* that mta_parse_postfix() reads */
};

/* Where mail servers are, which is not in the PATH of everybody. */
static const char system_directories[] = "/usr/sbin:/usr/local/sbin:/sbin";

static const char *read_all(struct arena *arena, int fd)
{
    char *text = malloc(MTA_FILE_MAX);
    const char *copy;
    size_t used = 0;
    ssize_t got;

    while (text && used < MTA_FILE_MAX &&
           ((got = read(fd, text + used, MTA_FILE_MAX - used)) > 0 || (got < 0 && errno == EINTR)))
        used += got > 0 ? (size_t)got : 0;
    copy = str_text(arena, (struct str){text, used});
    free(text);
    return copy;
}

const char *mta_file(struct arena *arena, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    const char *text;

    if (fd < 0)
        return NULL;
    text = read_all(arena, fd);
    close(fd);
    return text;
}

struct answer {
    const char *text;      /* NULL: it could not be run, or failed */
    const char *complaint; /* then: the first lines of what it said */
};

static struct answer ended(struct arena *arena, const char *text, int status)
{
    const char *complaint = "";

    if (status == 0)
        return (struct answer){text, NULL};
    for (size_t i = 0; *text && i < COMPLAINT_LINES; i++)
        complaint =
            str_printf(arena, "%s%s%s", complaint, *complaint ? " / " : "", str_text(arena, mta_next_line(&text)));
    return (struct answer){NULL, *complaint ? complaint : "it failed without a word"};
}

/* What a program prints on standard output; of one that fails, what it prints on both.  No shell is involved. */
static struct answer run(struct arena *arena, const char *const *command, bool with_errors)
{
    posix_spawn_file_actions_t actions;
    char *arguments[WORDS_MAX + 1] = {NULL};
    struct answer answer = {NULL, "it cannot be run"};
    int ends[2], status = -1;
    pid_t child;

    for (size_t i = 0; i < WORDS_MAX && command[i]; i++)
        arguments[i] = memcpy(arena_alloc(arena, strlen(command[i]) + 1), command[i], strlen(command[i]) + 1);
    if (pipe(ends) != 0)
        return answer;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
    if (with_errors)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 2);
    else
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addclose(&actions, ends[0]);
    posix_spawn_file_actions_addclose(&actions, ends[1]);
    if (posix_spawn(&child, arguments[0], &actions, NULL, arguments, environ) == 0) {
        const char *text;

        close(ends[1]);
        ends[1] = -1;
        text = read_all(arena, ends[0]);
        close(ends[0]); /* first, or a child with more to say would wait for us */
        ends[0] = -1;
        while (waitpid(child, &status, 0) < 0 && errno == EINTR)
            ;
        answer = ended(arena, text, status);
    }
    for (size_t i = 0; i < 2; i++)
        if (ends[i] >= 0)
            close(ends[i]);
    posix_spawn_file_actions_destroy(&actions);
    return answer;
}

/* Only one that failed is asked again, for why: warnings must not get between the answers. */
static struct answer ask(struct arena *arena, const char *const *command)
{
    struct answer answer = run(arena, command, false);

    return answer.text ? answer : run(arena, command, true);
}

enum outcome { NOT_INSTALLED, NOT_READABLE, READ };

/* ---- Postfix ---- */

static bool is_bound(const struct mta *mta)
{
    for (size_t i = 0; i < mta->count; i++)
        if (!mta_is_any(&mta->senders[i].ip))
            return true;
    return false;
}

static struct answer read_instance(struct arena *arena, const char *postconf, struct str config_directory,
                                   struct mta *out, bool *enabled)
{
    const char *directory = str_text(arena, config_directory);
    const char *const main_cf[] = {postconf,
                                   "-c",
                                   directory,
                                   "-x",
                                   "-h",
                                   "smtp_helo_name",
                                   "smtp_bind_address",
                                   "smtp_bind_address6",
                                   "inet_interfaces",
                                   "inet_protocols",
                                   "relayhost",
                                   "default_transport",
                                   "multi_instance_enable",
                                   NULL};
    const char *const master_cf[] = {postconf, "-c", directory, "-x", "-P", "smtp/unix", NULL};
    struct answer answer = ask(arena, main_cf), service;

    if (!answer.text)
        return answer;
    service = ask(arena, master_cf);
    mta_parse_postfix(arena, answer.text, service.text ? service.text : "", out);
    for (size_t i = 0; i < POSTFIX_LINES; i++)
        mta_next_line(&answer.text);
    *enabled = str_equal_nocase(mta_next_line(&answer.text), str_of("yes"));
    return (struct answer){"", NULL};
}

/* Where one instance binds to an address, another that does not is there to hand
 * mail on to it, and so is one that has a relayhost.  (MULTI_INSTANCE_README) */
static void merge(struct mta *out, const struct mta *own)
{
    if (own->unclear)
        return;
    if (out->unclear || (is_bound(own) && !is_bound(out)))
        *out = *own;
    else if (is_bound(own) || !is_bound(out))
        for (size_t i = 0; i < own->count; i++)
            mta_add(out, &own->senders[i].ip, own->senders[i].helo);
}

static enum outcome read_postfix(struct arena *arena, struct mta *out, const char **why)
{
    const char *postconf = program_find(arena, "postconf", system_directories);
    const char *const command[] = {postconf, "-x", "-h", "config_directory", "multi_instance_directories", NULL};
    struct answer answer = postconf ? ask(arena, command) : (struct answer){NULL, NULL};
    struct str directory, others;
    bool enabled;

    *why = answer.complaint;
    if (!answer.text)
        return postconf ? NOT_READABLE : NOT_INSTALLED;
    directory = mta_next_line(&answer.text);
    others = mta_next_line(&answer.text);
    answer = read_instance(arena, postconf, directory, out, &enabled); /* the default instance always is */
    for (size_t i = 1; answer.text && others.len && i < INSTANCES_MAX; i++) {
        struct mta own;

        directory = mta_next_of_list(&others, ", \t");
        if (!directory.len)
            continue;
        answer = read_instance(arena, postconf, directory, &own, &enabled);
        if (answer.text && enabled)
            merge(out, &own);
    }
    *why = answer.complaint;
    return answer.text ? READ : NOT_READABLE;
}

/* ---- Exim ---- */

static enum outcome read_exim(struct arena *arena, struct mta *out, const char **why)
{
    const char *exim4 = program_find(arena, "exim4", system_directories);
    const char *exim = exim4 ? exim4 : program_find(arena, "exim", system_directories);
    const char *const hostname[] = {exim, "-bP", "primary_hostname", NULL}, *const transports[] = {exim, "-bP",
                                                                                                   "transports", NULL};
    const char *const routers[] = {exim, "-bP", "routers", NULL};
    struct answer name, options, routes;

    if (!exim)
        return NOT_INSTALLED;
    name = ask(arena, hostname);
    options = ask(arena, transports);
    routes = ask(arena, routers);
    *why = name.text ? options.complaint : name.complaint;
    if (!name.text || !options.text)
        return NOT_READABLE;
    mta_parse_exim(arena, name.text, routes.text ? routes.text : "", options.text, out);
    return READ;
}

/* ---- OpenSMTPD ---- */

/* The first line of the file mailname beside the configuration (smtpd.conf(5)); NULL: there is none. */
static const char *server_name(struct arena *arena, const char *mailname)
{
    const char *text = mta_file(arena, mailname);
    struct str line = text ? mta_next_line(&text) : (struct str){NULL, 0};

    return line.len ? str_copy(arena, line).at : NULL;
}

static enum outcome read_opensmtpd(struct arena *arena, struct mta *out, const char **why)
{
    static const char *const files[][2] = {{"/etc/smtpd.conf", "/etc/mailname"},
                                           {"/etc/mail/smtpd.conf", "/etc/mail/mailname"},
                                           {"/usr/local/etc/mail/smtpd.conf", "/usr/local/etc/mail/mailname"}};
    const char *smtpd = program_find(arena, "smtpd", system_directories);

    if (!smtpd)
        return NOT_INSTALLED;
    *why = "there is no smtpd.conf";
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        const char *const check[] = {smtpd, "-n", "-f", files[i][0], NULL};
        const char *text = mta_file(arena, files[i][0]);

        if (!text)
            continue;
        if (geteuid() == 0) { /* it fails as well for who may not read the keys that it names */
            struct answer answer = ask(arena, check);

            *why = answer.complaint;
            if (!answer.text)
                return NOT_READABLE;
        }
        mta_parse_opensmtpd(arena, text, server_name(arena, files[i][1]), out);
        return READ;
    }
    return NOT_READABLE;
}

/* ---- which of them ---- */

bool mta_read(struct arena *arena, struct mta *out, const char **why, const char **note)
{
    static const struct {
        const char *name;
        enum outcome (*read)(struct arena *, struct mta *, const char **why);
    } servers[] = {{"Postfix", read_postfix}, {"Exim", read_exim}, {"OpenSMTPD", read_opensmtpd}};
    const char *used = NULL, *others = "";

    for (size_t i = 0; i < sizeof servers / sizeof *servers; i++) {
        const char *complaint = NULL, *other = NULL, *obstacle = " and cannot be asked";
        struct mta mta;
        enum outcome outcome = servers[i].read(arena, &mta, &complaint);

        if (outcome == READ && mta.unclear) {
            outcome = NOT_READABLE;
            complaint = mta.unclear;
            obstacle = ", but what it sends from is not to be seen here";
        }
        if (outcome == READ && !used) {
            used = servers[i].name;
            *out = mta;
        } else if (outcome == READ) {
            other = str_printf(arena, "%s is installed as well: name its senders with --sender", servers[i].name);
        } else if (outcome == NOT_READABLE) {
            other = str_printf(arena, "%s is installed%s: %s", servers[i].name, obstacle, complaint);
        }
        if (other)
            others = str_printf(arena, "%s%s%s", others, *others ? "; " : "", other);
    }
    *note = used && *others ? str_printf(arena, "these are the senders of %s; %s", used, others) : NULL;
    *why = *others ? others : "no Postfix, Exim or OpenSMTPD was found on this machine";
    return used != NULL;
}
