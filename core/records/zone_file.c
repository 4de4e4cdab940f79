/* core/records/zone_file.c - reads the entries of a master file, and what makes them a zone. */
#include "core/records/zone_file.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/name.h"
#include "core/base/order.h"
#include "core/facts/signed_reply.h"
#include "core/records/zone_data.h"
#include "core/records/zone_words.h"

struct reading {
    struct arena *arena;
    struct zone_reader reader;
    const char *origin, *owner; /* owner: of the record before; NULL */
    uint32_t ttl_s;             /* of $TTL, else of the record before (RFC 2308 4) */
    bool has_ttl, has_default;
    struct zone_record *records;
    size_t count, room;
    bool is_full;
    struct zone_fault *faults;
    size_t fault_count;
};

static const struct zone_fault no_fault = {0, NULL};

static struct zone_fault fault(unsigned line, const char *text)
{
    return (struct zone_fault){line, text};
}

static struct zone_fault fault_of_word(const struct reading *r, const struct zone_word *word, const char *what)
{
    return fault(word->line, str_printf(r->arena, "\"%s\" %s", str_text(r->arena, word->text), what));
}

static void tell(struct reading *r, struct zone_fault fault)
{
    if (fault.text && r->fault_count < ZONE_FAULTS_MAX)
        r->faults[r->fault_count++] = fault;
}

/* RFC 1035 5.1, RFC 2308 4 */
static struct zone_fault direct(struct reading *r, const struct zone_entry *e)
{
    const struct zone_word *directive = &e->words[0], *value = &e->words[1];
    const char *why, *origin;

    if (zone_word_is(directive, "$INCLUDE"))
        return fault_of_word(r, directive, "is refused: one file is read and no other; name the other one, too");
    if (zone_word_is(directive, "$GENERATE"))
        return fault_of_word(r, directive, "is refused: it is no part of the format, only of one name server");
    if (!zone_word_is(directive, "$ORIGIN") && !zone_word_is(directive, "$TTL"))
        return fault_of_word(r, directive, "is no directive; there are $ORIGIN and $TTL");
    if (e->count != 2)
        return fault_of_word(r, directive, "takes one value");
    if (zone_word_is(directive, "$TTL")) {
        if (!zone_word_seconds(value, &r->ttl_s))
            return fault_of_word(r, value, "is no number of seconds");
        r->has_ttl = r->has_default = true;
        return no_fault;
    }
    origin = zone_name(r->arena, value, r->origin, &why);
    if (!origin)
        return fault(value->line, why);
    r->origin = origin;
    return no_fault;
}

/* TTL and class, in either order, either or both.  The next word; e->count: none. */
static size_t read_ttl_and_class(const struct zone_entry *e, size_t at, uint32_t *ttl_s, bool *has_ttl)
{
    bool has_class = false;

    *has_ttl = false;
    for (; at < e->count; at++) {
        if (!has_class && zone_word_is(&e->words[at], "IN"))
            has_class = true;
        else if (!*has_ttl && ascii_is_digit(e->words[at].text.at[0]) && zone_word_seconds(&e->words[at], ttl_s))
            *has_ttl = true;
        else
            break;
    }
    return at;
}

static bool is_other_class(const struct zone_word *word)
{
    return zone_word_is(word, "CH") || zone_word_is(word, "HS") || zone_word_is(word, "CS");
}

static struct zone_record *next_record(struct reading *r)
{
    if (r->count == r->room) {
        size_t room = r->room ? r->room * 2 : 16;
        struct zone_record *more = ARENA_ARRAY(r->arena, struct zone_record, room);

        if (r->count)
            memcpy(more, r->records, r->count * sizeof *more);
        r->records = more;
        r->room = room;
    }
    return &r->records[r->count];
}

static struct zone_fault read_record(struct reading *r, const struct zone_entry *e)
{
    struct zone_record *record = next_record(r);
    bool has_ttl;
    const char *why;
    size_t at;

    *record = (struct zone_record){.owner = r->owner, .line = e->line};
    if (!e->begins_blank)
        r->owner = record->owner = zone_name(r->arena, &e->words[0], r->origin, &why);
    if (!record->owner)
        return fault(e->words[0].line, e->begins_blank ? "no name, and no record before that has one" : why);
    at = read_ttl_and_class(e, e->begins_blank ? 0 : 1, &record->record.ttl_s, &has_ttl);
    if (at == e->count)
        return fault(e->line, "a record without a type");
    if (is_other_class(&e->words[at]))
        return fault_of_word(r, &e->words[at], "is not the class of the Internet (IN)");
    if (!zone_type_from_word(&e->words[at], &record->type))
        return fault_of_word(r, &e->words[at], "is no type of record");
    if (!has_ttl)
        record->record.ttl_s = r->ttl_s;
    else if (!r->has_default)
        r->ttl_s = record->record.ttl_s;
    if (!zone_data_read(r->arena, e->words + at + 1, e->count - at - 1, r->origin, record, &why))
        return fault(e->words[at].line, why);
    if (record->type == DNS_SOA && !has_ttl && !r->has_default)
        r->ttl_s = record->record.ttl_s = record->record.soa.minimum;
    r->is_full = r->count == ZONE_RECORDS_MAX;
    if (r->is_full)
        return fault(e->line, "more records than are read");
    r->count++;
    return no_fault;
}

