/* cmd/mta.c - reads HELO name and source addresses from Postfix, Exim or OpenSMTPD on this machine. */
#include "cmd/mta.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/arena.h"
#include "core/str.h"

extern char **environ;

enum { ANSWER_MAX = 65536, WORDS_MAX = 64 };

static char *read_all(struct arena *arena, int fd)
{
    char *text = arena_alloc(arena, ANSWER_MAX);
    size_t used = 0;
    ssize_t got;

    while (used < ANSWER_MAX - 1 && ((got = read(fd, text + used, ANSWER_MAX - 1 - used)) > 0 || (got < 0 && errno == EINTR)))
        used += got > 0 ? (size_t)got : 0;
    text[used] = '\0';
    return text;
}

/* What a program prints; NULL when it cannot be run or fails.  No shell is involved. */
static const char *ask(struct arena *arena, const char *const *command)
{
    posix_spawn_file_actions_t actions;
    char *arguments[WORDS_MAX + 1] = {NULL};
    const char *answer = NULL;
    int ends[2], status = -1;
    pid_t child;

    for (size_t i = 0; i < WORDS_MAX && command[i]; i++)
        arguments[i] = memcpy(arena_alloc(arena, strlen(command[i]) + 1), command[i], strlen(command[i]) + 1);
    if (pipe(ends) != 0)
        return NULL;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addclose(&actions, ends[0]);
    posix_spawn_file_actions_addclose(&actions, ends[1]);
    if (posix_spawnp(&child, arguments[0], &actions, NULL, arguments, environ) == 0) {
        close(ends[1]);
        ends[1] = -1;
        answer = read_all(arena, ends[0]);
        while (waitpid(child, &status, 0) < 0 && errno == EINTR)
            ;
    }
    if (ends[1] >= 0)
        close(ends[1]);
    close(ends[0]);
    posix_spawn_file_actions_destroy(&actions);
    return status == 0 ? answer : NULL;
}

static struct str trimmed(struct str s)
{
    while (s.len && strchr(" \t\r\"", s.at[0]) && s.at[0]) {
        s.at++;
        s.len--;
    }
    while (s.len && strchr(" \t\r\"", s.at[s.len - 1]) && s.at[s.len - 1])
        s.len--;
    return s;
}

static struct str next_line(const char **text)
{
    size_t len = strcspn(*text, "\n");
    struct str line = {*text, len};

    *text += len + ((*text)[len] == '\n');
    return trimmed(line);
}

static void add_source(struct arena *arena, struct str text, struct mta *out)
{
    struct ip ip;

    if (text.len > 1 && text.at[0] == '[' && text.at[text.len - 1] == ']')
        text = (struct str){text.at + 1, text.len - 2};
    if (!ip_parse(str_copy(arena, text).at, &ip) || out->source_count == MTA_SOURCES_MAX)
        return;
    for (size_t i = 0; i < out->source_count; i++)
        if (out->sources[i].family == ip.family)
            return;
    out->sources[out->source_count++] = ip;
}

/* A single address of a family in inet_interfaces is the source address of that family (postconf(5)). */
static void add_single_interfaces(struct arena *arena, struct str list, struct mta *out)
{
    struct str found[2] = {{0}};
    size_t count[2] = {0};

    while (list.len) {
        size_t len = 0;
        struct ip ip;
        struct str word;

        while (len < list.len && !strchr(", \t", list.at[len]))
            len++;
        word = trimmed((struct str){list.at, len});
        list.at += len < list.len ? len + 1 : len;
        list.len -= len < list.len ? len + 1 : len;
        if (word.len && ip_parse(str_copy(arena, word).at, &ip) && !(ip_special(&ip) && strstr(ip_special(&ip)->name, "Loopback"))) {
            found[ip.family == IP_V6] = word;
            count[ip.family == IP_V6]++;
        }
    }
    for (size_t i = 0; i < 2; i++)
        if (count[i] == 1)
            add_source(arena, found[i], out);
}

void mta_parse_postfix(struct arena *arena, const char *answer, struct mta *out)
{
    struct str helo = next_line(&answer), bind4 = next_line(&answer), bind6 = next_line(&answer), interfaces = next_line(&answer);

    *out = (struct mta){.kind = "Postfix"};
    if (helo.len && !memchr(helo.at, '$', helo.len))
        out->helo = str_copy(arena, helo).at;
    add_source(arena, bind4, out);
    add_source(arena, bind6, out);
    add_single_interfaces(arena, interfaces, out);
}

/* "name = value" among the lines of exim -bP. */
static struct str exim_value(const char *answer, const char *name)
{
    size_t len = strlen(name);

    while (*answer) {
        struct str line = next_line(&answer);

        if (line.len > len && str_starts_nocase(line, name)) {
            struct str rest = trimmed((struct str){line.at + len, line.len - len});

            if (rest.len && rest.at[0] == '=')
                return trimmed((struct str){rest.at + 1, rest.len - 1});
        }
    }
    return (struct str){NULL, 0};
}

