/* core/records/sts_record.c - parses MTA-STS records. */
#include "core/records/sts_record.h"

#include <string.h>

#include "core/records/fields.h"

enum { ID_MAX = 32 };

static const char version[] = "v=STSv1";

bool sts_record_is_one(struct str text)
{
    return text.len >= sizeof version && memcmp(text.at, version, sizeof version - 1) == 0 &&
           text.at[sizeof version - 1] == ';';
}

static bool is_id(struct str id)
{
    for (size_t i = 0; i < id.len; i++) {
        char c = id.at[i];

        if (!ascii_is_alphanumeric(c))
            return false;
    }
    return id.len > 0 && id.len <= ID_MAX;
}

bool sts_record_parse(struct str text, struct sts_record *out, const char **why)
{
    struct fields fields = fields_begin(text, version);
    struct str name, value;

    *out = (struct sts_record){{NULL, 0}};
    *why = NULL;
    while (!*why && fields_next(&fields, &name, &value)) {
        if (!str_equal(name, str_of("id")))
            *why = fields_is_value(value) ? NULL : "a value is empty, or has characters that it must not have";
        else if (!is_id(value))
            *why = "the id is not 1 to 32 letters and digits";
        else if (!out->id.at) /* of several the first counts (RFC 8461 3.2, last paragraph) */
            out->id = value;
    }
    if (fields.fault)
        *why = fields.fault;
    else if (!*why && !out->id.at)
        *why = "it has no id";
    return !*why;
}
