/* reports/text/text_receivers.c - for a terminal: what the receivers would do, in a few lines and in full. */
#include "reports/text/text_receivers.h"

#include "core/base/list_text.h"
#include "core/base/str.h"
#include "reports/receivers.h"
#include "reports/reporter.h"
#include "reports/text/terminal.h"

enum {
    RECEIVER_COLUMN = 23, /* behind "  + no obstacle found  " */
    GROUP_COLUMN = 17,    /* behind "  + no obstacle  " */
    SENDERS_SHOWN = 3,
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

            size_t column = terminal_marked(report, outcome_as_status(fate->outcome), outcome_label(fate->outcome),
                                            RECEIVER_COLUMN);

            terminal_wrapped_from(
                report, column, RECEIVER_COLUMN,
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
}

void text_receivers_outlook(struct report *report, const struct result *result)
{
    static const char *const words[RECEIVER_OUTCOME_COUNT] = {[RECEIVER_NO_OBSTACLE] = "no obstacle",
                                                              [RECEIVER_CANT_TELL] = "can't tell",
                                                              [RECEIVER_AT_RISK] = "may refuse",
                                                              [RECEIVER_REJECTS] = "refuse"};
    size_t view_count, count;
    const struct receiver_view *views = receiver_views(report->arena, result, &view_count);
    const struct fate_group *groups = fate_groups(report->arena, views, view_count, &count);

    if (count == 0)
        return;
    terminal_heading(report, str_printf(report->arena, "Who would take this mail, by the rules of %s",
                                        receiver_rules_date()));
    for (size_t i = 0; i < count; i++) {
        const struct fate_group *group = &groups[i];
        struct list_text senders = list_text(report->arena, ", ", SENDERS_SHOWN);

        for (size_t k = 0; k < group->like->sender_count && !group->everyone; k++)
            list_add(&senders, group->like->senders[k]);
        terminal_wrapped_from(report,
                              terminal_marked(report, outcome_as_status(group->outcome), words[group->outcome],
                                              GROUP_COLUMN),
                              GROUP_COLUMN,
                              str_printf(report->arena, "%s%s%s%s%s%s", list_end(&senders), senders.count ? ": " : "",
                                         group->receivers, *group->checks ? " (" : "", group->checks,
                                         *group->checks ? ")" : ""));
    }
    if (!report->options.several && !report->options.verbose) {
        terminal_dim(report);
        terminal_wrapped(report, 2, receiver_caveat(report->arena, result->started_s));
        terminal_plain(report);
    }
}

void text_receivers_not_visible(struct report *report, const struct result *result)
{
    terminal_heading(report, "What receivers look at and nobody can see from outside");
    terminal_dim(report);
    terminal_wrapped(report, 2, receiver_legend(report->arena, result));
    for (size_t i = 0; i < receiver_count(); i++) {
        const struct receiver *receiver = receiver_at(i);
        const char *enrol = receiver_contact_of(receiver).enrol;
        bool twin = receiver->kind == RECEIVER_BULK;

        if (receiver->kind != RECEIVER_BOUNCES)
            terminal_wrapped(report, 4,
                             str_printf(report->arena, "%s: %s.%s%s", receiver->title, receiver->not_visible,
                                        *enrol && !twin ? " " : "", twin ? "" : enrol));
    }
    terminal_plain(report);
}