void mta_parse_exim(struct arena *arena, const char *hostname, const char *transport, struct mta *out)
{
    struct str primary = exim_value(hostname, "primary_hostname"), helo = exim_value(transport, "helo_data");
    struct str interface = exim_value(transport, "interface");

    *out = (struct mta){.kind = "Exim"};
    if (!helo.len || str_equal(helo, str_of("$primary_hostname")) || str_equal(helo, str_of("${primary_hostname}")))
        helo = primary;
    if (helo.len && !memchr(helo.at, '$', helo.len)) /* an expansion depends on the message */
        out->helo = str_copy(arena, helo).at;
    while (interface.len) {
        size_t len = 0;

        /* A list with colons, unless it begins by saying otherwise; IPv6 addresses double theirs. */
        while (len < interface.len && interface.at[len] != ';' && interface.at[len] != ' ')
            len++;
        if (interface.at[0] != '<')
            add_source(arena, trimmed((struct str){interface.at, len}), out);
        interface.at += len < interface.len ? len + 1 : len;
        interface.len -= len < interface.len ? len + 1 : len;
    }
}

static struct str next_word(struct str *line)
{
    struct str word;
    size_t len = 0;

    *line = trimmed(*line);
    while (len < line->len && !strchr(" \t", line->at[len]))
        len++;
    word = trimmed((struct str){line->at, len});
    line->at += len;
    line->len -= len;
    return word;
}

/* action "out" relay helo mail.example.org src { 192.0.2.1, 2001:db8::1 }: smtpd.conf(5) */
static void parse_relay(struct arena *arena, struct str line, struct mta *out)
{
    bool in_sources = false;

    while (line.len) {
        struct str word = next_word(&line);

        if (!word.len)
            break;
        if (str_equal(word, str_of("helo"))) {
            out->helo = str_copy(arena, next_word(&line)).at;
            in_sources = false;
        } else if (str_equal(word, str_of("src"))) {
            in_sources = true;
        } else if (in_sources) {
            while (word.len && strchr(",{}", word.at[word.len - 1]))
                word.len--;
            while (word.len && strchr("{", word.at[0])) {
                word.at++;
                word.len--;
            }
            add_source(arena, trimmed(word), out);
        }
    }
}

void mta_parse_opensmtpd(struct arena *arena, const char *configuration, struct mta *out)
{
    *out = (struct mta){.kind = "OpenSMTPD"};
    while (*configuration) {
        struct str line = next_line(&configuration), rest = line;

        if (!str_equal(next_word(&rest), str_of("action")))
            continue;
        next_word(&rest); /* its name */
        if (str_equal(next_word(&rest), str_of("relay")))
            parse_relay(arena, rest, out);
    }
}

static bool read_postfix(struct arena *arena, struct mta *out)
{
    static const char *const main_cf[] = {"postconf", "-x", "-h", "smtp_helo_name", "smtp_bind_address", "smtp_bind_address6", "inet_interfaces", NULL};
    static const char *const master_cf[] = {"postconf", "-x", "-h", "-P", "smtp/unix/smtp_helo_name", NULL};
    const char *answer = ask(arena, main_cf), *own;
    struct str helo;

    if (!answer)
        return false;
    mta_parse_postfix(arena, answer, out);
    own = ask(arena, master_cf);
    helo = own ? next_line(&own) : (struct str){NULL, 0};
    if (helo.len && !memchr(helo.at, '$', helo.len))
        out->helo = str_copy(arena, helo).at;
    return true;
}

static bool read_exim(struct arena *arena, struct mta *out)
{
    static const char *const programs[] = {"exim4", "exim"};

    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
        const char *const hostname[] = {programs[i], "-bP", "primary_hostname", NULL};
        const char *const transport[] = {programs[i], "-bP", "transport", "remote_smtp", NULL};
        const char *name = ask(arena, hostname), *options;

        if (!name)
            continue;
        options = ask(arena, transport);
        mta_parse_exim(arena, name, options ? options : "", out);
        return true;
    }
    return false;
}

static bool read_opensmtpd(struct arena *arena, struct mta *out)
{
    static const char *const paths[] = {"/etc/smtpd.conf", "/etc/mail/smtpd.conf", "/usr/local/etc/mail/smtpd.conf"};

    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        int fd = open(paths[i], O_RDONLY | O_CLOEXEC);

        if (fd < 0)
            continue;
        mta_parse_opensmtpd(arena, read_all(arena, fd), out);
        close(fd);
        return true;
    }
    return false;
}

bool mta_read(struct arena *arena, struct mta *out, const char **why)
{
    if (read_postfix(arena, out) || read_exim(arena, out) || read_opensmtpd(arena, out))
        return true;
    *why = "no Postfix, Exim or OpenSMTPD was found on this machine";
    return false;
}
