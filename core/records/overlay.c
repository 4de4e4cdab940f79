/* core/records/overlay.c - answers for planned zones and records. */
#include "core/records/overlay.h"

#include <string.h>

#include "core/base/arena.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/facts/record_text.h"
#include "core/facts/signed_reply.h"
#include "core/records/overlay_table.h"

struct zone {
    const char *apex, *source;
    struct overlay_table table;
    uint32_t negative_ttl_s; /* RFC 2308 5 */
};

struct single {
    const struct zone_record *record;
    const char *source;
};

struct overlay {
    struct arena *arena;
    struct zone *zones;
    size_t zone_count;
    struct single *singles;
    size_t single_count;
    struct overlay_table outside; /* single records in no zone of the overlay, or below one of its delegations */
};

/* ---- asking it ---- */

static bool has(const struct overlay_table *table, const char *key, unsigned type)
{
    size_t first;

    return overlay_table_set(table, key, type, &first) > 0;
}

/* What stands at a name that exists, or at the wildcard that stands for it. */
static void answer_from(const struct overlay_table *table, const char *key, enum dns_type type,
                        struct overlay_answer *a)
{
    size_t first;

    a->says = OVERLAY_RECORDS;
    a->count = overlay_table_set(table, key, type, &first);
    if (!a->count && type != DNS_CNAME) {
        a->says = OVERLAY_ALIAS;
        a->count = overlay_table_set(table, key, DNS_CNAME, &first);
    }
    if (!a->count) {
        a->says = OVERLAY_NODATA;
        return;
    }
    a->records = table->records + first;
    a->source = table->at[first].source;
}

static const struct zone *zone_of(const struct overlay *o, const char *name)
{
    const struct zone *closest = NULL;

    for (size_t i = 0; i < o->zone_count; i++)
        if (name_is_under(name, o->zones[i].apex) &&
            (!closest || name_labels(o->zones[i].apex) > name_labels(closest->apex)))
            closest = &o->zones[i];
    return closest;
}

/* RFC 1034 4.3.2, step 3: from the apex down, label by label. */
static void ask_zone(const struct zone *zone, struct arena *arena, const char *name, enum dns_type type,
                     struct overlay_answer *a)
{
    size_t steps = name_labels(name) - name_labels(zone->apex);
    const char **down = ARENA_ARRAY(arena, const char *, steps + 1), *at = name;

    *a = (struct overlay_answer){.zone = zone->apex, .source = zone->source, .ttl_s = zone->negative_ttl_s};
    for (size_t i = steps + 1; i-- > 0;) {
        down[i] = at;
        at = name_parent(at);
    }
    for (size_t i = 0; i <= steps; i++) {
        const char *key = overlay_key(arena, down[i]);

        if (i && !overlay_table_exists(&zone->table, key)) { /* RFC 4592 3.3.1: the wildcard of the closest encloser */
            key = overlay_key(arena, name_join(arena, "*", down[i - 1]));
            a->by_wildcard = overlay_table_is_at(&zone->table, overlay_table_find(&zone->table, key), key);
            a->says = OVERLAY_NXDOMAIN;
            if (a->by_wildcard)
                answer_from(&zone->table, key, type, a);
            return;
        }
        if (i && has(&zone->table, key, DNS_NS)) {
            a->says = OVERLAY_DELEGATED;
            a->cut = down[i];
            return;
        }
        if (i < steps && has(&zone->table, key, WIRE_DNAME)) {
            a->says = OVERLAY_REDIRECTS;
            return;
        }
    }
    answer_from(&zone->table, overlay_key(arena, name), type, a);
}

/* Of few records: is one at the name, or below it?  Nearly all that is asked is about others. */
static bool may_exist(const struct overlay_table *few, const char *name)
{
    enum { FEW = 8 };

    for (size_t i = 0; i < few->count && few->count <= FEW; i++)
        if (name_is_under(few->at[i].record->owner, name))
            return true;
    return few->count > FEW;
}

struct overlay_answer overlay_ask(const struct overlay *o, struct arena *arena, const char *name, enum dns_type type)
{
    struct overlay_answer a = {.says = OVERLAY_SILENT};
    const struct zone *zone = zone_of(o, name);
    const char *key;

