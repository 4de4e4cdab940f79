/* core/facts/signed_reply.c - the generic spelling of DNS records, both ways.  (RFC 3597 5) */
#include "core/facts/signed_reply.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/name.h"
#include "core/base/wire_name.h"
#include "core/facts/dns_answer.h"
#include "core/facts/record_text.h"

static const struct {
    uint16_t type;
    const char *name;
} types[] = {
    /* by number; the others are dns_type_name()'s */
    {WIRE_DNAME, "DNAME"}, {WIRE_DS, "DS"},         {WIRE_RRSIG, "RRSIG"},
    {WIRE_NSEC, "NSEC"},   {WIRE_DNSKEY, "DNSKEY"}, {WIRE_NSEC3, "NSEC3"},
};

enum { TYPES = sizeof types / sizeof *types, PARTS = 7, RDATA_MAX = 65535 };

static const char *type_name(unsigned type)
{
    for (size_t i = 0; i < TYPES; i++)
        if (types[i].type == type)
            return types[i].name;
    return dns_type_name((enum dns_type)type);
}

void wire_type_print(unsigned type, char out[WIRE_TYPE_TEXT_MAX])
{
    const char *name = type_name(type);

    if (name)
        memcpy(out, name, strlen(name) + 1);
    else
        snprintf(out, WIRE_TYPE_TEXT_MAX, "TYPE%u", type & UINT16_MAX);
}

bool wire_type_parse(const char *text, uint16_t *out)
{
    enum dns_type known;

    if (dns_type_from_name(text, &known)) {
        *out = (uint16_t)known;
        return true;
    }
    for (size_t i = 0; i < TYPES; i++)
        if (strcmp(types[i].name, text) == 0) {
            *out = types[i].type;
            return true;
        }
    return false;
}

static bool parse_number(const char *text, unsigned long max, unsigned long *out)
{
    char *end;

    if (!ascii_is_digit(*text) || strlen(text) > 10)
        return false;
    *out = strtoul(text, &end, 10);
    return *end == '\0' && *out <= max;
}

static bool parse_type(const char *text, uint16_t *out)
{
    unsigned long number;

    if (wire_type_parse(text, out))
        return true;
    if (strncmp(text, "TYPE", 4) != 0 || !parse_number(text + 4, UINT16_MAX, &number))
        return false;
    *out = (uint16_t)number;
    return true;
}

const char *wire_record_text(struct arena *arena, const struct wire_record *r)
{
    char type[WIRE_TYPE_TEXT_MAX];

    wire_type_print(r->type, type);
    return str_printf(arena, "%s. %" PRIu32 " IN %s \\# %zu%s%s", wire_name_text(arena, r->owner), r->ttl_s, type,
                      r->rdata.len, r->rdata.len ? " " : "", hex_text(arena, r->rdata));
}

/* Cuts the text at its blanks; the last part holds the rest. */
static size_t split(char *text, char *parts[PARTS])
{
    size_t count = 0;

    while (text && count + 1 < PARTS)
        parts[count++] = strsep(&text, " ");
    if (text)
        parts[count++] = text;
    return count;
}

static bool parse_owner(struct arena *arena, char *text, struct str *out)
{
    size_t length = strlen(text);
    const char *name;

    if (length == 0 || text[length - 1] != '.' || strcmp(text, "..") == 0)
        return false;
    if (length > 1)
        text[length - 1] = '\0';
    name = record_name_parse(arena, text);
    return name && wire_name_of(arena, name, out);
}

bool wire_record_parse(struct arena *arena, const char *text, struct wire_record *out, const char **why)
{
    char *copy = arena_alloc(arena, strlen(text) + 1), *parts[PARTS];
    unsigned long ttl, size;
    size_t count;

    memcpy(copy, text, strlen(text));
    count = split(copy, parts);
    *why = "expected \"OWNER. TTL IN TYPE \\# LENGTH HEX\", as RFC 3597 spells any record";
    if (count < PARTS - 1 || strcmp(parts[2], "IN") != 0 || strcmp(parts[4], "\\#") != 0 ||
        !parse_owner(arena, parts[0], &out->owner) || !parse_number(parts[1], UINT32_MAX, &ttl) ||
        !parse_type(parts[3], &out->type) || !parse_number(parts[5], RDATA_MAX, &size) ||
        !hex_parse(arena, count == PARTS ? parts[PARTS - 1] : "", &out->rdata))
        return false;
    out->ttl_s = (uint32_t)ttl;
    *why = "another length than that of its data";
    return out->rdata.len == size;
}
