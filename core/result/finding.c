/* core/result/finding.c - the catalogue of checks, and how a probe makes a finding. */
#include "core/result/finding.h"

#include <string.h>

#include "core/base/arena.h"
#include "core/base/str.h"
#include "core/derive/run_internal.h"
#include "core/facts/record_text.h"
#include "core/facts/vantage.h"

static const struct check checks[CHECK_COUNT] = {
#define CHECK(id, name, group, worst, title, why, remedy, sources)                                                     \
    [id] = {name, group, worst, title, why, remedy, sources},
#include "core/result/checks.def"
#undef CHECK
};

const struct check *check_of(enum check_id id)
{
    return &checks[id];
}

bool check_from_str(struct str name, enum check_id *out)
{
    for (size_t i = 0; i < CHECK_COUNT; i++) {
        if (str_equal(name, str_of(checks[i].name))) {
            *out = (enum check_id)i;
            return true;
        }
    }
    return false;
}

bool check_from_name(const char *name, enum check_id *out)
{
    return check_from_str(str_of(name), out);
}

bool finding_is_undecided(const struct finding *f)
{
    return f->status == UNKNOWN && f->worst == FAIL && !f->suppressed;
}

bool finding_may_advise(const struct finding *f)
{
    return f->because == CHECK_NONE && !f->run_by &&
           (f->status != UNKNOWN || strcmp(check_of(f->check)->group, "env") == 0);
}

void finding_drop_proposal(struct finding *f)
{
    f->remedy = NULL;
    f->records = f->before = (struct text_list){NULL, 0};
}

void finding_settle(struct finding *f)
{
    if (!finding_may_advise(f))
        finding_drop_proposal(f);
}

static struct finding *add(struct run *run, enum check_id check, enum status status, struct subject about)
{
    struct finding *f = ARENA_NEW(run->arena, struct finding);

    *f = (struct finding){.check = check,
                          .status = status,
                          .worst = checks[check].worst,
                          .about = about,
                          .subject = subject_text(run->arena, &about),
                          .because = CHECK_NONE};
    if (run->finding_count == run->finding_room) {
        size_t room = run->finding_room ? run->finding_room * 2 : 32;
        struct finding **more = ARENA_ARRAY(run->arena, struct finding *, room);

        if (run->finding_count)
            memcpy(more, run->findings, run->finding_count * sizeof *more);
        run->findings = more;
        run->finding_room = room;
    }
    run->findings[run->finding_count++] = f;
    return f;
}

struct finding *finding(struct run *run, enum check_id check, enum status status, struct subject about,
                        const char *format, ...)
{
    struct finding *f = add(run, check, status, about);
    va_list args;

    va_start(args, format);
    f->message = str_vprintf(run->arena, format, args);
    va_end(args);
    return f;
}

/* The one finding that explains this kind of trouble for the whole run; reporters fold the others under it. */
static enum check_id explained_by(enum check_id check, enum reason reason)
{
    enum check_id cause;

    switch (reason) {
    case REASON_RESOLVER_DOWN:
        cause = ENV_RESOLVER;
        break;
    case REASON_NO_IPV6_HERE:
        cause = ENV_IPV6;
        break;
    case REASON_PORT25_BLOCKED_HERE:
        cause = ENV_PORT25;
        break;
    case REASON_CLOCK:
        cause = ENV_CLOCK;
        break;
    default:
        return CHECK_NONE;
    }
    return check == cause ? CHECK_NONE : cause;
}

/* What the user does not want to be asked is nothing that could not be found out. */
static const char *switched_off(struct run *run, const struct subject *about, const struct trouble *trouble)
{
    bool is_ipv6 = trouble->reason == REASON_NO_IPV6_HERE;
    bool is_ipv4 = trouble->reason == REASON_NOT_CONTACTED && about->ip.family == IP_V4 && !ip_special(&about->ip);
    const struct vantage *here = is_ipv4 || is_ipv6 ? need_vantage(run) : NULL;

    return here ? vantage_switched_off(here, is_ipv6 ? IP_V6 : IP_V4) : NULL;
}

struct finding *finding_unknown(struct run *run, enum check_id check, struct subject about,
                                const struct trouble *trouble, const char *format, ...)
{
    const char *off = switched_off(run, &about, trouble);
    struct finding *f = add(run, check, off ? SKIPPED : UNKNOWN, about);
    va_list args;

    if (off) {
        f->message = off;
        return f;
    }
    va_start(args, format);
    f->message = str_printf(run->arena, "%s: %s", str_vprintf(run->arena, format, args), trouble->why);
    va_end(args);
    f->reason = trouble->reason;
    f->side = trouble->side;
    f->because = explained_by(check, trouble->reason);
    return f;
}

struct finding *finding_cause(struct finding *f, enum cause_id cause)
{
    f->cause = cause;
    return f;
}

struct finding *finding_follows(struct finding *f, enum check_id cause)
{
    if (f->because == CHECK_NONE)
        f->because = cause;
    return f;
}

bool text_list_equal(const struct text_list *a, const struct text_list *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (strcmp(a->at[i], b->at[i]) != 0)
            return false;
    return true;
}

static void text_list_add(struct arena *arena, struct text_list *list, const char *text)
{
    const char **more;

    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->at[i], text) == 0)
            return;
    more = ARENA_ARRAY(arena, const char *, list->count + 1); /* lists have a handful of members */
    if (list->count)
        memcpy(more, list->at, list->count * sizeof *more);
    more[list->count] = text;
    list->at = more;
    list->count++;
}

struct finding *finding_rests_on(struct run *run, struct finding *f, const char *evidence_key)
{
    text_list_add(run->arena, &f->evidence, evidence_key);
    return f;
}

struct finding *finding_remedy(struct run *run, struct finding *f, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    f->remedy = str_vprintf(run->arena, format, args);
    va_end(args);
    return f;
}

struct finding *finding_record(struct run *run, struct finding *f, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    text_list_add(run->arena, &f->records, str_vprintf(run->arena, format, args));
    va_end(args);
    return f;
}

struct finding *finding_replaces(struct run *run, struct finding *f, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    text_list_add(run->arena, &f->before, str_vprintf(run->arena, format, args));
    va_end(args);
    return f;
}

struct finding *finding_txt(struct run *run, struct finding *f, const char *owner, const char *text)
{
    text_list_add(run->arena, &f->records, record_txt_line(run->arena, owner, text));
    return f;
}

struct finding *finding_worst(struct finding *f, enum status worst)
{
    f->worst = worst;
    return f;
}

struct finding *finding_marked(struct finding *f, enum finding_mark mark)
{
    f->mark = mark;
    return f;
}
