/* reports/text/text_services.c - for a terminal: who sends for the domain, and what of it is yours. */
#include "reports/text/text_services.h"

#include <string.h>

#include "core/base/list_text.h"
#include "core/base/str.h"
#include "reports/reporter.h"
#include "reports/services.h"
#include "reports/text/terminal.h"
#include "reports/words.h"

enum { LABEL_COLUMN = 13, SAYS_COLUMN = 20 };

static void part(struct report *report, const struct service_part *p)
{
    size_t used = 4 + terminal_columns(report, status_label(p->status));

    sink_literal(&report->sink, "  ");
    terminal_colour(report, p->status);
    sink_text(&report->sink, status_symbol(p->status, report->options.utf8));
    sink_literal(&report->sink, " ");
    sink_text(&report->sink, status_label(p->status));
    terminal_plain(report);
    terminal_up_to(report, used, LABEL_COLUMN);
    sink_text(&report->sink, p->label);
    terminal_up_to(report, LABEL_COLUMN + terminal_columns(report, p->label), SAYS_COLUMN);
    terminal_wrapped_from(report, SAYS_COLUMN, SAYS_COLUMN, p->says);
}

static void service(struct report *report, const struct service_view *v)
{
    terminal_newline(report);
    terminal_bold(report);
    sink_quote(&report->sink, v->service->provider->name);
    terminal_plain(report);
    sink_literal(&report->sink, "  ");
    terminal_wrapped_from(report, strlen(v->service->provider->name) + 2, 2, v->role);
    terminal_dim(report);
    terminal_wrapped(report, 2, str_printf(report->arena, "seen by %s", v->seen_by));
    terminal_plain(report);
    for (size_t i = 0; i < v->part_count; i++)
        part(report, &v->parts[i]);
}

void text_services(struct report *report, const struct result *result)
{
    size_t count;
    const struct service_view *views = service_views(report->arena, result, &count);
    const char *moving = services_moving(report->arena, result);

    if (count == 0)
        return;
    terminal_newline(report);
    terminal_bold(report);
    terminal_wrapped(report, 0, "Who sends for this domain");
    terminal_plain(report);
    for (size_t i = 0; i < count; i++)
        service(report, &views[i]);
    terminal_newline(report);
    if (moving)
        terminal_wrapped(report, 2, moving);
    terminal_wrapped(report, 2, services_theirs(report->arena, result));
}

/* What the domain publishes for it: "SPF in order; not in order: DKIM, DMARC".  Why, the causes tell. */
static const char *parts_of(struct arena *arena, const struct service_view *v)
{
    struct list_text lists[3], text = list_text(arena, "; ", 3);
    enum { FINE, OPEN, AMISS };

    for (size_t i = 0; i < 3; i++)
        lists[i] = list_text(arena, ", ", SERVICE_PARTS_MAX);
    for (size_t i = 0; i < v->part_count; i++) {
        enum status status = v->parts[i].status;

        if (status != SKIPPED)
            list_add(&lists[status == UNKNOWN ? OPEN : status > UNKNOWN ? AMISS : FINE], v->parts[i].label);
    }
    if (lists[FINE].count)
        list_add(&text, str_printf(arena, "%s in order", list_end(&lists[FINE])));
    if (lists[AMISS].count)
        list_add(&text, str_printf(arena, "not in order: %s", list_end(&lists[AMISS])));
    if (lists[OPEN].count)
        list_add(&text, str_printf(arena, "not known: %s", list_end(&lists[OPEN])));
    return list_end(&text);
}

void text_services_summary(struct report *report, const struct result *result)
{
    size_t count;
    const struct service_view *views = service_views(report->arena, result, &count);
    const char *moving = services_moving(report->arena, result);

    if (count == 0)
        return;
    terminal_heading(report, "Who sends for this domain");
    for (size_t i = 0; i < count; i++) {
        enum status as = views[i].worst > NOTE ? views[i].worst : PASS;
        const char *parts = parts_of(report->arena, &views[i]);

        terminal_item(report, as, views[i].service->provider->name,
                      str_printf(report->arena, "%s%s%s", views[i].role, *parts ? ". " : "", parts));
    }
    if (moving)
        terminal_wrapped(report, 4, moving);
}
