/* Runs every tests/cases/GROUP/NAME.json: a recording (core/audit/recording.h) and what the probes must find in it.
 *
 *   {"about": "one sentence",
 *    "judge": ["mx.exists", "domain.exists"],
 *    "expect": ["mx.exists pass good.lab", ...],
 *    "plan": {"zones": [["$ORIGIN good.lab.", ...]], "records": ["mx1.good.lab. A 11.9.0.1"]},
 *    "mailready_evidence": 1, "target": {...}, "evidence": {...}}
 *
 * "judge" names checks: all their findings are expected, those of the rest are not looked at.  No groups, so that a new
 * check edits no old case.  An expectation is "ID STATUS SUBJECT", the subject spelled by bytes_escape(); their order
 * does not matter.  Texts: tests/unit/test_sentences.c.  What else it may say: tests/unit/expectation.h.
 *
 * Every case is audited again with its evidence arriving in other orders, which must not change a letter (threats.md
 * R12): in few while somebody waits for the answer, in many where CI is set.  tests/cases/statuses.txt says what the
 * cases make each check say: tests/unit/said.h.
 *
 * "test_cases FILE..." runs single cases, and shows what was found where it is not what was expected.  With CASE_STOP
 * in the environment it ends at the first of those.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <cjson/cJSON.h>
#include <dirent.h>
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
#include "core/base/str.h"
#include "core/base/trouble.h"
#include "core/derive/services.h"
#include "core/records/overlay.h"
#include "core/result/cause.h"
#include "core/result/finding.h"
#include "core/result/receiver.h"
#include "core/result/result.h"
#include "probes/probes.h"
#include "reports/services.h"
#include "reports/words.h"
#include "tests/unit/case_plan.h"
#include "tests/unit/coherent.h"
#include "tests/unit/expectation.h"
#include "tests/unit/said.h"

#define CASES "tests/cases"

enum { SHUFFLES = 5, SHUFFLES_CI = 100, CASES_MAX = 2000 };

/* CASE_SHUFFLES overrides both, for tools under which each takes its time. */
static uint64_t shuffles(void)
{
    const char *wanted = getenv("CASE_SHUFFLES");

    if (wanted)
        return strtoul(wanted, NULL, 10);
    return getenv("CI") ? SHUFFLES_CI : SHUFFLES;
}

/* By the judged findings of all cases. */
static struct said said;
static struct arena *said_arena;

struct found {
    struct arena *arena;
    const cJSON *judge;
    struct observed judged;
    struct lines services;  /* "google receives,sends" */
    struct lines yours;     /* "google by mx,spf: SPF pass, DKIM pass, DMARC pass" */
    struct lines senders;   /* "Google Workspace", "11.0.0.9": whose mail receivers are asked about */
    struct lines receivers; /* "gmail rejects Mailchimp": those that find an obstacle */
    char *everything;       /* of all findings, for comparison; to be freed */
    bool done;
};

/* Reading a case */

enum { LISTS = 5 }; /* members that are lists of texts, and may be missing */

static bool read_file(const char *path, struct arena *arena, struct str *out)
{
    FILE *file = fopen(path, "rb");
    char *bytes = arena_alloc(arena, CONFIG_BYTES);
    size_t size = file ? fread(bytes, 1, CONFIG_BYTES, file) : 0;

    if (!file)
        return false;
    *out = (struct str){bytes, size};
    return fclose(file) == 0 && size < CONFIG_BYTES;
}

static bool is_list_of_texts(const cJSON *list)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, list) if (!cJSON_IsString(item)) return false;
    return cJSON_IsArray(list) && list->child;
}

static bool is_judged(const cJSON *judge, enum check_id id)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, judge) if (strcmp(item->valuestring, check_of(id)->name) == 0) return true;
    return false;
}

/* NULL, or what is wrong with the members that only cases have. */
static const char *fault_of(struct arena *arena, const cJSON *about, const cJSON *judge, const cJSON *expect,
                            const cJSON *const lists[LISTS])
{
    const cJSON *item;
    enum check_id check;
    struct expected_finding expected;

    if (!cJSON_IsString(about) || !about->valuestring[0])
        return "\"about\" must be a sentence";
    if (!is_list_of_texts(judge))
        return "\"judge\" must be a list of checks";
    if (!is_list_of_texts(expect))
        return "\"expect\" must be a list of texts";
    cJSON_ArrayForEach(item, judge) if (!check_from_name(item->valuestring, &check)) return str_printf(
        arena, "\"judge\": there is no check \"%s\" (a group is named by its checks)", item->valuestring);
    cJSON_ArrayForEach(item, expect)
    {
        if (!parse_expectation(arena, item->valuestring, &expected))
            return str_printf(arena, "\"expect\": \"%s\" is not \"ID STATUS SUBJECT\"", item->valuestring);
        if (!is_judged(judge, expected.check))
            return str_printf(arena, "\"expect\": \"%s\" is not in \"judge\"", item->valuestring);
    }
    for (size_t i = 0; i < LISTS; i++)
        cJSON_ArrayForEach(item, lists[i]) if (!cJSON_IsString(item)) return "what is listed must be texts";
    return NULL;
}

