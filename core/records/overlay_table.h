/* core/records/overlay_table.h - records in the order of their names, so that a name, and what is below it, is found
 * quickly.  For overlay.c only. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/facts/dns_answer.h"
#include "core/records/zone_file.h"

struct arena;

struct owned {
    const char *key;  /* overlay_key() of the owner */
    const char *text; /* of the data: the same for the same data */
    const struct zone_record *record;
    const char *source;
    bool is_single; /* counts for more than the record of a zone */
    size_t position;
};

struct overlay_table {
    struct owned *at;
    size_t count;
    struct dns_record *records; /* once it is sorted: the same, in the same order */
};

/* The labels of a name from the right, "org\1example\1mail": what is below a name follows it. */
const char *overlay_key(struct arena *, const char *name);

void overlay_table_add(struct overlay_table *, struct arena *, const struct zone_record *, const char *source,
                       bool is_single);
/* Drops repeated records, and those that a single one takes the place of.  May be done again after more are added. */
void overlay_table_sort(struct overlay_table *, struct arena *);

size_t overlay_table_find(const struct overlay_table *, const char *key); /* the first that is not before it */
bool overlay_table_is_at(const struct overlay_table *, size_t i, const char *key);
bool overlay_table_exists(const struct overlay_table *, const char *key); /* the name, or one below it */
/* How many of a type a name has: a slice that begins at *first. */
size_t overlay_table_set(const struct overlay_table *, const char *key, unsigned type, size_t *first);