    if (zone) {
        ask_zone(zone, arena, name, type, &a);
        if (a.says != OVERLAY_DELEGATED)
            return a;
    }
    if (!may_exist(&o->outside, name))
        return a;
    key = overlay_key(arena, name);
    if (!overlay_table_exists(&o->outside, key))
        return a;
    a.zone = NULL;
    answer_from(&o->outside, key, type, &a);
    if (a.says != OVERLAY_NODATA) {
        a.cut = NULL;
        return a;
    }
    a.says = OVERLAY_EXISTS;
    a.source = o->outside.at[overlay_table_find(&o->outside, key)].source;
    return a;
}

/* ---- making it ---- */

struct overlay *overlay_new(struct arena *arena)
{
    struct overlay *o = ARENA_NEW(arena, struct overlay);

    o->arena = arena;
    return o;
}

static uint32_t negative_ttl_of(const struct zone_file *file)
{
    for (size_t i = 0; i < file->count; i++) {
        const struct dns_record *r = &file->records[i].record;

        if (file->records[i].type == DNS_SOA)
            return r->ttl_s < r->soa.minimum ? r->ttl_s : r->soa.minimum;
    }
    return 0;
}

void overlay_add_zone(struct overlay *o, const struct zone_file *file, const char *source)
{
    struct zone *more = ARENA_ARRAY(o->arena, struct zone, o->zone_count + 1); /* a handful */

    if (o->zone_count)
        memcpy(more, o->zones, o->zone_count * sizeof *more);
    o->zones = more;
    more += o->zone_count++;
    *more = (struct zone){.apex = file->apex, .source = source, .negative_ttl_s = negative_ttl_of(file)};
    for (size_t i = 0; i < file->count; i++)
        overlay_table_add(&more->table, o->arena, &file->records[i], source, false);
}

void overlay_add_records(struct overlay *o, const struct zone_file *file, const char *source)
{
    for (size_t i = 0; i < file->count; i++) {
        struct single *more = arena_grown(o->arena, o->singles, o->single_count, sizeof *more);

        if (more)
            o->singles = more;
        o->singles[o->single_count++] = (struct single){&file->records[i], source};
    }
}

/* The zone that a single record lies in; NULL: in none, or below one of its delegations. */
static struct zone *home_of(const struct overlay *o, const struct zone_record *r)
{
    const struct zone *zone = zone_of(o, r->owner);
    struct overlay_answer a;

    if (!zone)
        return NULL;
    ask_zone(zone, o->arena, r->owner, DNS_SOA, &a);
    return a.says == OVERLAY_DELEGATED ? NULL : &o->zones[zone - o->zones];
}

/* Zones are asked only while they are sorted. */
void overlay_finish(struct overlay *o)
{
    struct zone **homes = ARENA_ARRAY(o->arena, struct zone *, o->single_count + 1);

    for (size_t i = 0; i < o->zone_count; i++)
        overlay_table_sort(&o->zones[i].table, o->arena);
    for (size_t i = 0; i < o->single_count; i++)
        homes[i] = home_of(o, o->singles[i].record);
    for (size_t i = 0; i < o->single_count; i++)
        overlay_table_add(homes[i] ? &homes[i]->table : &o->outside, o->arena, o->singles[i].record,
                          o->singles[i].source, true);
    overlay_table_sort(&o->outside, o->arena);
    for (size_t i = 0; i < o->zone_count; i++)
        overlay_table_sort(&o->zones[i].table, o->arena);
}

size_t overlay_zone_count(const struct overlay *o)
{
    return o->zone_count;
}

const char *overlay_zone(const struct overlay *o, size_t i, const char **source)
{
    *source = o->zones[i].source;
    return o->zones[i].apex;
}

size_t overlay_record_count(const struct overlay *o)
{
    return o->single_count;
}

const char *overlay_record(const struct overlay *o, struct arena *arena, size_t i, const char **source)
{
    const struct zone_record *r = o->singles[i].record;

    *source = o->singles[i].source;
    return str_printf(arena, "%s. %s %s", r->owner, zone_type_text(arena, r->type),
                      r->is_read ? record_text(arena, &r->record) : "...");
}
