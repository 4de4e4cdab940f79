/* reports/html/html_findings.c - every finding, by groups: what is amiss in full, what passed folded away. */
#include "reports/html/html.h"

#include "core/base/str.h"
#include "core/facts/evidence.h"
#include "reports/evidence_text.h"
#include "reports/outline.h"
#include "reports/words.h"

/* Within its finding for the screen; on paper it is in the appendix. */
static void evidence_of(struct report *report, const struct result *result, const struct entry *entry)
{
    struct sink *sink = &report->sink;

    sink_literal(sink, "<details>\n<summary>Why it matters, and the evidence</summary>\n");
    ELEMENT(sink, "<p>", entry->check->why, "</p>\n");
    sink_literal(sink, "<p class=\"muted\">Sources: ");
    html_sources(report, entry->check->sources);
    sink_literal(sink, "</p>\n");
    for (size_t i = 0; i < entry->count; i++) {
        for (size_t k = 0; k < entry->findings[i]->evidence.count; k++) {
            const char *key = entry->findings[i]->evidence.at[k];
            const struct evidence *evidence = result_evidence(result, key);

            ELEMENT(sink, "<p class=\"key\"><code>", key, "</code></p>\n");
            if (!evidence)
                continue;
            sink_literal(sink, "<pre class=\"screen\" tabindex=\"0\">");
            evidence_text(sink, report->arena, evidence);
            sink_literal(sink, "</pre>\n");
        }
    }
    sink_literal(sink, "</details>\n");
}

static void entry_in_full(struct report *report, const struct result *result, const struct entry *entry)
{
    struct sink *sink = &report->sink;
    const struct finding *f = entry->findings[0];

    sink_literal(sink, "<article class=\"card ");
    sink_text(sink, status_word(entry->status));
    sink_literal(sink, "\">\n<div class=\"top\">");
    html_badge(sink, entry->status, status_label(entry->status));
    ELEMENT(sink, "<code class=\"id\">", entry->check->name, "</code></div>\n");
    ELEMENT(sink, "<h4><span class=\"muted\">Checked:</span> ", entry->check->title, "</h4>\n");
    html_subjects(sink, entry->findings, entry->count);
    ELEMENT(sink, "<p>", f->message, "</p>\n");
    if (f->level)
        ELEMENT(sink, "<p>", level_sentence(report->arena, f), "</p>\n");
    if (f->suppressed)
        ELEMENT(sink, "<p><b>", suppressed_sentence(report->arena, f), "</b></p>\n");
    if (entry->status == UNKNOWN && side_sentence(f->side))
        ELEMENT(sink, "<p>", side_sentence(f->side), "</p>\n");
    if (entry->dependant_count)
        ELEMENT(sink, "<p>Undecided because of this, too: ", entry_dependants(report->arena, entry), ".</p>\n");
    if (entry->fix) {
        sink_literal(sink, "<p class=\"remedy\"><a href=\"#");
        html_cause_anchor(report, entry->fix);
        sink_literal(sink, "\">What to do: number ");
        sink_number(sink, (long long)entry->fix);
        sink_literal(sink, " above</a></p>\n");
    } else {
        if (remedy_text(f))
            ELEMENT(sink, "<p class=\"remedy\"><b>To do:</b> ", remedy_text(f), "</p>\n");
        html_records(sink, f);
    }
    evidence_of(report, result, entry);
    sink_literal(sink, "</article>\n");
}

/* What passed or was skipped: folded away, a row for each check and subject. */
static void in_short(struct report *report, const struct group *group, enum status status)
{
    struct sink *sink = &report->sink;

    if (group->counts[status] == 0)
        return;
    sink_literal(sink, "<details class=\"short\">\n<summary>");
    html_badge(sink, status, str_printf(report->arena, "%zu %s", group->counts[status], status_label(status)));
    sink_literal(
        sink,
        "</summary>\n<table class=\"results\">\n<thead><tr><th scope=\"col\">Check</th><th scope=\"col\">Subject</th>"
        "<th scope=\"col\">Result</th></tr></thead>\n<tbody>\n");
    for (size_t e = 0; e < group->entry_count; e++) {
        for (size_t i = 0; group->entries[e].status == status && i < group->entries[e].count; i++) {
            ELEMENT(sink, "<tr><th scope=\"row\"><code>", group->entries[e].check->name, "</code></th>");
            ELEMENT(sink, "<td data-head=\"Subject\"><code>", group->entries[e].findings[i]->subject, "</code></td>");
            ELEMENT(sink, "<td data-head=\"Result\">", group->entries[e].findings[i]->message, "</td></tr>\n");
        }
    }
    sink_literal(sink, "</tbody>\n</table>\n</details>\n");
}

void html_findings(struct report *report, const struct result *result)
{
    const struct outline *outline = outline_of(report->arena, result);
    struct sink *sink = &report->sink;

    html_setting(report, result);
    for (size_t g = 0; g < outline->group_count; g++) {
        const struct group *group = &outline->groups[g];

        if (group->entry_count == 0) /* all of it is told elsewhere, as a consequence */
            continue;
        sink_literal(sink, "<div class=\"group\">\n<div class=\"grouphead\">");
        ELEMENT(sink, "<h3>", group->title, "</h3>");
        ELEMENT(sink, "<p class=\"muted\">", group_counts(report->arena, group, " \xc2\xb7 "), "</p></div>\n");
        for (size_t e = 0; e < group->entry_count; e++)
            if (group->entries[e].status > SKIPPED)
                entry_in_full(report, result, &group->entries[e]);
        in_short(report, group, SKIPPED);
        in_short(report, group, PASS);
        sink_literal(sink, "</div>\n");
    }
}