/* Auditing it */

static char *everything_of(const struct result *result)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    if (!out)
        fail_msg("no memory");
    fputs(verdict_word(result->verdict), out);
    for (size_t i = 0; i < result->finding_count; i++) {
        const struct finding *f = result->findings[i];

        fprintf(out, "\n%s %s (%s) %s: %s|%s|%s %s|%s", check_of(f->check)->name, status_word(f->status),
                status_word(f->worst), f->subject, f->message, f->remedy ? f->remedy : "", reason_word(f->reason),
                side_word(f->side), f->because == CHECK_NONE ? "" : check_of(f->because)->name);
        for (size_t k = 0; k < f->records.count; k++)
            fprintf(out, "\n  %s", f->records.at[k]);
        for (size_t k = 0; k < f->evidence.count; k++)
            fprintf(out, "\n  %s", f->evidence.at[k]);
    }
    fclose(out);
    return text;
}

static const char *yours_text(struct arena *arena, const struct service_view *v)
{
    const char *text = str_printf(arena, "%s by ", v->service->provider->id);
    bool seen[CLUE_KIND_COUNT] = {false};

    for (size_t i = 0; i < v->service->clue_count; i++) {
        enum service_clue_kind kind = v->service->clues[i].kind;

        if (!seen[kind])
            text = str_printf(arena, "%s%s%s", text, i ? "," : "", clue_word(kind));
        seen[kind] = true;
    }
    for (size_t i = 0; i < v->part_count; i++)
        text = str_printf(arena, "%s%s %s %s", text, i ? "," : ":", v->parts[i].label, status_word(v->parts[i].status));
    return text;
}

static void observe_services(struct found *found, const struct result *result)
{
    size_t count;
    const struct service_view *views = service_views(found->arena, result, &count);

    for (size_t i = 0; i < count; i++)
        add_line(&found->yours, yours_text(found->arena, &views[i]));
    for (size_t i = 0; i < result->services->count; i++) {
        const struct service *s = &result->services->at[i];
        bool receives = s->roles & SERVICE_RECEIVES, sends = s->roles & SERVICE_SENDS;

        add_line(&found->services, str_printf(found->arena, "%s %s%s%s", s->provider->id, receives ? "receives" : "",
                                              receives && sends ? "," : "", sends ? "sends" : ""));
    }
    for (size_t i = 0; i < result->receiver_count; i++)
        if (result->receivers[i].receiver == result->receivers[0].receiver)
            add_line(&found->senders, str_printf(found->arena, "%s", result->receivers[i].who));
    for (size_t i = 0; i < result->receiver_count; i++)
        if (result->receivers[i].outcome != RECEIVER_NO_OBSTACLE)
            add_line(&found->receivers,
                     str_printf(found->arena, "%s %s %s", result->receivers[i].receiver->name,
                                receiver_outcome_word(result->receivers[i].outcome), result->receivers[i].who));
}

static size_t causes_with(const struct result *result, const struct finding *f)
{
    size_t count = 0;

    for (size_t i = 0; i < result->cause_count; i++)
        for (size_t k = 0; k < result->causes[i].repair_count; k++)
            count += result->causes[i].repairs[k] == f;
    return count;
}

static size_t steps_with(const struct result *result, const char *record)
{
    size_t count = 0;

    for (size_t i = 0; i < result->cause_count; i++)
        for (size_t k = 0; k < result->causes[i].step_count; k++)
            for (size_t r = 0; r < result->causes[i].steps[k].lead->records.count; r++)
                count += strcmp(result->causes[i].steps[k].lead->records.at[r], record) == 0;
    return count;
}

