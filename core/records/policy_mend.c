/* core/records/policy_mend.c - mends the TXT records of MTA-STS and TLS-RPT. */
#include "core/records/policy_mend.h"

#include <string.h>

#include "core/base/arena.h"
#include "core/records/sts_record.h"
#include "core/records/tag_mend.h"
#include "core/records/tlsrpt.h"

static const char *const none[] = {NULL};
static const char *const id[] = {"id", NULL};
static const char *const rua[] = {"rua", NULL};
static const struct tag_dialect sts = {.version = "STSv1", .family = "STS", .names = id, .uri_tags = none};
static const struct tag_dialect tlsrpt = {.version = "TLSRPTv1", .family = "TLSRPT", .names = rua, .uri_tags = rua};

static struct policy_mended begin(struct arena *arena, struct str text, const struct tag_dialect *dialect,
                                  const char *field, struct tag_mended *m)
{
    *m = tag_mend(arena, text, dialect);
    return (struct policy_mended){.meant = m->has_version || (!m->unclear && tag_mended_value(m, field)),
                                  .slips = m->slips};
}

/* An id names a state of the policy: letters and digits, 32 of them at most. */
static const char *id_meant(struct arena *arena, const char *value)
{
    enum { ID_MAX = 32 };
    char *out = arena_alloc(arena, ID_MAX + 1);
    size_t count = 0;

    for (; *value && count < ID_MAX; value++)
        if (ascii_is_alphanumeric(*value))
            out[count++] = *value;
    return out;
}

struct policy_mended sts_record_mend(struct arena *arena, struct str text)
{
    struct tag_mended m;
    struct policy_mended out = begin(arena, text, &sts, "id", &m);
    struct sts_record record;
    const char *why;

    for (size_t i = 0; i < m.count; i++) {
        if (strcmp(m.tags[i].name, "id") != 0)
            continue;
        out.slips |= strcmp(id_meant(arena, m.tags[i].value), m.tags[i].value) == 0 ? 0u : (unsigned)SLIP_VALUE;
        m.tags[i].value = id_meant(arena, m.tags[i].value);
    }
    if (!m.unclear)
        out.text = tag_mended_text(arena, &m);
    if (out.text && !(sts_record_is_one(str_of(out.text)) && sts_record_parse(str_of(out.text), &record, &why)))
        out.text = NULL;
    return out;
}

struct policy_mended tlsrpt_mend(struct arena *arena, struct str text)
{
    struct tag_mended m;
    struct policy_mended out = begin(arena, text, &tlsrpt, "rua", &m);
    struct tlsrpt_record record;
    const char *why;

    if (!m.unclear)
        out.text = tag_mended_text(arena, &m);
    if (out.text && !(tlsrpt_is_one(str_of(out.text)) && tlsrpt_parse(str_of(out.text), &record, &why)))
        out.text = NULL;
    return out;
}
