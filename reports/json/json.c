/* reports/json/json.c - the report for programs, as docs/report-1.schema.json describes it: one document, or one a
 * line.
 *
 * Every text is made visible before cJSON gets it; values of evidence are spelled without loss by evidence_to_json().
 */

#include "reports/reporter.h"


#include "core/derive/mail_path.h"
#include "reports/json/json_node.h"
#include "reports/json/json_parts.h"

static void make_document(struct report *report, const struct result *result)
{
    const struct mail_path *paths = result->paths ? result->paths->at : NULL;
    cJSON *document = report->document = cJSON_CreateObject();
    cJSON *node;

    json_made(report, document);
    json_add_text(report, document, "schema", "https://mailready.example/schema/report-1.json");
    node = json_add_object(report, document, "tool");
    json_add_text(report, node, "name", "mailready");
    json_add_text(report, node, "version", MAILREADY_VERSION);
    json_add_target(report, document, result);
    json_add_vantage(report, document, result);
    json_add_text(report, document, "verdict", verdict_word(result->verdict));
    json_add_scope(report, document, result);
    node = json_add_object(report, document, "counts");
    for (size_t i = 0; i < STATUS_COUNT; i++) {
        static const enum status order[STATUS_COUNT] = {PASS, NOTE, WARN, FAIL, UNKNOWN, SKIPPED};

        json_add_number(report, node, status_word(order[i]), (int64_t)result->counts[order[i]]);
    }
    if (result->target->suppression_count)
        json_add_number(report, node, "suppressed", (int64_t)result->suppressed_count);
    json_add_suppressions(report, document, result);
    json_add_baseline(report, document);
    node = json_add_array(report, document, "findings");
    for (size_t i = 0; i < result->finding_count; i++)
        json_add_finding(report, node, result->findings[i]);
    json_add_causes(report, document, result);
    node = json_add_array(report, document, "mail_addresses");
    for (size_t i = 0; paths && i < result->inventory->address_count; i++)
        json_add_mail_address(report, node, &paths[i]);
    json_add_ranges(report, document, result);
    json_add_services(report, document, result);
    json_add_identities(report, document, result);
    json_add_receivers(report, document, result);
    json_add_plan(report, document, result);
    json_add_values(report, json_add_object(report, document, "evidence"), result->evidence, result->evidence_count);
}

static void write_node(struct report *report, const cJSON *node)
{
    enum { FIRST_OCTETS = 1024 };
    char *printed = cJSON_PrintBuffered(node, FIRST_OCTETS, false);

    json_made(report, printed);
    if (printed)
        sink_json(&report->sink, printed);
    cJSON_free(printed);
}

/* Names of evidence are spelled as texts are. */
static void write_name(struct report *report, const char *name)
{
    cJSON *text = cJSON_CreateStringReference(name);

    json_made(report, text);
    if (text)
        write_node(report, text);
    cJSON_Delete(text);
    sink_literal(&report->sink, ":");
}

static bool is_list(const cJSON *node)
{
    return cJSON_IsArray(node) || cJSON_IsObject(node);
}

static void begin_line(struct report *report, bool in_lines)
{
    if (in_lines)
        sink_literal(&report->sink, "\n");
}

static void write_items(struct report *report, const cJSON *list, bool in_lines, unsigned depth);

/* Lines are for members of the document, and for what stands in lists of lists: a finding, a receiver, an answer.  More
 * of them would be easier to read, and a third more to keep. */
static void write_item(struct report *report, const cJSON *item, bool in_lines, unsigned depth)
{
    if (depth == 1 && is_list(item) && is_list(item->child))
        write_items(report, item, in_lines, depth);
    else
        write_node(report, item);
}

static void write_items(struct report *report, const cJSON *list, bool in_lines, unsigned depth)
{
    sink_text(&report->sink, cJSON_IsArray(list) ? "[" : "{");
    for (const cJSON *item = list->child; item; item = item->next) {
        begin_line(report, in_lines);
        if (item->string)
            write_name(report, item->string);
        write_item(report, item, in_lines, depth + 1);
        if (item->next)
            sink_literal(&report->sink, ",");
    }
    begin_line(report, in_lines);
    sink_text(&report->sink, cJSON_IsArray(list) ? "]" : "}");
}

static void write_document(struct report *report, const struct result *result, bool in_lines)
{
    if (report->options.compact)
        json_make_compact(report, result);
    else
        make_document(report, result);
    if (report->document)
        write_items(report, report->document, in_lines, 0);
}

static void drop(struct report *report)
{
    cJSON_Delete(report->document);
    report->document = NULL;
}

static void json_begin(struct report *report)
{
    if (report->options.several)
        sink_literal(&report->sink, "[\n");
}

static void json_one(struct report *report, const struct result *result)
{
    write_document(report, result, true);
    hand_written(report);
}

static void json_take(struct report *report)
{
    if (report->results)
        sink_literal(&report->sink, ",\n");
    write_taken(report);
}

static void json_end(struct report *report)
{
    if (report->results)
        sink_literal(&report->sink, "\n");
    if (report->options.several)
        sink_literal(&report->sink, "]\n");
}

static void jsonl_begin(struct report *report)
{
    (void)report;
}

static void jsonl_one(struct report *report, const struct result *result)
{
    write_document(report, result, false);
    sink_literal(&report->sink, "\n");
}

static void jsonl_end(struct report *report)
{
    (void)report;
}

const struct reporter json_reporter = {
    .name = "json",
    .suffix = ".json",
    .summary = "for programs: one document, or an array of them for several domains",
    .language = SINK_JSON,
    .begin = json_begin,
    .one = json_one,
    .take = json_take,
    .end = json_end,
    .drop = drop,
};

const struct reporter jsonl_reporter = {
    .name = "jsonl",
    .suffix = ".jsonl",
    .summary = "for programs: one document a line",
    .language = SINK_JSON,
    .begin = jsonl_begin,
    .one = jsonl_one,
    .end = jsonl_end,
    .drop = drop,
};
