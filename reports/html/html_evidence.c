/* reports/html/html_evidence.c - everything that was asked and answered: folded on the screen, on paper an appendix of
 * bounded length.
 *
 * What findings that are no pass rest on comes first, so that a bound cuts what nobody looks for.
 */
#include "reports/html/html.h"

#include <string.h>

#include "core/base/arena.h"
#include "core/facts/evidence.h"
#include "reports/evidence_text.h"

enum { PAPER_BYTES = 96 * 1024 }; /* of the appendix on paper: thirty pages */

bool html_has_evidence(struct report *report, const struct result *result)
{
    (void)report;
    return result->evidence_count > 0;
}

static void cite(const struct result *result, const struct finding *f, bool *cited)
{
    for (size_t k = 0; k < f->evidence.count; k++)
        for (size_t e = 0; e < result->evidence_count; e++)
            if (strcmp(result->evidence[e]->text, f->evidence.at[k]) == 0)
                cited[e] = true;
}

static void piece(struct report *report, const struct evidence *evidence, size_t begun, size_t *left_out)
{
    struct sink *sink = &report->sink;
    bool fits = sink->written - begun < PAPER_BYTES;

    *left_out += !fits;
    if (fits)
        sink_literal(sink, "<div class=\"piece\">");
    else
        sink_literal(sink, "<div class=\"piece screen\">");
    QUOTE(sink, "<p class=\"key\"><code>", evidence->text, "</code></p>\n<pre tabindex=\"0\">");
    evidence_text(sink, report->arena, evidence);
    sink_literal(sink, "</pre></div>\n");
}

void html_evidence(struct report *report, const struct result *result)
{
    bool *cited = ARENA_ARRAY(report->arena, bool, result->evidence_count);
    struct sink *sink = &report->sink;
    size_t begun = sink->written, left_out = 0;

    for (size_t i = 0; i < result->finding_count; i++)
        if (result->findings[i]->status > SKIPPED)
            cite(result, result->findings[i], cited);
    sink_literal(sink, "<details>\n<summary>Every question that was asked, and what was answered</summary>\n");
    for (int wanted = true; wanted >= false; wanted--)
        for (size_t i = 0; i < result->evidence_count; i++)
            if (cited[i] == wanted)
                piece(report, result->evidence[i], begun, &left_out);
    sink_literal(sink, "</details>\n");
    if (left_out) {
        sink_literal(sink, "<p class=\"paper\">");
        sink_number(sink, (long long)left_out);
        sink_literal(sink, " more answers are in the HTML report.</p>\n");
    }
}
