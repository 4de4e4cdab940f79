/* core/base/list_text.c - lists in sentences. */
#include "core/base/list_text.h"

#include <string.h>

#include "core/base/arena.h"
#include "core/base/str.h"

enum { FIRST_ROOM = 128 };

struct list_text list_text(struct arena *arena, const char *separator, size_t most)
{
    return (struct list_text){.arena = arena,
                              .separator = separator,
                              .most = most,
                              .text = ARENA_ARRAY(arena, char, FIRST_ROOM),
                              .room = FIRST_ROOM};
}

static void append(struct list_text *list, const char *bytes)
{
    size_t size = strlen(bytes) + 1;

    if (list->length + size > list->room) {
        size_t room = (list->length + size) * 2;
        char *more = ARENA_ARRAY(list->arena, char, room);

        memcpy(more, list->text, list->length);
        list->text = more;
        list->room = room;
    }
    memcpy(list->text + list->length, bytes, size);
    list->length += size - 1;
}

bool list_is_full(const struct list_text *list)
{
    return list->count >= list->most;
}

void list_add(struct list_text *list, const char *item)
{
    if (!list_is_full(list)) {
        if (list->count)
            append(list, list->separator);
        append(list, item);
    }
    list->count++;
}

void list_add_count(struct list_text *list, size_t more)
{
    list->most = list->count < list->most ? list->count : list->most;
    list->count += more;
}

const char *list_end(struct list_text *list)
{
    if (list->count > list->most)
        append(list, str_printf(list->arena, "%s%zu more", list->most ? " and " : "", list->count - list->most));
    list->most = list->count;
    return list->text;
}
