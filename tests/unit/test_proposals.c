/* Every record that is printed for a case is applied to it, as a plan, and the case is audited again: the finding goes,
 * nothing gets worse, nothing that was there is lost.  (checks.md, section 19)
 *
 * "test_proposals FILE..." does so with these recordings, as the lab makes them.  What the engine has tried and dropped
 * is counted by check.  Of a proposal that the engine left open, for want of evidence, nobody claims anything.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <cjson/cJSON.h>
#include <glob.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/audit/engine.h"
#include "core/audit/recording.h"
#include "core/base/arena.h"
#include "core/base/json.h"
#include "core/base/limits.h"
#include "core/base/loop.h"
#include "core/base/name.h"
#include "core/facts/evidence.h"
#include "core/facts/record_text.h"
#include "core/records/overlay.h"
#include "core/result/cause.h"
#include "core/result/result.h"
#include "probes/probes.h"
#include "tests/unit/printed.h"

struct seen {
    enum check_id check;
    enum status status;
    const char *subject;
    enum proposal proposal;
    const char *records, *before; /* lines */
};

struct audited {
    struct arena *arena;
    const struct recording *recording;
    const struct overlay *plan;
    struct seen *findings;
    size_t count;
    struct zone_file there; /* the records that stand at the owners of proposals */
    bool done;
};

static struct {
    size_t audits, proposals, records, open, failed, dropped[CHECK_COUNT];
} tally;

static const char *lines_of(struct arena *arena, const struct text_list *list)
{
    const char *text = "";

    for (size_t i = 0; i < list->count; i++)
        text = str_printf(arena, "%s%s\n", text, list->at[i]);
    return text;
}

/* ---- an audit ---- */

static void note_rest(struct audited *a, const struct result *result, const struct zone_record *r)
{
    struct zone_record *more;
    const struct evidence *e = result_evidence(
        result, str_printf(a->arena, "dns:%s/%s", name_lower(a->arena, r->owner), dns_type_name(r->record.type)));
    const struct dns_answer *answer = e && r->is_read ? e->value : NULL;

    for (size_t i = 0; i < a->there.count; i++)
        if (a->there.records[i].type == r->type && name_equal(a->there.records[i].owner, r->owner))
            return;
    if (!answer || answer->chain_count || !answer->count)
        return;
    more = ARENA_ARRAY(a->arena, struct zone_record, a->there.count + answer->count);
    if (a->there.count)
        memcpy(more, a->there.records, a->there.count * sizeof *more);
    for (size_t i = 0; i < answer->count; i++) {
        const char *text = record_text(a->arena, &answer->records[i]), *why;

        more[a->there.count] = (struct zone_record){.owner = r->owner, .type = r->type, .is_read = true};
        assert_true(record_parse(a->arena, r->record.type, text, &more[a->there.count++].record, &why));
    }
    a->there.records = more;
}

static void take(void *arg, const struct result *result)
{
    struct audited *a = arg;

    a->findings = ARENA_ARRAY(a->arena, struct seen, result->finding_count + 1);
    for (size_t i = 0; i < result->finding_count; i++) {
        const struct finding *f = result->findings[i];
        struct seen *s = &a->findings[a->count++];
        struct zone_file proposed;

        *s = (struct seen){.check = f->check,
                           .status = f->status,
                           .subject = str_dup(a->arena, f->subject),
                           .proposal = f->proposal,
                           .records = lines_of(a->arena, &f->records),
                           .before = lines_of(a->arena, &f->before)};
        zone_records_read(a->arena, str_of(s->records), "", &proposed);
        for (size_t k = 0; k < proposed.count; k++)
            note_rest(a, result, &proposed.records[k]);
        for (size_t k = 0; k < f->records.count; k++)
            if (fault_of_printed(a->arena, result, f->records.at[k]))
                fail_msg("%s prints a record that %s: %s", check_of(f->check)->name,
                         fault_of_printed(a->arena, result, f->records.at[k]), f->records.at[k]);
    }
    a->done = true;
}

static void audit(struct audited *a)
{
    struct engine_config config = {.probes = all_probes,
                                   .probe_count = all_probe_count,
                                   .audit_ms = AUDIT_MS,
                                   .plan = a->plan,
                                   .replay = a->recording};
    struct loop *loop = loop_new();
    const char *why = "";
    struct engine *engine = engine_new(loop, &config, &why);

    if (!engine || !engine_audit(engine, recording_target(a->recording), take, a))
        fail_msg("no engine: %s", why);
    while (!a->done)
        loop_run(loop);
    engine_free(engine);
    loop_free(loop);
    tally.audits++;
}

