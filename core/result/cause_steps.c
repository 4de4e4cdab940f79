/* core/result/cause_steps.c - what is to be done about each cause, and which record waits for another. */
#include <string.h>

#include "core/base/arena.h"
#include "core/base/str.h"
#include "core/result/cause_internal.h"

/* A record as probes print it: "OWNER. 3600 IN TYPE DATA".  Empty parts where it is not of that form. */
struct record {
    struct str owner, type, data;
};

static struct str next_word(const char **at)
{
    struct str word = {*at, strcspn(*at, " ")};

    *at += word.len;
    *at += strspn(*at, " ");
    return word;
}

static struct record record_of(const char *text)
{
    struct record r = {.owner = next_word(&text)};

    next_word(&text); /* TTL, class */
    next_word(&text);
    r.type = next_word(&text);
    r.data = str_of(text);
    return r;
}

static bool is_type(const struct record *r, const char *type)
{
    return str_equal(r->type, str_of(type));
}

bool records_are_needed(const struct text_list *first, const struct text_list *then)
{
    for (size_t i = 0; i < first->count; i++) {
        const struct record made = record_of(first->at[i]);

        for (size_t k = 0; k < then->count && (is_type(&made, "A") || is_type(&made, "AAAA")); k++) {
            const struct record use = record_of(then->at[k]);
            const char *name = strrchr(use.data.at, ' ');

            if ((is_type(&use, "PTR") || is_type(&use, "MX") || is_type(&use, "CNAME")) &&
                str_equal_nocase(str_of(name ? name + 1 : use.data.at), made.owner))
                return true;
        }
    }
    return false;
}

/* Of these a name has one, of a kind at least: to publish a second is to lose the first. */
static bool excludes_others(const struct record *r)
{
    return is_type(r, "TXT") || is_type(r, "PTR") || is_type(r, "CNAME");
}

static bool change_the_same(const struct text_list *one, const struct text_list *two)
{
    for (size_t i = 0; i < one->count; i++) {
        const struct record a = record_of(one->at[i]);

        for (size_t k = 0; k < two->count && excludes_others(&a); k++) {
            const struct record b = record_of(two->at[k]);

            if (str_equal(a.type, b.type) && str_equal_nocase(a.owner, b.owner) && !str_equal(a.data, b.data))
                return true;
        }
    }
    return false;
}

static bool is_same_step(const struct cause_step *step, const struct finding *f, const char *what)
{
    return text_list_equal(&step->lead->records, &f->records) && (f->records.count || strcmp(step->what, what) == 0);
}

static bool tells_the_cause(const struct cause *cause, const struct finding *f)
{
    return f->check == cause->repairs[0]->check && cause_id_of(f) == cause_id_of(cause->repairs[0]);
}

static struct cause_step *make_steps(struct arena *arena, struct cause *cause)
{
    struct cause_step *steps = ARENA_ARRAY(arena, struct cause_step, cause->repair_count);

    for (size_t i = 0; i < cause->repair_count; i++) {
        const struct finding *f = cause->repairs[i];
        const char *what = finding_advice(f);
        const struct finding **more;
        size_t at = 0;

        if (!tells_the_cause(cause, f))
            continue;
        while (at < cause->step_count && !is_same_step(&steps[at], f, what))
            at++;
        if (at == cause->step_count)
            steps[cause->step_count++] = (struct cause_step){.what = what, .lead = f};
        more = arena_grown(arena, steps[at].findings, steps[at].finding_count, sizeof *more);
        if (more)
            steps[at].findings = more;
        steps[at].findings[steps[at].finding_count++] = f;
    }
    return steps;
}

/* The number of the cause before step `s` of cause `c`, or of that cause itself, that changes the same record. */
static size_t conflict(const struct cause *causes, size_t c, size_t s)
{
    const struct text_list *records = &causes[c].steps[s].lead->records;

    for (size_t i = 0; i <= c; i++)
        for (size_t k = 0; k < (i < c ? causes[i].step_count : s); k++)
            if (!causes[i].steps[k].waits_for && change_the_same(&causes[i].steps[k].lead->records, records))
                return i + 1;
    return 0;
}

void cause_steps(struct arena *arena, struct cause *causes, size_t count)
{
    for (size_t c = 0; c < count; c++) {
        struct cause_step *steps = make_steps(arena, &causes[c]);

        causes[c].steps = steps;
        for (size_t s = 0; s < causes[c].step_count; s++)
            steps[s].waits_for = conflict(causes, c, s);
    }
}
