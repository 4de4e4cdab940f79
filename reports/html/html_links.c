/* reports/html/html_links.c - anchors within a page, and sources: the only links that leave it. */
#include "reports/html/html.h"
#include "reports/source_link.h"

void html_anchor(struct report *report, const char *name)
{
    sink_text(&report->sink, name);
    sink_literal(&report->sink, "-");
    sink_number(&report->sink, (long long)report->number);
}

void html_source(struct report *report, const char *source)
{
    const char *url = source_url(report->arena, source);

    if (url)
        ELEMENT(&report->sink, "<a rel=\"noreferrer\" href=\"", url, "\">");
    sink_text(&report->sink, source);
    if (url)
        sink_literal(&report->sink, "</a>");
}

void html_sources(struct report *report, const char *list)
{
    const char *source;
    bool any = false;

    while ((source = source_next(report->arena, &list))) {
        if (any)
            sink_literal(&report->sink, "; ");
        any = true;
        html_source(report, source);
    }
}
