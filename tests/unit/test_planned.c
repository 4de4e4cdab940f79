/* What is answered where a plan lies over the world: tests/data/planned.txt. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/str.h"
#include "core/derive/planned.h"
#include "core/facts/record_text.h"
#include "core/records/overlay.h"
#include "tests/unit/worlds.h"
#include "tests/unit/zone_lines.h"

/* What lies over the world, while its lines are gathered. */
struct layer {
    const char *zone, *records;
};

static const struct overlay *overlay_of(struct arena *arena, const struct layer *layer, const char *source)
{
    struct overlay *overlay = overlay_new(arena);
    struct zone_file *file = ARENA_NEW(arena, struct zone_file);

    if (!*layer->zone && !*layer->records)
        return NULL;
    if (*layer->zone) {
        zone_file_read(arena, str_of(str_printf(arena, "$TTL 300\n%s", layer->zone)), NULL, file);
        if (file->fault_count)
            fail_msg("%s: %s", layer->zone, file->faults[0].text);
        overlay_add_zone(overlay, file, str_printf(arena, "zone of the %s", source));
        file = ARENA_NEW(arena, struct zone_file);
    }
    zone_records_read(arena, str_of(layer->records), "", file);
    assert_int_equal(file->fault_count, 0);
    overlay_add_records(overlay, file, source);
    overlay_finish(overlay);
    return overlay;
}

static const char *answer_text(struct arena *arena, const struct dns_answer *a)
{
    static const char *const words[] = {
        [DNS_OK] = "ok", [DNS_NODATA] = "nodata", [DNS_NXDOMAIN] = "nxdomain", [DNS_UNKNOWN] = "unknown"};
    const char *text = words[a->status];

    for (size_t i = 0; i < a->count; i++)
        text = str_printf(arena, "%s%s %s", text, i ? "," : "", record_text(arena, &a->records[i]));
    if (a->status == DNS_UNKNOWN)
        text = str_printf(arena, "%s (%s: %s)", text, reason_word(a->trouble.reason), a->trouble.why);
    for (size_t i = 0; i < a->chain_count; i++)
        text = str_printf(arena, "%s%s %s>%s", text, i ? "" : " by", a->chain[i].owner, a->chain[i].target);
    return str_printf(arena, "%s%s%s; %s, %s, rcode %d, ttl %u%s%s%s%s%s%s", text, a->chain_loops ? ", in a ring" : "",
                      a->chain_too_long ? ", too long" : "", a->plan ? a->plan : "world",
                      a->is_planned ? "nobody asked" : "asked", a->rcode, (unsigned)a->ttl_s,
                      a->zone ? ", said by " : "", a->zone ? record_name_text(a->zone) : "",
                      a->security == DNS_SECURE ? ", secure" : "", a->algorithm_count ? " with algorithms" : "",
                      a->signed_from_s ? " from" : "", a->signed_until_s ? " until" : "");
}

enum { QUESTIONS_MAX = 8 };

struct looked {
    struct arena *arena;
    const char *names[QUESTIONS_MAX];
    enum dns_type types[QUESTIONS_MAX];
    size_t count;
    const char *text;
};

static void look(struct run *run, void *arg)
{
    struct looked *l = arg;
    size_t planned;

    l->text = "";
    for (size_t i = 0; i < l->count; i++) {
        const struct dns_answer *answer = need_planned(run, l->names[i], l->types[i], 1);

        l->text = str_printf(l->arena, "%s%s\n", l->text, answer ? answer_text(l->arena, answer) : "on its way");
        if (answer && answer->plan)
            assert_ptr_equal(need_planned(run, l->names[i], l->types[i], 1), answer);
    }
    planned_answers(run->audit, &planned);
    l->text = str_printf(l->arena, "%s%zu planned", l->text, planned);
}

static void add_line(struct arena *arena, const char **lines, const char *line)
{
    *lines = str_printf(arena, "%s%s\n", *lines, line);
}

/* "plan-zone", "plan", "trial-zone" and "trial" stand before what is planned, and "ask NAME TYPE" before a question. */
static const char *answers_of(struct arena *arena, const struct world *world, uint64_t seed)
{
    static const struct target target = {.domain = "good.lab"};
    struct looked l = {.arena = arena};
    struct layer plan = {"", ""}, trial = {"", ""};
    struct zone *zone = zone_new();
    struct zone_session s;

    for (size_t i = 0; i < world->count; i++) {
        const char *line = world->lines[i], *rest = strchr(line, ' ') + 1;

        if (strncmp(line, "plan-zone ", 10) == 0) {
            add_line(arena, &plan.zone, rest);
        } else if (strncmp(line, "plan ", 5) == 0) {
            add_line(arena, &plan.records, rest);
        } else if (strncmp(line, "trial-zone ", 11) == 0) {
            add_line(arena, &trial.zone, rest);
        } else if (strncmp(line, "trial ", 6) == 0) {
            add_line(arena, &trial.records, rest);
        } else if (strncmp(line, "ask ", 4) == 0) {
            l.names[l.count] = str_text(arena, (struct str){rest, strcspn(rest, " ")});
            assert_true(dns_type_from_name(strchr(rest, ' ') + 1, &l.types[l.count++]));
        } else {
            zone_add_line(zone, line);
        }
    }
    zone_open(&s, zone, &target, *trial.records ? 0 : seed); /* a trial only looks at what is known */
    s.view.plan = overlay_of(arena, &plan, "plan");
    s.view.trial = overlay_of(arena, &trial, "trial");
    zone_run(&s, look, &l);
    planned_free(&s.view);
    zone_close(&s);
    zone_free(zone);
    return l.text;
}

static void answers_over_the_world(void **state)
{
    (void)state;
    read_worlds("tests/data/planned.txt", answers_of);
}

/* More than a list has room for at once, each kept once. */
static void many_answers(void **state)
{
    enum { COUNT = 100 };
    static const struct target target = {.domain = "good.lab"};
    struct zone *zone = zone_new();
    struct layer plan = {"", ""};
    const struct evidence *kept;
    struct zone_session s;
    size_t count;

    (void)state;
    for (unsigned i = 0; i < COUNT; i++)
        add_line(zone->arena, &plan.records, str_printf(zone->arena, "m%u.lab. A 11.0.0.%u", i, i));
    zone_open(&s, zone, &target, 0);
    s.view.plan = overlay_of(zone->arena, &plan, "plan");
    assert_null(planned_answers(&s.view, &count));
    assert_int_equal(count, 0);
    for (unsigned again = 0; again < 2; again++)
        for (unsigned i = 0; i < COUNT; i++)
            need_planned(&s.run, str_printf(zone->arena, "m%u.lab", i), DNS_A, 1);
    kept = planned_answers(&s.view, &count);
    assert_int_equal(count, COUNT);
    for (unsigned i = 0; i < COUNT; i++) {
        assert_string_equal(kept[i].text, str_printf(zone->arena, "dns:m%u.lab/A", i));
        assert_string_equal(kept[i].key.name, str_printf(zone->arena, "m%u.lab", i));
    }
    planned_free(&s.view);
    zone_close(&s);
    zone_free(zone);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(answers_over_the_world), cmocka_unit_test(many_answers)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
