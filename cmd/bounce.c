/* cmd/bounce.c - tells what is behind a rejection, or behind many.  Shows nothing of a text but its code, a host and an
 * address. */
#include "cmd/bounce.h"

#include <errno.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/bounce_count.h"
#include "cmd/io/file.h"
#include "cmd/io/output.h"
#include "cmd/options/usage.h"
#include "cmd/options/wrap.h"
#include "core/base/arena.h"
#include "core/base/ip.h"
#include "core/base/str.h"
#include "core/records/bounce_words.h"
#include "core/result/bounce.h"
#include "core/result/bounce_feed.h"
#include "core/result/finding.h"

enum { TEXT_INDENT = 2, PATH_LENGTH_MAX = 4096, SCRATCH_BYTES = 16 * 1024 * 1024 };

static void print_check(enum check_id id)
{
    printf("\n%*s%s: %s\n", TEXT_INDENT, "", check_of(id)->name, check_of(id)->title);
    print_wrapped(stdout, check_of(id)->remedy, 0, TEXT_INDENT);
}

static void print_command(struct arena *arena, const struct bounce *bounce)
{
    printf("\n%*smailready YOURDOMAIN", TEXT_INDENT, "");
    for (size_t i = 0; i < bounce->causes.count; i++)
        printf("%s%s", i ? "," : " --only ", check_of(bounce->causes.checks[i])->group);
    if (bounce->ip.family != IP_NONE)
        printf(" --sender %s%s", ip_text(arena, &bounce->ip),
               bounce->causes.count && strcmp(check_of(bounce->causes.checks[0])->group, "helo") == 0 ? "=HELO" : "");
    putchar('\n');
}

static void print_rule(struct arena *arena, const struct receiver_rule *rule)
{
    printf("\n%s\n", receiver_at(rule->receiver)->title);
    print_wrapped(stdout, rule->words, 0, TEXT_INDENT);
    print_wrapped(
        stdout,
        str_printf(arena, "(%s%s%s)", rule->source, strcmp(rule->date, "undated") == 0 ? ", " : ", as of ", rule->date),
        0, TEXT_INDENT);
}

static const char *author_of(struct arena *arena, const struct bounce *bounce)
{
    const char *host = str_text(arena, bounce->host);

    if (bounce->local)
        return "Your own mail server wrote this";
    if (bounce->receiver)
        return str_printf(arena, "Written by %s%s%s%s", bounce->receiver->title, *host ? " (" : "", host,
                          *host ? ")" : "");
    return *host ? str_printf(arena, "Written by %s", host) : "It cannot be told which receiver wrote this";
}

static void print_author(struct arena *arena, const struct bounce *bounce)
{
    const char *about = "";

    if (bounce->local)
        about = " No receiver has refused anything: it was not reached, or had no say.";
    else if (bounce->by_code)
        about = " No word in it tells the cause; it follows from the code alone.";
    else if (bounce->causes.other != BOUNCE_OTHER_NONE)
        about = str_printf(arena, " It is about %s. No check looks at that.", bounce_other_text(bounce->causes.other));
    else if (!bounce->causes.count)
        about = " It names no cause that a check looks at.";
    print_wrapped(stdout,
                  str_printf(arena, "%s.%s%s%s%s", author_of(arena, bounce), bounce->code ? " The code in it is " : "",
                             bounce->code ? bounce->code : "", bounce->code ? "." : "", about),
                  0, 0);
}

static void print_bounce(struct arena *arena, const struct bounce *bounce)
{
    print_author(arena, bounce);
    for (size_t i = 0; i < bounce->causes.count; i++)
        print_check(bounce->causes.checks[i]);
    if (bounce->causes.count)
        print_command(arena, bounce);
    for (size_t i = 0; i < bounce->rule_count; i++)
        print_rule(arena, bounce->rules[i]);
    if (bounce->receiver && *receiver_contact_of(bounce->receiver).contact) {
        putchar('\n');
        print_wrapped(stdout, receiver_contact_of(bounce->receiver).contact, 0, 0);
    }
}

/* ---- many ---- */

struct reading {
    const struct bounce_lexicon *lexicon;
    struct bounce_count *count;
    struct arena *arena, *scratch; /* scratch: for one rejection */
    struct bounce_feed *feed;
    struct str first;  /* the first rejection, which is told in full where it is the only one */
    size_t lines, cut; /* cut: longer than BOUNCE_LINE_MAX */
};

static void take(void *context, struct str text)
{
    struct reading *r = context;
    struct bounce bounce;

    arena_reset(r->scratch);
    bounce = bounce_explain(r->lexicon, r->scratch, text);
    if (!bounce_count_total(r->count))
        r->first = str_copy(r->arena, text);
    bounce_count_add(r->count, &bounce);
}

/* Hands on each whole line of the buffer; how many octets are left of
 * one that is not at its end.  A line that fills the buffer is cut. */
static size_t feed_lines(struct reading *r, char *buffer, size_t len, bool is_end)
{
    char *at = buffer, *end;

    while ((end = memchr(at, '\n', len)) || (len && (is_end || len == BOUNCE_LINE_MAX))) {
        size_t line = end ? (size_t)(end - at) : len;

        r->cut += !end && !is_end;
        at[line] = '\0';
        bounce_feed_line(r->feed, at, line);
        r->lines++;
        at += line + (end != NULL);
        len -= line + (end != NULL);
    }
    memmove(buffer, at, len);
    return len;
}