/* What counts is told once, with something to do, and no record twice. */
static void look_at_causes(const struct result *result)
{
    for (size_t i = 0; i < result->finding_count; i++) {
        const struct finding *f = result->findings[i];
        size_t count = causes_with(result, f);

        if (f->suppressed ? count : f->status >= WARN ? count != 1 : count > (f->status == NOTE))
            fail_msg("%s %s is in %zu causes", check_of(f->check)->name, f->subject, count);
    }
    for (size_t i = 0; i < result->cause_count; i++) {
        const struct cause *cause = &result->causes[i];

        if (cause->step_count == 0)
            fail_msg("%s tells nothing to do", cause->name);
        for (size_t k = 0; k < cause->step_count; k++)
            for (size_t r = 0; r < cause->steps[k].lead->records.count; r++)
                if (steps_with(result, cause->steps[k].lead->records.at[r]) != 1)
                    fail_msg("%s prints a record that is told elsewhere: %s", cause->name,
                             cause->steps[k].lead->records.at[r]);
    }
}

static void take_result(void *arg, const struct result *result)
{
    struct found *found = arg;

    for (size_t i = 0; i < result->finding_count; i++) {
        const struct finding *f = result->findings[i];

        if (fault_of_finding(found->arena, result, f))
            fail_msg("%s %s %s", check_of(f->check)->name, f->subject, fault_of_finding(found->arena, result, f));
        if (!is_judged(found->judge, f->check))
            continue;
        note_said(&said, said_arena, f);
        observe(&found->judged, found->arena, f);
    }
    look_at_causes(result);
    if (fault_of_summary(found->arena, result))
        fail_msg("%s", fault_of_summary(found->arena, result));
    observe_services(found, result);
    found->everything = everything_of(result);
    found->done = true;
}

static struct found audit(struct arena *arena, const struct recording *recording, const struct overlay *plan,
                          const cJSON *judge, uint64_t seed)
{
    struct found found = {.arena = arena, .judge = judge};
    struct engine_config config = {
        .probes = all_probes,
        .probe_count = all_probe_count,
        .audit_ms = AUDIT_MS,
        .plan = plan,
        .replay = recording,
        .shuffle_seed = seed,
    };
    struct loop *loop = loop_new();
    const char *why = "";
    struct engine *engine = loop ? engine_new(loop, &config, &why) : NULL;

    if (!engine || !engine_audit(engine, recording_target(recording), take_result, &found))
        fail_msg("no engine: %s", why);
    while (!found.done)
        loop_run(loop);
    engine_free(engine);
    loop_free(loop);
    return found;
}

/* Comparing */

static void show_first_difference(const char *a, const char *b)
{
    size_t start = 0;

    for (size_t i = 0; a[i] && a[i] == b[i]; i++)
        start = a[i] == '\n' ? i + 1 : start;
    print_error("    %.*s\n    %.*s\n", (int)strcspn(a + start, "\n"), a + start, (int)strcspn(b + start, "\n"),
                b + start);
}

static bool same_in_other_orders(const char *path, const struct recording *recording, const struct overlay *plan,
                                 const cJSON *judge, const char *everything)
{
    bool same = true;

    for (uint64_t seed = 1; seed <= shuffles() && same; seed++) {
        struct arena *scratch = arena_new(SIZE_MAX);
        struct found other = audit(scratch, recording, plan, judge, seed * 0x9e3779b97f4a7c15u);

        same = strcmp(everything, other.everything) == 0;
        if (!same) {
            print_error("%s\n  findings depend on the order of arrival (seed %u):\n", path, (unsigned)seed);
            show_first_difference(everything, other.everything);
        }
        free(other.everything);
        arena_free(scratch);
    }
    return same;
}

/* What the case says of services and receivers, where it does. */
static bool lists_the_same(const char *path, const cJSON *expected, const struct lines *found)
{
    struct lines lines = {.count = 0};
    const cJSON *item;

    cJSON_ArrayForEach(item, expected) add_line(&lines, item->valuestring);
    return !expected || same_lines(path, &lines, found, NULL);
}

