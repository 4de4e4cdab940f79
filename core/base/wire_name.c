/* core/base/wire_name.c - domain names as they are on the wire. */
#include "core/base/wire_name.h"

#include <stdint.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/name.h"
#include "core/base/order.h"

enum { LABEL_MAX = 63, LABELS_MAX = NAME_WIRE_MAX / 2 };

static size_t octet(struct str name, size_t at)
{
    return (unsigned char)name.at[at];
}

static struct str from(struct str name, size_t at)
{
    return (struct str){name.at + at, name.len - at};
}

bool wire_name_read(struct str data, size_t at, struct str *out)
{
    size_t begin = at;

    while (at < data.len && at - begin < NAME_WIRE_MAX) {
        size_t length = octet(data, at);

        if (length > LABEL_MAX)
            return false;
        at += length + 1;
        if (length > 0)
            continue;
        *out = (struct str){data.at + begin, at - begin};
        return at - begin <= NAME_WIRE_MAX;
    }
    return false;
}

bool wire_name_of(struct arena *arena, const char *name, struct str *out)
{
    uint8_t wire[NAME_WIRE_MAX];
    size_t size = name_to_wire(name, wire);

    if (size > 0)
        *out = wire_name_lower(arena, (struct str){(const char *)wire, size});
    return size > 0;
}

const char *wire_name_text(struct arena *arena, struct str name)
{
    const char *text = "";

    name_from_wire(arena, (const uint8_t *)name.at, name.len, &text);
    return text;
}

struct str wire_name_lower(struct arena *arena, struct str name)
{
    char *lower = arena_alloc(arena, name.len);

    for (size_t i = 0; i < name.len; i++) /* lengths are below 'A' */
        lower[i] = ascii_lower(name.at[i]);
    return (struct str){lower, name.len};
}

struct str wire_name_wildcard(struct arena *arena, struct str name)
{
    return str_join(arena, (struct str){"\1", 1}, "*", name);
}

size_t wire_name_labels(struct str name)
{
    size_t labels = 0;

    for (size_t at = 0; octet(name, at) != 0; at += octet(name, at) + 1)
        labels++;
    return labels;
}

struct str wire_name_parent(struct str name)
{
    return octet(name, 0) ? from(name, octet(name, 0) + 1) : name;
}

struct str wire_name_last(struct str name, size_t labels)
{
    for (size_t have = wire_name_labels(name); have > labels; have--)
        name = wire_name_parent(name);
    return name;
}

bool wire_name_is_under(struct str name, struct str above)
{
    return str_equal(wire_name_last(name, wire_name_labels(above)), above);
}

static size_t label_starts(struct str name, size_t starts[LABELS_MAX])
{
    size_t count = 0;

    for (size_t at = 0; octet(name, at) != 0; at += octet(name, at) + 1)
        starts[count++] = at;
    return count;
}

static int compare_labels(struct str a, size_t at, struct str b, size_t bt)
{
    size_t left = octet(a, at), right = octet(b, bt);
    int order = memcmp(a.at + at + 1, b.at + bt + 1, left < right ? left : right);

    return order ? order : order_of(left, right);
}

int wire_name_compare(struct str a, struct str b)
{
    size_t left[LABELS_MAX], right[LABELS_MAX];
    size_t i = label_starts(a, left), k = label_starts(b, right);

    while (i > 0 && k > 0) {
        int order = compare_labels(a, left[--i], b, right[--k]);

        if (order)
            return order;
    }
    return order_of(i, k);
}
