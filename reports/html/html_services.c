/* reports/html/html_services.c - who sends for the domain, and what of it is yours. */
#include "reports/html/html.h"
#include "reports/services.h"
#include "reports/words.h"

static void paragraph(struct sink *sink, const char *text)
{
    sink_literal(sink, "<p>");
    sink_text(sink, text);
    sink_literal(sink, "</p>\n");
}

static void service(struct sink *sink, const struct service_view *v)
{
    sink_literal(sink, "<article class=\"card service ");
    sink_text(sink, status_word(v->worst));
    sink_literal(sink, "\">\n<h3>");
    sink_text(sink, v->service->provider->name);
    sink_literal(sink, "</h3>\n<p>");
    sink_text(sink, v->role);
    sink_literal(sink, "</p>\n<p class=\"muted\">seen by ");
    sink_text(sink, v->seen_by);
    sink_literal(sink, "</p>\n");
    if (v->part_count) {
        sink_literal(sink, "<table class=\"yours\">\n<tbody>\n");
        for (size_t i = 0; i < v->part_count; i++) {
            sink_literal(sink, "<tr><th scope=\"row\">");
            sink_text(sink, v->parts[i].label);
            sink_literal(sink, "</th><td>");
            html_badge(sink, v->parts[i].status, status_label(v->parts[i].status));
            sink_literal(sink, "</td><td>");
            sink_text(sink, v->parts[i].says);
            sink_literal(sink, "</td></tr>\n");
        }
        sink_literal(sink, "</tbody>\n</table>\n");
    }
    sink_literal(sink, "</article>\n");
}

/* What was found on their servers, for whoever wants to see it. */
static void theirs(struct report *report, const struct result *result)
{
    struct sink *sink = &report->sink;
    bool any = false;

    for (size_t i = 0; i < result->finding_count; i++) {
        const struct finding *f = result->findings[i];

        if (!f->run_by)
            continue;
        if (!any)
            sink_literal(sink, "<details class=\"short\">\n<summary>What was found on their servers</summary>\n"
                               "<table class=\"results\">\n<thead><tr><th scope=\"col\">Check</th><th scope=\"col\">"
                               "Subject</th><th scope=\"col\">Result</th></tr></thead>\n<tbody>\n");
        any = true;
        sink_literal(sink, "<tr><th scope=\"row\"><code>");
        sink_text(sink, check_of(f->check)->name);
        sink_literal(sink, "</code></th><td data-head=\"Subject\"><code>");
        sink_text(sink, f->subject);
        sink_literal(sink, "</code></td><td data-head=\"Result\">");
        sink_text(sink, status_label(f->status));
        sink_literal(sink, ": ");
        sink_text(sink, f->message);
        sink_literal(sink, "</td></tr>\n");
    }
    if (any)
        sink_literal(sink, "</tbody>\n</table>\n</details>\n");
}

bool html_has_services(struct report *report, const struct result *result)
{
    size_t count;

    service_views(report->arena, result, &count);
    return count > 0;
}

void html_services(struct report *report, const struct result *result)
{
    struct sink *sink = &report->sink;
    size_t count;
    const struct service_view *views = service_views(report->arena, result, &count);
    const char *moving = services_moving(report->arena, result);

    for (size_t i = 0; i < count; i++)
        service(sink, &views[i]);
    if (moving)
        paragraph(sink, moving);
    paragraph(sink, services_theirs(report->arena, result));
    theirs(report, result);
}