/* ---- a proposal ---- */

static bool has(struct arena *arena, const struct zone_file *list, const struct zone_record *r)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->records[i].type == r->type && name_equal(list->records[i].owner, r->owner) &&
            strcmp(record_text(arena, &list->records[i].record), record_text(arena, &r->record)) == 0)
            return true;
    return false;
}

static bool is_at_an_owner(const struct zone_file *list, const struct zone_record *r)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->records[i].type == r->type && name_equal(list->records[i].owner, r->owner))
            return true;
    return false;
}

/* The records, and beside them what stands there, but for what they are said to be in place of: nothing else is lost.
 */
static const struct overlay *plan_of(struct arena *arena, const struct audited *base, const char *records,
                                     const char *before)
{
    struct overlay *overlay = overlay_new(arena);
    struct zone_file proposed, replaced, *rest = ARENA_NEW(arena, struct zone_file);
    struct zone_record *kept = ARENA_ARRAY(arena, struct zone_record, base->there.count + 1);
    struct zone_file *mine = ARENA_NEW(arena, struct zone_file);

    zone_records_read(arena, str_of(records), "", &proposed);
    zone_records_read(arena, str_of(before), "", &replaced);
    if (proposed.fault_count)
        fail_msg("is no record: %s", records);
    *mine = proposed;
    rest->records = kept;
    for (size_t i = 0; i < base->there.count; i++) {
        const struct zone_record *r = &base->there.records[i];

        if (r->type != DNS_CNAME && is_at_an_owner(&proposed, r) && !has(arena, &replaced, r))
            kept[rest->count++] = *r;
    }
    overlay_add_records(overlay, mine, "the proposal");
    overlay_add_records(overlay, rest, "what stays");
    overlay_finish(overlay);
    tally.records += proposed.count;
    return overlay;
}

static int weight(enum status status)
{
    return status == FAIL ? 3 : status == WARN ? 2 : status == NOTE ? 1 : 0;
}

struct sum {
    int worst;
    bool is_open;
};

static struct sum sum_of(const struct audited *a, const struct seen *about)
{
    struct sum sum = {0};

    for (size_t i = 0; i < a->count; i++) {
        const struct seen *s = &a->findings[i];

        if (s->check != about->check || strcmp(s->subject, about->subject) != 0)
            continue;
        sum.is_open |= s->status == UNKNOWN;
        if (weight(s->status) > sum.worst)
            sum.worst = weight(s->status);
    }
    return sum;
}

/* NULL, or a complaint. */
static const char *judge(struct arena *arena, const struct audited *base, const struct audited *after,
                         const struct seen *proposal)
{
    struct sum same = sum_of(after, proposal);

    for (size_t i = 0; i < after->count; i++) {
        const struct seen *s = &after->findings[i];
        struct sum before = sum_of(base, s);
        bool is_light = !before.worst && weight(s->status) < weight(proposal->status) &&
                        strcmp(check_of(s->check)->group, check_of(proposal->check)->group) == 0;

        if (weight(s->status) <= weight(NOTE) || weight(s->status) <= before.worst || before.is_open || is_light)
            continue;
        if (proposal->proposal == PROPOSAL_WORKS)
            return str_printf(arena, "makes %s %s worse", check_of(s->check)->name, s->subject);
    }
    if (same.is_open || proposal->proposal != PROPOSAL_WORKS)
        tally.open++;
    else if (same.worst >= weight(proposal->status))
        return "repairs nothing";
    return NULL;
}

static const char *try_proposal(const struct audited *base, const struct seen *proposal, const char *records,
                                const char *before, struct arena *arena)
{
    struct audited after = {
        .arena = arena, .recording = base->recording, .plan = plan_of(arena, base, records, before)};

    audit(&after);
    return judge(arena, base, &after, proposal);
}

static struct text_list list_of(struct arena *arena, const char *lines)
{
    struct text_list list = {ARENA_ARRAY(arena, const char *, strlen(lines) + 1), 0};

    for (; *lines; lines += strcspn(lines, "\n") + 1)
        list.at[list.count++] = str_printf(arena, "%.*s", (int)strcspn(lines, "\n"), lines);
    return list;
}

