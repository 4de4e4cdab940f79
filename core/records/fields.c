/* core/records/fields.c - walks over the fields of a record, and stops where the grammar does. */
#include "core/records/fields.h"

#include <string.h>

enum { NAME_MAX_OCTETS = 32 };

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

struct str fields_trim(struct str text)
{
    for (; text.len > 0 && is_blank(text.at[0]); text.at++)
        text.len--;
    while (text.len > 0 && is_blank(text.at[text.len - 1]))
        text.len--;
    return text;
}

static struct str skip(struct str text, size_t octets)
{
    return (struct str){text.at + octets, text.len - octets};
}

struct fields fields_begin(struct str record, const char *version)
{
    size_t len = strlen(version);

    if (record.len < len || memcmp(record.at, version, len) != 0)
        return (struct fields){.fault = "does not begin with the version"};
    return (struct fields){.rest = skip(record, len)};
}

bool fields_is_name(struct str name)
{
    if (name.len == 0 || name.len > NAME_MAX_OCTETS || !ascii_is_alphanumeric(name.at[0]))
        return false;
    for (size_t i = 1; i < name.len; i++)
        if (!ascii_is_alphanumeric(name.at[i]) && name.at[i] != '_' && name.at[i] != '-' && name.at[i] != '.')
            return false;
    return true;
}

bool fields_is_value(struct str value)
{
    for (size_t i = 0; i < value.len; i++)
        if (value.at[i] < 0x21 || value.at[i] > 0x7e || value.at[i] == '=' || value.at[i] == ';')
            return false;
    return value.len > 0;
}

static bool stop(struct fields *fields, const char *fault)
{
    fields->fault = fault;
    return false;
}

bool fields_next(struct fields *fields, struct str *name, struct str *value)
{
    struct str text = fields->rest, field;
    const char *end, *equals;
    size_t blanks = 0;

    if (fields->fault || text.len == 0)
        return false;
    while (blanks < text.len && is_blank(text.at[blanks]))
        blanks++;
    text = skip(text, blanks);
    if (text.len == 0)
        return stop(fields, "ends in blanks");
    if (text.at[0] != ';')
        return stop(fields, "something other than a semicolon follows the version");
    text = skip(text, 1);
    end = text.len > 0 ? memchr(text.at, ';', text.len) : NULL;
    field = (struct str){text.at, end ? (size_t)(end - text.at) : text.len};
    fields->rest = skip(text, field.len);
    field = fields_trim(field);
    if (field.len == 0 && fields->rest.len == 0) /* the last semicolon */
        return false;
    if (!end && is_blank(text.at[text.len - 1])) /* blanks belong to a semicolon */
        return stop(fields, "ends in blanks");
    equals = field.len > 0 ? memchr(field.at, '=', field.len) : NULL;
    if (!equals)
        return stop(fields, field.len ? "a field has no \"=\"" : "two semicolons with nothing between them");
    *name = (struct str){field.at, (size_t)(equals - field.at)};
    *value = skip(field, name->len + 1);
    return fields_is_name(*name) ||
           stop(fields, "the name of a field is not made of letters, digits, \"_\", \"-\" and \".\"");
}
