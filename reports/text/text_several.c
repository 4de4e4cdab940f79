/* reports/text/text_several.c - several domains on a terminal: a line each; what they have in common, and totals. */
#include "reports/text/text_several.h"

#include <stdio.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/list_text.h"
#include "core/base/str.h"
#include "core/result/cause.h"
#include "reports/difference.h"
#include "reports/receivers.h"
#include "reports/reporter.h"
#include "reports/text/terminal.h"
#include "reports/text/text_receivers.h"
#include "reports/words.h"

enum {
    DOMAIN_COLUMN = 15, /* of a line for each domain: "x NOT READY    " */
    TEXT_COLUMN = DOMAIN_COLUMN + 25,
    TEXT_LEAST = 20,
    COMMONEST_SHOWN = 5,
};

/* What is remembered of several domains, for the end. */
struct run {
    int64_t started_s;                                   /* of the last one */
    size_t domains[CAUSE_COUNT];                         /* in which this is to be fixed */
    size_t undecided[CHECK_COUNT];                       /* domains in the way of whose verdict this machine is */
    const char *says[CHECK_COUNT], *advice[CHECK_COUNT]; /* about that */
    size_t without_dkim;                                 /* domains whose keys nobody named */
};

void text_several_begin(struct report *report)
{
    report->own = ARENA_NEW(report->kept, struct run);
}

/* ---- a line for each ---- */

/* What restricts the verdict, as verdict_title() says it: "as far as asked (ptr)"; "" where nothing does. */
static const char *restriction(struct report *report, const struct result *result)
{
    const char *title = verdict_title(report->arena, result), *label = verdict_label(result->verdict);

    if (!result->plan && !result_is_partial(result))
        return "";
    title += strncmp(title, label, strlen(label)) == 0 ? strlen(label) : 0;
    return title + strspn(title, " ,;");
}

static const char *what_is_worse(struct report *report)
{
    const struct difference *d = report->gate->difference;
    size_t worse = d ? d->counts[CHANGE_NEW] + d->counts[CHANGE_WORSE] : 0;

    return worse ? str_printf(report->arena, "%zu new or worse", worse) : "";
}

static const char *what_is_amiss(struct report *report, const struct result *result)
{
    struct machine_fault faults[MACHINE_FAULTS_MAX];

    if (result->cause_count > 1)
        return str_printf(report->arena, "%zu to fix: %s", result->cause_count, result->causes[0].text);
    if (result->cause_count)
        return result->causes[0].text;
    if (result->verdict == VERDICT_UNKNOWN && machine_faults(result, faults))
        return faults[0].says;
    for (size_t i = 0; i < result->finding_count && result->verdict == VERDICT_UNKNOWN; i++)
        if (finding_is_undecided(result->findings[i]) && !result_cause(result, result->findings[i]))
            return result->findings[i]->message;
    return dkim_is_unchecked(result) && result->verdict != VERDICT_UNKNOWN && !result_is_partial(result)
               ? "not checked: DKIM"
               : "";
}

/* What a domain's line says beside the verdict. */
static const char *gist(struct report *report, const struct result *result)
{
    const char *const parts[] = {restriction(report, result), what_is_worse(report), what_is_amiss(report, result)};
    struct list_text text = list_text(report->arena, "; ", 3);

    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (*parts[i])
            list_add(&text, parts[i]);
    return list_end(&text);
}

void text_several_line(struct report *report, const struct result *result)
{
    static const char *const words[VERDICT_COUNT] = {[VERDICT_READY] = "READY",
                                                     [VERDICT_WARNINGS] = "WARNINGS",
                                                     [VERDICT_UNKNOWN] = "CAN'T TELL",
                                                     [VERDICT_NOT_READY] = "NOT READY"};
    const char *domain = terminal_visible(report, result->target->domain), *text = gist(report, result);
    size_t columns = sink_columns(domain, strlen(domain)), used;
    enum status as = verdict_as_status(result->verdict);

    used = 2 + terminal_columns(report, words[result->verdict]);
    terminal_colour(report, as);
    sink_text(&report->sink, status_symbol(as, report->options.utf8));
    sink_literal(&report->sink, " ");
    sink_text(&report->sink, words[result->verdict]);
    terminal_plain(report);
    terminal_up_to(report, used, DOMAIN_COLUMN);
    sink_quote(&report->sink, domain);
    used = DOMAIN_COLUMN + columns + 2 > TEXT_COLUMN ? DOMAIN_COLUMN + columns + 2 : TEXT_COLUMN;
    if (*text && used + TEXT_LEAST <= report->options.width) {
        terminal_spaces(report, used - DOMAIN_COLUMN - columns);
        terminal_cut(report, used, text);
    }
    terminal_newline(report);
}

