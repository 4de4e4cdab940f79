/* reports/text/text.c - the report for a terminal: what was seen, and at the end what to fix, who refuses, the verdict;
 * of several domains a line each, and totals. */

#include "reports/reporter.h"

#include <string.h>

#include "core/base/arena.h"
#include "core/base/str.h"
#include "core/derive/resolver.h"
#include "core/facts/evidence.h"
#include "core/result/agree.h"
#include "core/result/cause.h"
#include "reports/difference.h"
#include "reports/evidence_text.h"
#include "reports/outline.h"
#include "reports/plan_text.h"
#include "reports/receivers.h"
#include "reports/text/terminal.h"
#include "reports/text/text_conclusion.h"
#include "reports/text/text_findings.h"
#include "reports/text/text_identity.h"
#include "reports/text/text_receivers.h"
#include "reports/text/text_services.h"
#include "reports/words.h"

enum {
    LABEL_COLUMN = 13, /* where the values of the header begin */
    DOMAIN_COLUMN = 15, /* of a line for each of several domains: "x NOT READY    " */
    TEXT_COLUMN = DOMAIN_COLUMN + 25,
    TEXT_LEAST = 20,
    COMMONEST_SHOWN = 5,
};

/* What is remembered of several domains, for the end. */
struct run {
    int64_t started_s; /* of the last one */
    size_t domains[CAUSE_COUNT];     /* in which this is to be fixed */
    size_t undecided[CHECK_COUNT];   /* domains in the way of whose verdict this machine is */
    const char *says[CHECK_COUNT], *advice[CHECK_COUNT]; /* about that */
    size_t without_dkim; /* domains whose keys nobody named */
};

/* ---- a domain in full ---- */

static void plan(struct report *report, const struct result *result)
{
    if (!result->plan)
        return;
    terminal_bold(report);
    terminal_wrapped(report, 0, plan_text(report->arena, result));
    terminal_plain(report);
    terminal_wrapped(report, 0, plan_answers_text(report->arena, result));
}

static bool has_senders(const struct inventory *mail)
{
    for (size_t i = 0; mail && i < mail->address_count; i++)
        if (address_is_sender(&mail->addresses[i]))
            return true;
    return false;
}

static void where_from(struct report *report, const struct result *result)
{
    const struct vantage *vantage = result->vantage;

    terminal_labelled(report, 2, LABEL_COLUMN, "when",
                      str_printf(report->arena, "%s, took %s", time_text(report->arena, result->started_s),
                                 elapsed_text(report->arena, result->elapsed_ms)));
    if (!vantage)
        return;
    terminal_labelled(report, 2, LABEL_COLUMN, "seen from", vantage->host ? vantage->host : "?");
    for (size_t i = 0; i < vantage->resolver_count; i++)
        terminal_labelled(
            report, 2, LABEL_COLUMN, i ? "" : "resolver",
            i ? vantage->resolvers[i]
              : str_printf(report->arena, "%s (%s)", vantage->resolvers[i], resolver_trust_text(result)));
    if (result->instrument)
        terminal_labelled(report, 2, LABEL_COLUMN, "tested", instrument_text(report->arena, result->instrument));
}

static void header(struct report *report, const struct result *result)
{
    const struct target *target = result->target;

    terminal_bold(report);
    terminal_wrapped(report, 0, target->domain);
    terminal_plain(report);
    if (target->unicode && report->options.utf8 && strcmp(target->unicode, target->domain) != 0)
        terminal_wrapped(report, 0, target->unicode);
    plan(report, result);
    if (report->options.verbose) {
        where_from(report, result);
    } else if (result->vantage) {
        terminal_dim(report);
        terminal_wrapped(report, 2,
                         str_printf(report->arena, "seen from %s, %s",
                                    result->vantage->host ? result->vantage->host : "?",
                                    time_text(report->arena, result->started_s)));
        terminal_plain(report);
    }
    if (target->owner)
        terminal_labelled(report, 2, LABEL_COLUMN, "owner", target->owner);
    if (!has_senders(result->inventory) && !result_is_hosted(result))
        terminal_labelled(report, 2, LABEL_COLUMN, "senders", "none known; name them with --sender ADDRESS=HELO");
}

