/* reports/notices.c - chooses and sorts what machines are told. */
#include "reports/notices.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/str.h"
#include "reports/words.h"

static bool is_told(const struct result *result, const struct finding *f)
{
    return f->status != PASS && f->status != SKIPPED && !result_cause(result, f);
}

static struct notice *notice_about(struct notice *all, size_t count, const struct finding *f)
{
    for (size_t i = 0; i < count; i++)
        if (all[i].finding == f)
            return &all[i];
    return NULL;
}

/* NOTE is milder than UNKNOWN, and a finding that fails the run is worse than any that does not.  A suppressed one
 * weighs no more than a note: formats that stop after so many would leave out what nobody has accepted. */
static int weight(const struct notice *notice)
{
    return (notice->fails ? STATUS_COUNT : 0) + (int)(notice->finding->suppressed ? NOTE : notice->finding->status);
}

static const struct notice *sorted(struct arena *arena, const struct notice *all, size_t count) /* stable */
{
    struct notice *list = ARENA_ARRAY(arena, struct notice, count + 1);
    size_t used = 0;

    for (int heaviest = 2 * STATUS_COUNT; heaviest >= 0; heaviest--)
        for (size_t i = 0; i < count; i++)
            if (weight(&all[i]) == heaviest)
                list[used++] = all[i];
    return list;
}

struct notices notices_of(struct arena *arena, const struct result *result, const struct gate *gate)
{
    struct notice *all = ARENA_ARRAY(arena, struct notice, result->finding_count + 1);
    const struct finding *nothing = nothing_known(arena, result);
    size_t count = 0;

    if (nothing)
        all[count++] = (struct notice){.finding = nothing, .undecided = true};
    for (size_t i = 0; i < result->finding_count; i++) {
        const struct finding *f = result->findings[i];

        if (is_told(result, f))
            all[count++] = (struct notice){.finding = f,
                                           .fails = gate_fails_for(gate, result, f),
                                           .undecided = gate_undecided_for(gate, result, f)};
    }
    for (size_t i = 0; i < result->finding_count; i++) {
        const struct finding *cause = result_cause(result, result->findings[i]);
        struct notice *notice = cause ? notice_about(all, count, cause) : NULL;

        if (!notice)
            continue;
        notice->followers++;
        notice->undecided = notice->undecided || gate_undecided_for(gate, result, result->findings[i]);
    }
    return (struct notices){sorted(arena, all, count), count, gate_judge(gate, result)};
}

bool notice_alarms(const struct notice *notice)
{
    return notice->finding->status >= WARN || notice->undecided || notice->finding->suppressed;
}

bool finding_is_error(const struct gate *gate, const struct result *result, const struct finding *f)
{
    return gate_fails_for(gate, result, f) || (f->status == FAIL && !f->suppressed && !gate->difference);
}

bool notice_is_open(const struct notice *notice)
{
    return notice->finding->status < WARN;
}

const char *notice_text(struct arena *arena, const struct notice *notice)
{
    const char *message = marked_message(arena, notice->finding);

    if (notice->followers == 0)
        return message;
    return str_printf(arena, "%s; %zu more %s undecided because of this", message, notice->followers,
                      notice->followers == 1 ? "check is" : "checks are");
}

const char *notice_sentence(struct arena *arena, const struct result *result, const struct notice *notice,
                            bool with_check)
{
    const struct finding *f = notice->finding;

    return str_printf(arena, "%s: %s%s%s%s: %s", result->target->domain, with_check ? check_of(f->check)->name : "",
                      with_check ? " " : "", f->subject, f->status == UNKNOWN ? " could not be decided" : "",
                      notice_text(arena, notice));
}

const char *finding_line(struct arena *arena, const struct finding *f, const char *text)
{
    return str_printf(arena, "%s %s %s: %s", status_capitals(f->status), check_of(f->check)->name, f->subject, text);
}

const char *finding_text(struct arena *arena, const struct result *result, const struct finding *f)
{
    const struct finding *cause = result_cause(result, f);

    if (!cause || f->suppressed)
        return marked_message(arena, f);
    return str_printf(arena, "undecided because of %s %s", check_of(cause->check)->name, cause->subject);
}

const struct finding *nothing_known(struct arena *arena, const struct result *result)
{
    struct finding *f;

    if (result->finding_count > 0 || result->verdict != VERDICT_UNKNOWN)
        return NULL;
    f = ARENA_NEW(arena, struct finding);
    *f = (struct finding){.check = DOMAIN_EXISTS,
                          .status = UNKNOWN,
                          .worst = FAIL,
                          .about = subject_domain(result->target->domain),
                          .subject = result->target->domain,
                          .message = result->out_of_memory ? "nothing could be established: out of memory here"
                                                           : "nothing could be established",
                          .reason = result->out_of_memory ? REASON_RESOURCES : REASON_NONE,
                          .side = result->out_of_memory ? SIDE_US : SIDE_NONE,
                          .because = CHECK_NONE};
    return f;
}

/* The colon before the line.  NULL: no line is named, as of "--expect". */
static const char *line_colon(const char *place)
{
    const char *colon = place ? strrchr(place, ':') : NULL;

    return colon && colon != place && colon[1] >= '1' && colon[1] <= '9' ? colon : NULL;
}

const char *finding_place(const struct finding *f)
{
    if (line_colon(f->place))
        return f->place;
    return f->suppressed && line_colon(f->suppressed->where) ? f->suppressed->where : NULL;
}

struct place place_of(struct arena *arena, const struct result *result, const struct finding *f)
{
    const char *own = finding_place(f), *place = own ? own : result->target->place, *colon = line_colon(place);

    if (!colon)
        return (struct place){result->target->domain, 1, false};
    return (struct place){str_text(arena, (struct str){place, (size_t)(colon - place)}), strtoul(colon + 1, NULL, 10),
                          true};
}
