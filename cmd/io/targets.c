/* cmd/io/targets.c - domains from arguments and from lists. */
#include "cmd/io/targets.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/io/file.h"
#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/name.h"

enum { ENDLESS_LINE = 1 << 20, /* octets: it is no list, and nothing behind it is looked for */
       READ_BYTES = 65536, SHOWN_BYTES = 80, FIRST_SLOTS = 64, PATIENCE_MS = 1 };

/* ---- one text ---- */

static bool has_controls(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if ((unsigned char)text.at[i] < 0x20 || text.at[i] == 0x7f)
            return true;
    }
    return false;
}

const char *domain_from_text(struct arena *arena, struct str text, const char **why)
{
    if (text.len > INPUT_LINE_MAX)
        *why = "is too long for a domain";
    else if (has_controls(text))
        *why = "has control characters";
    else
        return name_from_user(arena, str_text(arena, text), why);
    return NULL;
}

/* ---- names seen: an open hash table ---- */

struct seen {
    char **slots;
    size_t room, count;
};

static size_t hash(const char *name)
{
    uint64_t value = 0xcbf29ce484222325u;

    for (; *name; name++)
        value = (value ^ (unsigned char)*name) * 0x100000001b3u;
    return (size_t)(value ^ value >> 32);
}

static char **slot_of(char **slots, size_t room, const char *name)
{
    size_t at = hash(name) & (room - 1);

    while (slots[at] && strcmp(slots[at], name) != 0)
        at = (at + 1) & (room - 1);
    return &slots[at];
}

static bool grow(struct seen *seen)
{
    size_t room = seen->room ? seen->room * 2 : FIRST_SLOTS;
    char **slots = calloc(room, sizeof *slots);

    if (!slots)
        return false;
    for (size_t i = 0; i < seen->room; i++) {
        if (seen->slots[i])
            *slot_of(slots, room, seen->slots[i]) = seen->slots[i];
    }
    free(seen->slots);
    seen->slots = slots;
    seen->room = room;
    return true;
}

/* True when the name was seen before.  Beyond the limit, or without memory, names are not remembered. */
static bool seen_before(struct seen *seen, const char *name)
{
    char **slot;

    if (seen->count * 2 >= seen->room && seen->count < TARGETS_REMEMBERED && !grow(seen) && seen->room == 0)
        return false;
    slot = slot_of(seen->slots, seen->room, name);
    if (*slot)
        return true;
    if (seen->count < TARGETS_REMEMBERED && seen->count + 1 < seen->room && (*slot = strdup(name)))
        seen->count++;
    return false;
}

static void seen_free(struct seen *seen)
{
    for (size_t i = 0; i < seen->room; i++)
        free(seen->slots[i]);
    free(seen->slots);
}

/* ---- the list ---- */

struct target_list {
    const char *const *arguments;
    size_t argument_count, argument;
    list_read *read;
    void *arg;
    struct seen seen;
    size_t line; /* of the one in `text` */
    char text[INPUT_LINE_MAX + 1];
    size_t length;  /* of the line so far, counted on when it no longer fits */
    bool line_open; /* `text` holds a line that has not ended */
    bool at_end;
    size_t used, filled; /* of `bytes` */
    char bytes[READ_BYTES];
};

ssize_t list_read_fd(void *fd, char *bytes, size_t size)
{
    struct pollfd ready = {.fd = *(const int *)fd, .events = POLLIN};
    ssize_t got;

    if (poll(&ready, 1, PATIENCE_MS) == 0) {
        errno = EAGAIN;
        return -1;
    }
    got = read(ready.fd, bytes, size);
    if (got < 0 && errno == EINTR)
        errno = EAGAIN;
    return got;
}

struct target_list *target_list_new(const char *const *arguments, size_t argument_count, list_read *reader, void *arg)
{
    struct target_list *list = calloc(1, sizeof *list);

    if (!list)
        return NULL;
    list->arguments = arguments;
    list->argument_count = argument_count;
    list->read = reader;
    list->arg = arg;
    list->at_end = !reader;
    return list;
}

void target_list_free(struct target_list *list)
{
    if (!list)
        return;
    seen_free(&list->seen);
    free(list);
}

/* Without the comment: "#" at the beginning, or behind a blank. */
static struct str without_comment(struct str line)
{
    for (size_t i = 0; i < line.len; i++) {
        if (line.at[i] == '#' && (i == 0 || line.at[i - 1] == ' ' || line.at[i - 1] == '\t')) {
            line.len = i;
            break;
        }
    }
    return line_trimmed(line);
}

static enum list_step judge(struct target_list *list, struct arena *arena, struct str text, struct list_item *out)
{
    out->domain = domain_from_text(arena, text, &out->why);
    if (out->domain && seen_before(&list->seen, out->domain)) {
        out->domain = NULL;
        out->why = "was named before";
    }
    out->text = str_copy(arena, (struct str){text.at, text.len < SHOWN_BYTES ? text.len : SHOWN_BYTES});
    return out->domain ? LIST_DOMAIN : LIST_BAD;
}

/* Takes bytes until the line is complete; false when there are none left. */
static bool complete_line(struct target_list *list)
{
    while (list->used < list->filled) {
        char *from = list->bytes + list->used;
        size_t left = list->filled - list->used;
        char *end = memchr(from, '\n', left);
        size_t length = end ? (size_t)(end - from) : left;
        size_t room = list->length < sizeof list->text ? sizeof list->text - list->length : 0;

        if (!list->line_open) {
            list->line_open = true;
            list->line++;
        }
        memcpy(list->text + (list->length < sizeof list->text ? list->length : 0), from, length < room ? length : room);
        list->length += length;
        list->used += end ? length + 1 : length;
        if (end)
            return true;
    }
    return false;
}

/* The last line, which needs no line feed; or one that seems to have none. */
static bool is_at_its_end(struct target_list *list)
{
    list->at_end = list->at_end || list->length > ENDLESS_LINE;
    return list->at_end;
}

enum list_step target_list_next(struct target_list *list, struct arena *arena, struct list_item *out)
{
    static const char byte_order_mark[] = "\xef\xbb\xbf";

    *out = (struct list_item){0};
    if (list->argument < list->argument_count)
        return judge(list, arena, str_of(list->arguments[list->argument++]), out);
    for (;;) {
        bool complete = complete_line(list) || (list->line_open && is_at_its_end(list));
        struct str line = {list->text, list->length < sizeof list->text ? list->length : sizeof list->text};
        bool too_long = list->length > INPUT_LINE_MAX + 1 ||
                        (list->length == INPUT_LINE_MAX + 1 && line.at[INPUT_LINE_MAX] != '\r');

        if (complete) {
            list->line_open = false;
            list->length = 0;
            out->line = list->line;
            if (list->line == 1 && line.len >= 3 && memcmp(line.at, byte_order_mark, 3) == 0)
                line = (struct str){line.at + 3, line.len - 3};
            if (too_long) {
                out->text = str_copy(arena, (struct str){line.at, SHOWN_BYTES});
                out->why = "is too long for a line";
                return LIST_BAD;
            }
            line = without_comment(line);
            if (line.len > 0)
                return judge(list, arena, line, out);
        } else if (list->at_end) {
            return LIST_END;
        } else {
            ssize_t got = list->read(list->arg, list->bytes, sizeof list->bytes);

            if (got < 0)
                return errno == EAGAIN || errno == EWOULDBLOCK ? LIST_WAIT : LIST_ERROR;
            list->used = 0;
            list->filled = (size_t)got;
            list->at_end = got == 0;
        }
    }
}