static void what_changed(struct report *report)
{
    const struct difference *d = report->gate->difference;

    if (!d)
        return;
    terminal_newline(report);
    terminal_bold(report);
    sink_literal(&report->sink, "What changed");
    terminal_plain(report);
    sink_literal(&report->sink, "  ");
    terminal_wrapped_from(report, terminal_columns(report, "What changed") + 2, 2,
                          difference_summary(report->arena, d));
    for (size_t i = 0; i < d->count; i++) {
        if (i == 0 || d->items[i].change != d->items[i - 1].change)
            terminal_wrapped(report, 2, change_title(d->items[i].change));
        terminal_wrapped(report, 4, change_line(report->arena, &d->items[i]));
    }
}

/* Those in force are only counted, unless all is wanted: the others ask for something. */
static void what_is_suppressed(struct report *report, const struct result *result)
{
    const struct target *target = result->target;
    size_t count, shown = 0;

    for (size_t i = 0; i < target->suppression_count; i++) {
        enum suppression_state state = suppression_state(result, &target->suppressions[i], &count);

        if (!report->options.verbose && (state == SUPPRESSION_IN_FORCE || state == SUPPRESSION_NOT_ASKED))
            continue;
        if (shown++ == 0)
            terminal_heading(report, "Suppressions");
        terminal_wrapped(report, 2, suppression_sentence(report->arena, result, &target->suppressions[i]));
    }
}

static void evidence(struct report *report, const struct result *result)
{
    terminal_heading(report, "Evidence");
    for (size_t i = 0; i < result->evidence_count; i++) {
        terminal_newline(report);
        terminal_dim(report);
        sink_text(&report->sink, key_text(report->arena, &result->evidence[i]->key));
        terminal_plain(report);
        terminal_newline(report);
        evidence_text(&report->sink, report->arena, result->evidence[i]);
    }
}

static void in_full(struct report *report, const struct result *result)
{
    const struct outline *outline = outline_of(report->arena, result);

    header(report, result);
    if (report->options.verbose) {
        text_services(report, result);
        text_identities(report, result);
        text_findings(report, outline);
        if (report->options.verbose > 1)
            evidence(report, result);
        text_receivers(report, result);
    } else {
        text_services_summary(report, result);
        text_identities_summary(report, result);
    }
    what_is_suppressed(report, result);
    what_changed(report);
    if (report->options.verbose && !report->options.several)
        text_receivers_not_visible(report, result);
    text_conclusion(report, result, outline);
}

/* ---- a line for each ---- */

/* What a domain's line says beside the verdict. */
static const char *gist(struct report *report, const struct result *result)
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
    return dkim_is_unchecked(result) && result->verdict != VERDICT_UNKNOWN ? "not checked: DKIM" : "";
}

static void line_of(struct report *report, const struct result *result)
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

static void remember(struct report *report, const struct result *result)
{
    struct run *run = report->own;
    struct machine_fault faults[MACHINE_FAULTS_MAX];
    size_t count = machine_faults(result, faults);
    bool seen[CAUSE_COUNT] = {false};

    run->started_s = result->started_s;
    run->without_dkim += dkim_is_unchecked(result);
    for (size_t i = 0; i < result->cause_count; i++) {
        enum cause_id id = cause_id_of(result->causes[i].repairs[0]);

        run->domains[id] += !seen[id];
        seen[id] = true;
    }
    for (size_t i = 0; i < count; i++) {
        enum check_id check = faults[i].finding->check;
        const char *advice = remedy_text(faults[i].finding);

        if (run->undecided[check]++ == 0) {
            run->says[check] = str_printf(report->kept, "%s", faults[i].says);
            run->advice[check] = advice ? str_printf(report->kept, "%s", advice) : "";
        }
    }
}

static void one(struct report *report, const struct result *result)
{
    bool only_a_line = report->options.several && !report->options.verbose;

    if (report->options.quiet) {
        sink_text(&report->sink, verdict_line(report->arena, result));
        terminal_newline(report);
        return;
    }
    remember(report, result);
    if (report->results && !only_a_line)
        terminal_newline(report);
    if (only_a_line)
        line_of(report, result);
    else
        in_full(report, result);
}

static void begin(struct report *report)
{
    report->own = ARENA_NEW(report->kept, struct run);
    report->sink.ascii = !report->options.utf8;
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

static void end(struct report *report)
{
    struct run *run = report->own;

    if (!report->options.several || report->results == 0 || report->options.quiet)
        return;
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

const struct reporter text_reporter = {
    .is_translated = true,
    .name = "text",
    .suffix = ".txt",
    .summary = "for people at a terminal",
    .language = SINK_TEXT,
    .begin = begin,
    .one = one,
    .end = end,
};