/* With the steps that make the hosts which it names. */
static void add_steps_before(struct arena *arena, const struct audited *base, const struct seen *proposal,
                             const char **records, const char **before)
{
    struct text_list mine = list_of(arena, proposal->records);

    for (size_t i = 0; i < base->count; i++) {
        const struct seen *s = &base->findings[i];
        struct text_list first = list_of(arena, s->records);

        if (s == proposal || !records_are_needed(&first, &mine))
            continue;
        *records = str_printf(arena, "%s%s", *records, s->records);
        *before = str_printf(arena, "%s%s", *before, s->before);
    }
}

static bool check_proposal(const char *path, const struct audited *base, const struct seen *proposal)
{
    struct arena *arena = arena_new(SIZE_MAX);
    const char *records = proposal->records, *before = proposal->before;
    const char *why = try_proposal(base, proposal, records, before, arena);

    if (why) {
        add_steps_before(arena, base, proposal, &records, &before);
        if (records != proposal->records)
            why = try_proposal(base, proposal, records, before, arena);
    }
    if (why)
        print_error("%s: %s %s: %s: %s", path, check_of(proposal->check)->name, proposal->subject, why,
                    proposal->records);
    arena_free(arena);
    tally.proposals++;
    return !why;
}

/* ---- all of them ---- */

static struct recording *read_case(struct arena *arena, const char *path, bool *has_plan)
{
    static const char *const only_of_cases[] = {"about", "judge",   "expect",    "records", "services",
                                                "yours", "senders", "receivers", "plan"};
    FILE *file = fopen(path, "rb");
    char *bytes = arena_alloc(arena, JSON_BYTES);
    size_t size = file ? fread(bytes, 1, JSON_BYTES, file) : 0;
    const char *why = "cannot be read";
    cJSON *root = file ? json_parse(arena, bytes, size, &why) : NULL;
    struct recording *recording = NULL;
    char *rest;

    if (file)
        fclose(file);
    *has_plan = cJSON_HasObjectItem(root, "plan");
    for (size_t i = 0; root && i < sizeof only_of_cases / sizeof *only_of_cases; i++)
        cJSON_DeleteItemFromObjectCaseSensitive(root, only_of_cases[i]);
    rest = root ? cJSON_PrintUnformatted(root) : NULL;
    if (rest)
        recording = recording_read(arena, rest, strlen(rest), &why);
    free(rest);
    cJSON_Delete(root);
    if (!recording)
        fail_msg("%s: %s", path, why);
    return recording;
}

static bool check_file(const char *path)
{
    struct arena *arena = arena_new(SIZE_MAX);
    struct audited base = {.arena = arena};
    bool has_plan, passed = true;
    struct recording *recording = read_case(arena, path, &has_plan);

    base.recording = recording;
    if (!has_plan)
        audit(&base);
    for (size_t i = 0; i < base.count; i++) {
        const struct seen *s = &base.findings[i];

        if (s->proposal == PROPOSAL_FAILS || s->proposal == PROPOSAL_HARMS)
            tally.dropped[s->check]++;
        if (*s->records)
            passed &= check_proposal(path, &base, s);
    }
    recording_free(recording);
    arena_free(arena);
    return passed;
}

static void tell(void)
{
    const char *separator = "; dropped as harmful or useless: ";

    print_message("%zu proposals with %zu records tried, %zu stay open", tally.proposals, tally.records, tally.open);
    for (size_t i = 0; i < CHECK_COUNT; i++) {
        if (!tally.dropped[i])
            continue;
        print_message("%s%s %zu", separator, check_of((enum check_id)i)->name, tally.dropped[i]);
        separator = ", ";
    }
    print_message("\n");
}

static void test_every_case(void **state)
{
    glob_t paths;
    size_t failed = 0;

    (void)state;
    assert_int_equal(glob("tests/cases/*/*.json", 0, NULL, &paths), 0);
    for (size_t i = 0; i < paths.gl_pathc; i++)
        failed += !check_file(paths.gl_pathv[i]);
    globfree(&paths);
    tell();
    if (failed)
        fail_msg("%zu cases failed", failed);
    assert_true(tally.proposals > 100);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_case)};
    int failed = 0;

    if (argc < 2)
        return cmocka_run_group_tests(tests, NULL, NULL);
    for (int i = 1; i < argc; i++)
        failed += !check_file(argv[i]);
    tell();
    return failed > 0;
}
