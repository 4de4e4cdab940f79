/* reports/html/html_causes.c - what to fix first, by cause. */
#include "core/result/cause.h"

#include "reports/cause_words.h"
#include "reports/html/html.h"
#include "reports/words.h"

void html_subjects(struct sink *sink, const struct finding *const *list, size_t count)
{
    sink_literal(sink, "<p class=\"subject\">");
    for (size_t i = 0; i < count; i++)
        ELEMENT(sink, "<code>", list[i]->subject, "</code> ");
    sink_literal(sink, "</p>\n");
}

void html_records(struct sink *sink, const struct finding *f)
{
    if (f->records.count == 0)
        return;
    sink_literal(sink, "<pre class=\"records\" tabindex=\"0\">");
    for (size_t i = 0; i < f->before.count; i++)
        QUOTE(sink, "<span class=\"muted\">; in place of ", f->before.at[i], "</span>\n");
    for (size_t i = 0; i < f->records.count; i++)
        QUOTE(sink, "", f->records.at[i], "\n");
    sink_literal(sink, "</pre>\n");
}

void html_cause_anchor(struct report *report, size_t number)
{
    sink_literal(&report->sink, "fix-");
    sink_number(&report->sink, (long long)report->number);
    sink_literal(&report->sink, "-");
    sink_number(&report->sink, (long long)number);
}

static void step(struct report *report, const struct cause *cause, size_t index, size_t number)
{
    struct sink *sink = &report->sink;
    const struct cause_step *s = &cause->steps[index];

    html_subjects(sink, s->findings, s->finding_count);
    ELEMENT(sink, "<p>", s->lead->message, "</p>\n");
    ELEMENT(sink, "<p class=\"remedy\"><b>To do:</b> ", s->what, "</p>\n");
    if (s->waits_for)
        ELEMENT(sink, "<p class=\"remedy\">", step_wait(report->arena, s, number), "</p>\n");
    else
        html_records(sink, s->lead);
}

bool html_has_causes(struct report *report, const struct result *result)
{
    (void)report;
    return result->cause_count > 0;
}

static void one_cause(struct report *report, const struct result *result, size_t number)
{
    struct sink *sink = &report->sink;
    const struct cause *cause = &result->causes[number - 1];
    const char *frees = cause_frees(report->arena, result, cause);

    sink_literal(sink, "<li class=\"card\" id=\"");
    html_cause_anchor(report, number);
    sink_literal(sink, "\">\n<div class=\"top\">");
    html_badge(sink, cause->status, status_label(cause->status));
    ELEMENT(sink, "<h3>", cause->text, "</h3></div>\n<div class=\"errand\">\n<div class=\"do\">\n");
    for (size_t s = 0; s < cause->step_count; s++)
        step(report, cause, s, number);
    ELEMENT(sink, "<p class=\"muted\"><b>Why:</b> ", check_of(cause->repairs[0]->check)->why, "</p>\n");
    QUOTE(sink, "<p class=\"again\">Check again with <code>", cause->command, "</code></p>\n");
    sink_literal(sink, "</div>\n<dl class=\"outcome\">\n");
    ELEMENT(sink, "<dt>Who</dt><dd>", actor_text(cause->actor), "</dd>\n");
    if (frees)
        ELEMENT(sink, "<dt>Unblocks</dt><dd>", frees, "</dd>\n");
    ELEMENT(sink, "<dt>Repairs</dt><dd class=\"muted\">", cause_repairs(report->arena, cause), "</dd>\n");
    sink_literal(sink, "</dl>\n</div>\n</li>\n");
}

void html_causes(struct report *report, const struct result *result)
{
    sink_literal(&report->sink, "<ol class=\"fix\">\n");
    for (size_t i = 0; i < result->cause_count; i++)
        one_cause(report, result, i + 1);
    sink_literal(&report->sink, "</ol>\n");
}
