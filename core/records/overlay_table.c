/* core/records/overlay_table.c - a sorted table of records. */
#include "core/records/overlay_table.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/name.h"
#include "core/base/order.h"
#include "core/base/str.h"
#include "core/facts/record_text.h"

/* Between labels; an escaped dot is within one.  (RFC 1035 5.1) */
static bool is_separator(const char *name, size_t at)
{
    size_t escapes = 0;

    while (escapes < at && name[at - escapes - 1] == '\\')
        escapes++;
    return name[at] == '.' && escapes % 2 == 0;
}

const char *overlay_key(struct arena *arena, const char *name)
{
    size_t used = 0, first;
    char *key = arena_alloc(arena, strlen(name) + 1);

    for (size_t end = strlen(name); end > 0; end = first ? first - 1 : 0) {
        for (first = end; first > 0 && !is_separator(name, first - 1); first--)
            ;
        if (used)
            key[used++] = '\1';
        for (size_t i = first; i < end; i++)
            key[used++] = ascii_lower(name[i]);
    }
    return key;
}

static const char *text_of(struct arena *arena, const struct zone_record *r)
{
    const char *text = r->is_read ? record_text(arena, &r->record) : "";

    return r->type == DNS_TXT ? text : name_lower(arena, text);
}

void overlay_table_add(struct overlay_table *table, struct arena *arena, const struct zone_record *record,
                       const char *source, bool is_single)
{
    struct owned *moved = arena_grown(arena, table->at, table->count, sizeof *moved);

    if (moved)
        table->at = moved;
    table->at[table->count] = (struct owned){.key = overlay_key(arena, record->owner),
                                             .text = text_of(arena, record),
                                             .record = record,
                                             .source = source,
                                             .is_single = is_single,
                                             .position = table->count};
    table->count++;
}

static int in_order(const void *a, const void *b)
{
    const struct owned *left = a, *right = b;
    int keys = strcmp(left->key, right->key), types = order_of(left->record->type, right->record->type);

    return keys ? keys : types ? types : order_of(left->position, right->position);
}

/* A single record takes the place of the zone's set, and of an alias; a single alias that of all. */
static bool is_replaced(const struct overlay_table *table, size_t i, size_t first, size_t end)
{
    const struct owned *mine = &table->at[i];

    for (size_t k = first; k < end && !mine->is_single; k++) {
        const struct owned *other = &table->at[k];

        if (other->is_single && (other->record->type == mine->record->type || other->record->type == DNS_CNAME ||
                                 mine->record->type == DNS_CNAME))
            return true;
    }
    return false;
}

static bool is_repeated(const struct overlay_table *table, size_t i, size_t first)
{
    const struct owned *mine = &table->at[i];

    for (size_t k = first; k < i; k++) {
        const struct owned *other = &table->at[k];

        if (other->record->type == mine->record->type && other->is_single == mine->is_single && mine->record->is_read &&
            strcmp(other->text, mine->text) == 0)
            return true;
    }
    return false;
}

void overlay_table_sort(struct overlay_table *table, struct arena *arena)
{
    bool *keep = ARENA_ARRAY(arena, bool, table->count + 1);
    size_t count = 0, end;

    if (table->count)
        qsort(table->at, table->count, sizeof *table->at, in_order);
    for (size_t first = 0; first < table->count; first = end) {
        for (end = first + 1; overlay_table_is_at(table, end, table->at[first].key); end++)
            ;
        for (size_t i = first; i < end; i++)
            keep[i] = !is_replaced(table, i, first, end) && !is_repeated(table, i, first);
    }
    for (size_t i = 0; i < table->count; i++)
        if (keep[i])
            table->at[count++] = table->at[i];
    table->count = count;
    table->records = ARENA_ARRAY(arena, struct dns_record, count + 1);
    for (size_t i = 0; i < count; i++)
        table->records[i] = table->at[i].record->record;
}

size_t overlay_table_find(const struct overlay_table *table, const char *key)
{
    size_t low = 0, high = table->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (strcmp(table->at[middle].key, key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool overlay_table_is_at(const struct overlay_table *table, size_t i, const char *key)
{
    return i < table->count && strcmp(table->at[i].key, key) == 0;
}

bool overlay_table_exists(const struct overlay_table *table, const char *key)
{
    size_t i = overlay_table_find(table, key), length = strlen(key);

    return i < table->count && strncmp(table->at[i].key, key, length) == 0 &&
           (length == 0 || table->at[i].key[length] == '\0' || table->at[i].key[length] == '\1');
}

size_t overlay_table_set(const struct overlay_table *table, const char *key, unsigned type, size_t *first)
{
    size_t i = overlay_table_find(table, key), count = 0;

    while (overlay_table_is_at(table, i, key) && table->at[i].record->type < type)
        i++;
    for (*first = i; overlay_table_is_at(table, i, key) && table->at[i].record->type == type; i++)
        count++;
    return count;
}
