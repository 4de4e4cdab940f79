/* reports/json/json_compact.c - the short document of --compact, as docs/compact-1.schema.json describes it.
 *
 * One line of it has COMPACT_BYTES at most.  Lists and texts are cut, more and more of them until that holds, and
 * "omitted" tells how many are not there; what nobody cuts is bounded by itself.
 */
#include <string.h>

#include "core/base/str.h"
#include "core/base/utf8.h"
#include "core/result/cause.h"
#include "core/result/difference.h"
#include "core/result/receiver.h"
#include "reports/json/json_node.h"
#include "reports/json/json_parts.h"
#include "reports/notices.h"
#include "reports/words.h"

enum { COMPACT_BYTES = 4096, NAME_OCTETS = 256, ESCAPE_OCTETS = 6 };

static const struct room {
    size_t items;  /* of each list */
    size_t octets; /* of a text */
} rooms[] = {{40, 240}, {20, 160}, {10, 120}, {5, 100}, {3, 80}, {1, 80}, {0, 0}};

static void add_cut(struct report *report, cJSON *node, const char *name, const char *text, size_t most)
{
    json_add_text(report, node, name, utf8_cut(report->arena, sink_visible(report->arena, str_of(text)), most));
}

static void add_who(struct report *report, cJSON *document, const struct result *result)
{
    const struct target *target = result->target;
    cJSON *node = json_add_object(report, document, "target");

    add_cut(report, node, "domain", target->domain, NAME_OCTETS);
    if (target->unicode && strcmp(target->unicode, target->domain) != 0)
        add_cut(report, node, "unicode", target->unicode, NAME_OCTETS);
    if (target->owner)
        add_cut(report, node, "owner", target->owner, NAME_OCTETS / 2);
    node = json_add_object(report, document, "vantage");
    add_cut(report, node, "host", result->vantage && result->vantage->host ? result->vantage->host : "", NAME_OCTETS);
    json_add_text(report, node, "started", time_text(report->arena, result->started_s));
    json_add_number(report, node, "elapsed_ms", result->elapsed_ms);
}

static void add_counts(struct report *report, cJSON *document, const struct result *result)
{
    static const enum status order[STATUS_COUNT] = {PASS, NOTE, WARN, FAIL, UNKNOWN, SKIPPED};
    cJSON *node = json_add_object(report, document, "counts");

    for (size_t i = 0; i < STATUS_COUNT; i++)
        json_add_number(report, node, status_word(order[i]), (int64_t)result->counts[order[i]]);
    if (result->target->suppression_count)
        json_add_number(report, node, "suppressed", (int64_t)result->suppressed_count);
}

static void add_changes(struct report *report, cJSON *document)
{
    const struct difference *d = report->gate->difference;
    cJSON *node = d ? json_add_object(report, document, "baseline") : NULL;

    for (int change = 0; d && change < CHANGE_COUNT; change++)
        json_add_number(report, node, change_word((enum change)change), (int64_t)d->counts[change]);
}

static void add_refusals(struct report *report, cJSON *document, const struct result *result)
{
    cJSON *list = json_add_array(report, document, "refused_by");
    const struct receiver *last = NULL;

    for (size_t i = 0; i < result->receiver_count; i++) {
        const struct receiver_verdict *v = &result->receivers[i];

        if (v->outcome != RECEIVER_REJECTS || v->receiver == last || !receiver_is_shown(result->target, v->receiver))
            continue;
        last = v->receiver;
        json_append_text(report, list, v->receiver->name);
    }
}

/* How many are left out. */
static size_t add_causes(struct report *report, cJSON *document, const struct result *result, const struct room *room)
{
    cJSON *list = json_add_array(report, document, "causes");
    size_t shown = 0;

    for (; shown < result->cause_count && shown < room->items; shown++) {
        const struct cause *cause = &result->causes[shown];
        cJSON *node = json_append_object(report, list);

        if (cause->name)
            json_add_text(report, node, "cause", cause->name);
        json_add_text(report, node, "status", status_word(cause->status));
        add_cut(report, node, "text", cause->text, room->octets);
        json_add_text(report, node, "who", actor_word(cause->actor));
        json_add_number(report, node, "repairs", (int64_t)cause->repair_count);
    }
    return result->cause_count - shown;
}

/* What fails, warns or is in the way of a verdict; of what hangs together the one that tells it. */
static size_t add_findings(struct report *report, cJSON *document, const struct notices *notices,
                           const struct room *room)
{
    cJSON *list = json_add_array(report, document, "findings");
    size_t shown = 0, left_out = 0;

    for (size_t i = 0; i < notices->count; i++) {
        const struct finding *f = notices->at[i].finding;
        cJSON *node;

        if (f->suppressed || !notice_alarms(&notices->at[i]))
            continue;
        if (shown == room->items) {
            left_out++;
            continue;
        }
        shown++;
        node = json_append_object(report, list);
        json_add_text(report, node, "id", check_of(f->check)->name);
        json_add_text(report, node, "status", status_word(f->status));
        add_cut(report, node, "subject", f->subject, room->octets);
        add_cut(report, node, "message", f->message, room->octets);
        if (f->status == UNKNOWN && f->reason != REASON_NONE) {
            json_add_text(report, node, "reason", reason_word(f->reason));
            json_add_text(report, node, "side", side_word(f->side));
        }
        if (notices->at[i].followers)
            json_add_number(report, node, "followers", (int64_t)notices->at[i].followers);
    }
    return left_out;
}

static void make_document(struct report *report, const struct result *result, const struct notices *notices,
                          const struct room *room)
{
    cJSON *document = report->document = cJSON_CreateObject();
    cJSON *node;
    size_t causes, findings;

    json_made(report, document);
    json_add_text(report, document, "schema", "https://mailready.example/schema/compact-1.json");
    node = json_add_object(report, document, "tool");
    json_add_text(report, node, "name", "mailready");
    json_add_text(report, node, "version", MAILREADY_VERSION);
    add_who(report, document, result);
    json_add_text(report, document, "verdict", verdict_word(result->verdict));
    json_add_bool(report, document, "everything_was_asked", !result_is_partial(result));
    json_add_bool(report, document, "planned", result->plan);
    add_counts(report, document, result);
    add_changes(report, document);
    add_refusals(report, document, result);
    causes = add_causes(report, document, result, room);
    findings = add_findings(report, document, notices, room);
    node = json_add_object(report, document, "omitted");
    json_add_number(report, node, "causes", (int64_t)causes);
    json_add_number(report, node, "findings", (int64_t)findings);
}

/* As the sink writes it: what it spells anew is one "#" behind another. */
static size_t line_octets(const char *printed)
{
    size_t octets = strlen(printed) + 1;

    for (; *printed; printed++)
        if (*printed == '#')
            octets += ESCAPE_OCTETS - 1;
    return octets;
}

void json_make_compact(struct report *report, const struct result *result)
{
    struct notices notices = notices_of(report->arena, result, report->gate);

    for (size_t i = 0; i < sizeof rooms / sizeof *rooms; i++) {
        char *printed;
        bool fits;

        cJSON_Delete(report->document);
        make_document(report, result, &notices, &rooms[i]);
        printed = cJSON_PrintUnformatted(report->document);
        json_made(report, printed);
        fits = !printed || line_octets(printed) <= COMPACT_BYTES;
        cJSON_free(printed);
        if (fits)
            return;
    }
}