/* To the end of the file; *start keeps what fits of it, for a text that is none of the known forms. */
static bool read_file(struct reading *r, int fd, struct str *start)
{
    char *buffer = arena_alloc(r->arena, BOUNCE_LINE_MAX + 1), *copy = arena_alloc(r->arena, BOUNCE_BYTES_MAX + 1);
    size_t held = 0;
    ssize_t got;

    start->at = copy;
    while ((got = read(fd, buffer + held, BOUNCE_LINE_MAX - held)) != 0) {
        size_t room = BOUNCE_BYTES_MAX - start->len;

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return false;
        memcpy(copy + start->len, buffer + held, (size_t)got < room ? (size_t)got : room);
        start->len += (size_t)got < room ? (size_t)got : room;
        held = feed_lines(r, buffer, held + (size_t)got, false);
    }
    feed_lines(r, buffer, held, true);
    bounce_feed_end(r->feed);
    return true;
}

/* A file where there is one of that name, or where the text can be nothing else. */
static bool names_file(const char *text)
{
    struct stat about;

    return strcmp(text, "-") == 0 || (strlen(text) < PATH_LENGTH_MAX && stat(text, &about) == 0) ||
           ((text[0] == '/' || strncmp(text, "./", 2) == 0 || strncmp(text, "../", 3) == 0) && !strpbrk(text, " \t\n"));
}

static bool read_text(struct reading *r, const char *text, struct str *start, const char **why)
{
    char *copy;
    int fd;
    bool is_read;

    if (!names_file(text)) {
        *start = str_copy(r->arena, str_of(text));
        copy = arena_alloc(r->arena, BOUNCE_LINE_MAX + 1);
        for (size_t i = 0; i < start->len; i += BOUNCE_LINE_MAX) {
            size_t len = start->len - i < BOUNCE_LINE_MAX ? start->len - i : BOUNCE_LINE_MAX;

            memcpy(copy, start->at + i, len);
            feed_lines(r, copy, len, true);
        }
        bounce_feed_end(r->feed);
        return true;
    }
    fd = file_open(r->arena, text, why);
    if (fd < 0)
        return false;
    is_read = read_file(r, fd, start);
    if (!is_read)
        *why = str_printf(r->arena, "%s: %s", strcmp(text, "-") == 0 ? "standard input" : text, strerror(errno));
    close(fd);
    return is_read;
}

/* A mail is known by its first line, a field; what it says stands behind the first empty line. */
static struct str body_of(struct str text)
{
    size_t name = 0, at = 0;

    while (name < text.len && (ascii_is_letter(text.at[name]) || ascii_is_digit(text.at[name]) || text.at[name] == '-'))
        name++;
    if (!name || name >= text.len || text.at[name] != ':')
        return text;
    while (at + 1 < text.len && !(text.at[at] == '\n' && (text.at[at + 1] == '\n' || text.at[at + 1] == '\r')))
        at++;
    return at + 1 < text.len ? (struct str){text.at + at, text.len - at} : text;
}

static bool report_one(struct reading *r, struct str text)
{
    struct bounce bounce = bounce_explain(r->lexicon, r->arena, text);

    print_bounce(r->arena, &bounce);
    return bounce.causes.count > 0;
}

/* False: nothing that a check looks at. */
static bool report(struct reading *r, struct str start)
{
    size_t count = bounce_count_total(r->count);

    if (count > 1) {
        bounce_count_print(r->count, r->arena, r->lines);
        if (r->cut)
            printf("\n%zu line%s longer than %d octets: what is beyond may be missing.\n", r->cut,
                   r->cut == 1 ? " was" : "s were", BOUNCE_LINE_MAX);
        return bounce_count_has_cause(r->count);
    }
    if (count == 1)
        return report_one(r, r->first);
    if (r->lines > 1 && bounce_feed_is_collection(r->feed)) {
        printf("In %zu lines there is no rejection of mail that was sent.\n", r->lines);
        return false;
    }
    return report_one(r, body_of(start));
}

enum exit_status explain_bounce(struct arena *arena, const char *text)
{
    struct reading r = {.lexicon = bounce_lexicon_new(arena), .count = bounce_count_new(arena), .arena = arena};
    struct str start = {"", 0};
    bool has_cause;
    const char *why;
    jmp_buf exhausted;

    r.scratch = arena_new(SCRATCH_BYTES);
    if (!r.scratch || setjmp(exhausted) != 0) {
        arena_free(r.scratch);
        complain("%s", no_memory);
        return EXIT_STATUS_FAULT;
    }
    arena_on_exhausted(r.scratch, &exhausted);
    r.feed = bounce_feed_new(arena, take, &r);
    if (!read_text(&r, text, &start, &why)) {
        arena_free(r.scratch);
        return usage_error(why);
    }
    arena_free(r.scratch);
    if (start.len == 0)
        return usage_error("explain: --bounce: there is no text");
    has_cause = report(&r, start);
    if (!output_stdout_done())
        return EXIT_STATUS_FAULT;
    return has_cause ? EXIT_STATUS_READY : EXIT_STATUS_UNDECIDED;
}
