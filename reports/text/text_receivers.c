/* reports/text/text_receivers.c - for a terminal: what the receivers would do. */
#include "reports/text/text_receivers.h"

#include "core/base/str.h"
#include "reports/receivers.h"
#include "reports/reporter.h"
#include "reports/text/terminal.h"

enum {
    RECEIVER_COLUMN = 23, /* behind "  + no obstacle found  " */
    WORDS_COLUMN = 6,
};

static void reasons(struct report *report, const struct fate *fate)
{
    const struct receiver_verdict *v = fate->verdict;

    if (fate->outcome == RECEIVER_CANT_TELL && *fate_checks(report->arena, fate))
        terminal_wrapped(report, WORDS_COLUMN,
                         str_printf(report->arena, "hangs on %s", fate_checks(report->arena, fate)));
    if (fate->outcome < RECEIVER_AT_RISK)
        return;
    for (size_t i = 0; i < v->reason_count; i++) {
        terminal_wrapped(report, WORDS_COLUMN, v->reasons[i].rule->words);
        terminal_dim(report);
        terminal_wrapped(report, WORDS_COLUMN,
                         str_printf(report->arena, "for %s (%s)", reason_check(&v->reasons[i]),
                                    reason_source(report->arena, &v->reasons[i])));
        terminal_plain(report);
    }
    if (fate->outcome == RECEIVER_REJECTS && *receiver_contact_of(v->receiver).contact)
        terminal_wrapped(report, WORDS_COLUMN, receiver_contact_of(v->receiver).contact);
}

static void not_visible(struct report *report, const struct receiver_view *views, size_t count)
{
    terminal_dim(report);
    terminal_wrapped(report, 2, "They also look at what cannot be seen from outside:");
    for (size_t i = 0; i < count; i++) {
        const char *enrol = receiver_contact_of(views[i].receiver).enrol;
        bool twin = i > 0 && views[i].receiver->kind == RECEIVER_BULK;

        terminal_wrapped(report, 4,
                         str_printf(report->arena, "%s: %s.%s%s", views[i].receiver->title,
                                    views[i].receiver->not_visible, *enrol && !twin ? " " : "", twin ? "" : enrol));
    }
    terminal_plain(report);
}

void text_receivers(struct report *report, const struct result *result)
{
    size_t count;
    const struct receiver_view *views = receiver_views(report->arena, result, &count);

    if (count == 0)
        return;
    terminal_heading(report, "Who would take this mail, by published rules");
    for (size_t i = 0; i < count; i++) {
        for (size_t f = 0; f < views[i].fate_count; f++) {
            const struct fate *fate = &views[i].fates[f];

            terminal_marked(report, outcome_as_status(fate->outcome), outcome_label(fate->outcome), RECEIVER_COLUMN);
            terminal_wrapped_from(
                report, RECEIVER_COLUMN, RECEIVER_COLUMN,
                views[i].fate_count == 1
                    ? views[i].receiver->title
                    : str_printf(report->arena, "%s: %s", views[i].receiver->title, fate_senders(report->arena, fate)));
            if (fate_told_by(views, i, fate))
                terminal_wrapped(report, WORDS_COLUMN,
                                 str_printf(report->arena, "as for %s", fate_told_by(views, i, fate)->title));
            else
                reasons(report, fate);
        }
    }
    terminal_wrapped(report, 2, receiver_legend(report->arena, result));
    not_visible(report, views, count);
}