void text_several_hand(struct report *report, const struct result *result)
{
    struct machine_fault faults[MACHINE_FAULTS_MAX];
    size_t count = machine_faults(result, faults);

    hand_number(report, result->started_s);
    hand_number(report, dkim_is_unchecked(result));
    hand_number(report, (int64_t)result->cause_count);
    for (size_t i = 0; i < result->cause_count; i++)
        hand_number(report, cause_id_of(result->causes[i].repairs[0]));
    hand_number(report, (int64_t)count);
    for (size_t i = 0; i < count; i++) {
        hand_number(report, faults[i].finding->check);
        hand_text(report, faults[i].says);
        hand_text(report, remedy_text(faults[i].finding));
    }
}

void text_several_remember(struct report *report)
{
    struct run *run = report->own;
    bool seen[CAUSE_COUNT] = {false};

    run->started_s = taken_number(report);
    run->without_dkim += taken_number(report) != 0;
    for (int64_t left = taken_number(report); left > 0 && take_more(report); left--) {
        size_t id = taken_index(report, CAUSE_COUNT);

        run->domains[id] += !seen[id];
        seen[id] = true;
    }
    for (int64_t left = taken_number(report); left > 0 && take_more(report); left--) {
        size_t check = taken_index(report, CHECK_COUNT);
        const char *says = taken_text(report), *advice = taken_text(report);

        if (run->undecided[check]++ == 0) {
            run->says[check] = str_dup(report->kept, says);
            run->advice[check] = str_dup(report->kept, advice);
        }
    }
}

/* ---- the end of several ---- */

static void verdicts(struct report *report)
{
    terminal_bold(report);
    sink_number(&report->sink, (long long)report->results);
    sink_text(&report->sink, report->results == 1 ? " domain" : " domains");
    terminal_plain(report);
    terminal_newline(report);
    for (int verdict = VERDICT_NOT_READY; verdict >= VERDICT_READY; verdict--) {
        enum status as = verdict_as_status((enum verdict)verdict);
        char number[24];

        if (report->verdicts[verdict] == 0)
            continue;
        snprintf(number, sizeof number, "%6zu ", report->verdicts[verdict]);
        sink_text(&report->sink, number);
        terminal_colour(report, as);
        sink_text(&report->sink, status_symbol(as, report->options.utf8));
        sink_literal(&report->sink, " ");
        sink_text(&report->sink, verdict_label((enum verdict)verdict));
        terminal_plain(report);
        terminal_newline(report);
    }
}

static void commonest(struct report *report, struct run *run)
{
    for (size_t shown = 0; shown < COMMONEST_SHOWN; shown++) {
        size_t most = CAUSE_UNSAID;
        char number[24];

        for (size_t id = CAUSE_UNSAID + 1; id < CAUSE_COUNT; id++)
            if (run->domains[id] > (most == CAUSE_UNSAID ? 0 : run->domains[most]))
                most = id;
        if (most == CAUSE_UNSAID)
            return;
        if (shown == 0)
            terminal_heading(report, "What to fix, the most frequent first");
        snprintf(number, sizeof number, "%6zu ", run->domains[most]);
        sink_text(&report->sink, number);
        terminal_wrapped_from(report, 7, 7,
                              str_printf(report->arena, "%s (%s)", cause_kind_at((enum cause_id)most)->text,
                                         check_of(cause_kind_at((enum cause_id)most)->check)->name));
        run->domains[most] = 0;
    }
}

/* What holds for all of them is said once. */
static void caveats(struct report *report, const struct run *run)
{
    for (size_t check = 0; check < CHECK_COUNT; check++)
        if (run->undecided[check])
            terminal_wrapped(report, 2,
                             str_printf(report->arena, "%zu %s not decided in full: %s. %s", run->undecided[check],
                                        run->undecided[check] == 1 ? "domain is" : "domains are", run->says[check],
                                        run->advice[check]));
    if (run->without_dkim)
        terminal_wrapped(report, 2,
                         str_printf(report->arena, "DKIM is not checked for %zu of them: name selectors (--dkim).",
                                    run->without_dkim));
    if (!report->options.verbose)
        terminal_wrapped(report, 2, receiver_caveat(report->arena, run->started_s));
    if (!report->options.verbose)
        terminal_wrapped(report, 2, "\"mailready DOMAIN\" tells what to fix, and how; -v does for all of these.");
}

void text_several_end(struct report *report)
{
    struct run *run = report->own;

    terminal_newline(report);
    terminal_rule(report);
    if (report->options.verbose)
        text_receivers_not_visible(report, &(struct result){.started_s = run->started_s});
    if (report->results > 1)
        commonest(report, run);
    terminal_newline(report);
    caveats(report, run);
    terminal_newline(report);
    verdicts(report);
}