static void read_all(struct reading *r, struct str text)
{
    struct zone_entry entry;

    zone_reader_begin(r->arena, &r->reader, text);
    while (r->fault_count < ZONE_FAULTS_MAX && !r->is_full && zone_reader_next(&r->reader, &entry)) {
        if (entry.fault)
            tell(r, fault(entry.fault_line, entry.fault));
        else if (!entry.begins_blank && !entry.words[0].is_quoted && entry.words[0].text.at[0] == '$')
            tell(r, direct(r, &entry));
        else
            tell(r, read_record(r, &entry));
    }
}

static const char *apex_of(struct reading *r)
{
    for (size_t i = 0; i < r->count; i++)
        if (r->records[i].type == DNS_SOA)
            return name_lower(r->arena, r->records[i].owner);
    return NULL;
}

static struct reading reading_of(struct arena *arena, struct str text, const char *origin)
{
    struct reading r = {.arena = arena,
                        .origin = origin,
                        .faults = ARENA_ARRAY(arena, struct zone_fault, ZONE_FAULTS_MAX)};

    read_all(&r, text);
    return r;
}

static int by_line(const void *a, const void *b)
{
    const struct zone_fault *left = a, *right = b;

    return order_of(left->line, right->line);
}

static struct zone_file what_was_read(struct reading *r)
{
    qsort(r->faults, r->fault_count, sizeof *r->faults, by_line);
    return (struct zone_file){.apex = apex_of(r),
                              .records = r->records,
                              .count = r->count,
                              .faults = r->faults,
                              .fault_count = r->fault_count};
}

void zone_records_read(struct arena *arena, struct str text, const char *origin, struct zone_file *out)
{
    struct reading r = reading_of(arena, text, origin);

    *out = what_was_read(&r);
}

/* ---- a zone ---- */

enum { TYPE_KEY = 25 };

/* RFC 1034 3.6.2, RFC 4035 2.5 */
static bool may_be_beside_alias(unsigned type)
{
    return type == TYPE_KEY || type == WIRE_RRSIG || type == WIRE_NSEC;
}

struct owned {
    const char *owner; /* in lower case */
    const struct zone_record *record;
};

static int by_owner(const void *a, const void *b)
{
    const struct owned *left = a, *right = b;
    int owners = strcmp(left->owner, right->owner);

    return owners ? owners : order_of(left->record->line, right->record->line);
}

static void check_aliases_of(struct reading *r, const struct owned *all, size_t count)
{
    const struct zone_record *alias = NULL, *other = NULL;

    for (size_t i = 0; i < count; i++) {
        const struct zone_record *record = all[i].record;

        if (record->type == DNS_CNAME && alias && !name_equal(alias->record.name, record->record.name))
            tell(r, fault(record->line, str_printf(r->arena, "a second alias (CNAME) of %s, beside line %u",
                                                   record->owner, alias->line)));
        if (record->type == DNS_CNAME)
            alias = record;
        else if (!may_be_beside_alias(record->type))
            other = record;
    }
    if (alias && other)
        tell(r, fault(alias->line < other->line ? other->line : alias->line,
                      str_printf(r->arena,
                                 "%s is an alias (CNAME, line %u) and has other records beside it (%s, line %u)",
                                 alias->owner, alias->line, zone_type_text(r->arena, other->type), other->line)));
}

static void check_aliases(struct reading *r)
{
    struct owned *all = ARENA_ARRAY(r->arena, struct owned, r->count + 1);

    for (size_t i = 0; i < r->count; i++)
        all[i] = (struct owned){name_lower(r->arena, r->records[i].owner), &r->records[i]};
    qsort(all, r->count, sizeof *all, by_owner);
    for (size_t i = 0, first = 0; i <= r->count; i++)
        if (i == r->count || strcmp(all[i].owner, all[first].owner) != 0) {
            check_aliases_of(r, all + first, i - first);
            first = i;
        }
}

static void check_zone(struct reading *r, const char *origin)
{
    const char *apex = apex_of(r);
    const struct zone_record *soa = NULL;
    bool has_ns = false;

    if (!apex) {
        tell(r, fault(1, "no SOA record, so it is no whole zone, which would say of every other name that it does not "
                         "exist"));
        return;
    }
    for (size_t i = 0; i < r->count; i++) {
        const struct zone_record *record = &r->records[i];

        if (record->type == DNS_SOA && soa)
            tell(r, fault(record->line, str_printf(r->arena, "a second SOA record, beside line %u", soa->line)));
        else if (record->type == DNS_SOA)
            soa = record;
        if (!name_is_under(record->owner, apex))
            tell(r, fault(record->line, str_printf(r->arena, "%s is not in the zone %s", record->owner, apex)));
        has_ns |= record->type == DNS_NS && name_equal(record->owner, apex);
    }
    if (origin && !name_equal(origin, apex))
        tell(r, fault(soa->line, str_printf(r->arena, "the SOA record is that of %s, and the zone was to be %s", apex,
                                            origin)));
    if (!has_ns)
        tell(r, fault(soa->line, str_printf(r->arena, "%s has no NS record", apex)));
    check_aliases(r);
}

void zone_file_read(struct arena *arena, struct str text, const char *origin, struct zone_file *out)
{
    struct reading r = reading_of(arena, text, origin);

    if (!r.fault_count)
        check_zone(&r, origin);
    *out = what_was_read(&r);
}