static bool run_case(const char *path)
{
    struct arena *arena = arena_new(SIZE_MAX);
    struct str bytes;
    const char *why = "cannot be read";
    cJSON *root = read_file(path, arena, &bytes) ? json_parse(arena, bytes.at, bytes.len, &why) : NULL;
    cJSON *about = cJSON_DetachItemFromObjectCaseSensitive(root, "about");
    cJSON *judge = cJSON_DetachItemFromObjectCaseSensitive(root, "judge");
    cJSON *expect = cJSON_DetachItemFromObjectCaseSensitive(root, "expect");
    cJSON *services = cJSON_DetachItemFromObjectCaseSensitive(root, "services");
    cJSON *yours = cJSON_DetachItemFromObjectCaseSensitive(root, "yours");
    cJSON *senders = cJSON_DetachItemFromObjectCaseSensitive(root, "senders");
    cJSON *receivers = cJSON_DetachItemFromObjectCaseSensitive(root, "receivers");
    cJSON *records = cJSON_DetachItemFromObjectCaseSensitive(root, "records");
    cJSON *planned = cJSON_DetachItemFromObjectCaseSensitive(root, "plan");
    const char *fault =
        root ? fault_of(arena, about, judge, expect, (const cJSON *[]){records, services, yours, senders, receivers})
             : why;
    char *rest = root ? cJSON_PrintUnformatted(root) : NULL;
    struct recording *recording = rest ? recording_read(arena, rest, strlen(rest), &why) : NULL;
    bool passed = false;

    if (fault || !recording) {
        print_error("%s\n  %s\n", path, fault ? fault : why);
    } else {
        const struct overlay *plan = plan_of(arena, planned);
        struct found found = audit(arena, recording, plan, judge, 0);

        passed = as_expected(path, arena, &found.judged, expect, records) &&
                 lists_the_same(path, services, &found.services) && lists_the_same(path, yours, &found.yours) &&
                 lists_the_same(path, senders, &found.senders) && lists_the_same(path, receivers, &found.receivers) &&
                 same_in_other_orders(path, recording, plan, judge, found.everything);
        free(found.everything);
    }
    recording_free(recording);
    free(rest);
    cJSON_Delete(about);
    cJSON_Delete(judge);
    cJSON_Delete(expect);
    cJSON_Delete(records);
    cJSON_Delete(planned);
    cJSON_Delete(services);
    cJSON_Delete(yours);
    cJSON_Delete(senders);
    cJSON_Delete(receivers);
    cJSON_Delete(root);
    arena_free(arena);
    return passed;
}

/* All of them */

struct paths {
    struct arena *arena;
    const char *at[CASES_MAX];
    size_t count;
};

static bool ends_with(const char *text, const char *end)
{
    return strlen(text) > strlen(end) && strcmp(text + strlen(text) - strlen(end), end) == 0;
}

static int compare_paths(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The names in a directory that end so, but for hidden ones. */
static void list_directory(struct paths *paths, const char *directory, const char *end)
{
    DIR *open = opendir(directory);

    for (struct dirent *entry = open ? readdir(open) : NULL; entry; entry = readdir(open))
        if (entry->d_name[0] != '.' && paths->count < CASES_MAX && (!end[0] || ends_with(entry->d_name, end)))
            paths->at[paths->count++] = str_printf(paths->arena, "%s/%s", directory, entry->d_name);
    if (open)
        closedir(open);
    qsort(paths->at, paths->count, sizeof *paths->at, compare_paths);
}

static void test_every_case(void **state)
{
    struct paths groups = {.arena = arena_new(SIZE_MAX)}, files = {.arena = groups.arena};
    size_t failed = 0;

    (void)state;
    list_directory(&groups, CASES, "");
    for (size_t i = 0; i < groups.count; i++)
        list_directory(&files, groups.at[i], ".json");
    for (size_t i = 0; i < files.count; i++)
        failed += !run_case(files.at[i]);
    print_message("%zu cases, %d orders of arrival each\n", files.count, (int)shuffles() + 1);
    arena_free(groups.arena);
    if (failed > 0)
        fail_msg("%zu cases failed", failed);
    assert_true(files.count > 0);
}

/* UPDATE=1 in the environment writes the table anew. */
static void test_no_check_without_a_case(void **state)
{
    FILE *table = fopen(CASES "/statuses.txt", "r");
    char *text = NULL;
    size_t size, wrong;
    FILE *out = open_memstream(&text, &size);

    (void)state;
    assert_true(table && out);
    wrong = compare_said(said_arena, &said, table, out);
    fclose(table);
    fclose(out);
    if (getenv("UPDATE")) {
        table = fopen(CASES "/statuses.txt", "w");
        assert_non_null(table);
        assert_int_equal(fwrite(text, 1, size, table), size);
        assert_int_equal(fclose(table), 0);
    } else if (wrong > 0) {
        fail_msg("%zu lines of statuses.txt; with UPDATE=1 they are written anew", wrong);
    }
    free(text);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_case),
        cmocka_unit_test(test_no_check_without_a_case), /* of the cases that have run before */
    };
    int failed = 0;

    said_arena = arena_new(SIZE_MAX);
    if (argc < 2)
        return cmocka_run_group_tests(tests, NULL, NULL);
    for (int i = 1; i < argc && !(failed && getenv("CASE_STOP")); i++)
        failed += !run_case(argv[i]);
    print_message("%d of %d cases failed\n", failed, argc - 1);
    return failed > 0;
}
