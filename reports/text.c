/* reports/text.c - the report for a terminal: verdict, findings by group, what to fix first at the end. */

#include "reports/reporter.h"

#include <string.h>

#include "core/arena.h"
#include "core/str.h"
#include "reports/outline.h"
#include "reports/words.h"

enum {
    NAME_COLUMN = 13,  /* where the name of a check begins: "  x FAIL     " */
    FIX_COLUMN = 5,    /* where an item of the list of repairs begins: " 1.  " */
    LABEL_COLUMN = 13, /* where the values of the header begin */
};

static void colour(struct report *report, enum status status)
{
    if (!report->options.colour)
        return;
    switch (status) {
    case PASS:
        sink_literal(&report->sink, "\x1b[32m");
        break;
    case SKIPPED:
        sink_literal(&report->sink, "\x1b[2m");
        break;
    case NOTE:
        sink_literal(&report->sink, "\x1b[36m");
        break;
    case UNKNOWN:
        sink_literal(&report->sink, "\x1b[35m");
        break;
    case WARN:
        sink_literal(&report->sink, "\x1b[33m");
        break;
    case FAIL:
        sink_literal(&report->sink, "\x1b[1;31m");
        break;
    }
}

static void bold(struct report *report)
{
    if (report->options.colour)
        sink_literal(&report->sink, "\x1b[1m");
}

static void dim(struct report *report)
{
    if (report->options.colour)
        sink_literal(&report->sink, "\x1b[2m");
}

static void plain(struct report *report)
{
    if (report->options.colour)
        sink_literal(&report->sink, "\x1b[0m");
}

static void spaces(struct report *report, size_t count)
{
    while (count-- > 0)
        sink_literal(&report->sink, " ");
}

static void newline(struct report *report)
{
    sink_literal(&report->sink, "\n");
}

/* Bytes of `text` that fit into `columns`, at least one code point. */
static size_t fitting(const char *text, size_t length, size_t columns)
{
    size_t bytes = 0;

    while (bytes < length) {
        size_t next = bytes + 1;

        while (next < length && ((unsigned char)text[next] & 0xc0) == 0x80)
            next++;
        if (bytes > 0 && sink_columns(text, next) > columns)
            break;
        bytes = next;
    }
    return bytes;
}

/* Writes text from the column where the line stands now (`column`), further lines from `indent` on; ends the last line. */
static void wrapped_from(struct report *report, size_t column, size_t indent, const char *text)
{
    const char *at = sink_visible(report->arena, str_of(text));
    size_t width = report->options.width;
    bool empty = true; /* nothing of the text is in this line yet */

    while (*at) {
        size_t word = strcspn(at, " ");
        size_t columns = sink_columns(at, word);

        if (word == 0) {
            at++;
            continue;
        }
        if (column + columns + !empty > width && (!empty || column > indent)) {
            newline(report);
            spaces(report, indent);
            column = indent;
            empty = true;
        }
        if (!empty) {
            sink_literal(&report->sink, " ");
            column++;
        }
        if (column + columns > width) { /* longer than a line */
            word = fitting(at, word, width - column);
            columns = sink_columns(at, word);
        }
        sink_bytes(&report->sink, (struct str){at, word});
        column += columns;
        empty = false;
        at += word;
        if (*at && *at != ' ') {
            newline(report);
            spaces(report, indent);
            column = indent;
            empty = true;
        }
    }
    newline(report);
}

static void wrapped(struct report *report, size_t indent, const char *text)
{
    spaces(report, indent);
    wrapped_from(report, indent, indent, text);
}

static void rule(struct report *report)
{
    dim(report);
    for (unsigned i = 0; i < report->options.width; i++) {
        if (report->options.utf8)
            sink_literal(&report->sink, "\xe2\x94\x80");
        else
            sink_literal(&report->sink, "-");
    }
    plain(report);
    newline(report);
}

/* Records are for copying: a line each, never broken. */
static void records(struct report *report, size_t indent, const struct text_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        spaces(report, indent);
        bold(report);
        sink_text(&report->sink, list->at[i]);
        plain(report);
        newline(report);
    }
}

static void labelled(struct report *report, const char *label, const char *text)
{
    dim(report);
    sink_literal(&report->sink, "  ");
    sink_text(&report->sink, label);
    plain(report);
    spaces(report, LABEL_COLUMN - 2 - strlen(label));
    wrapped_from(report, LABEL_COLUMN, LABEL_COLUMN, text);
}

static void header(struct report *report, const struct result *result)
{
    const struct target *target = result->target;
    const struct vantage *vantage = result->vantage;
    const struct inventory *mail = result->inventory;
    enum status as = verdict_as_status(result->verdict);

    rule(report);
    bold(report);
    wrapped(report, 0, target->domain);
    plain(report);
    if (target->unicode && strcmp(target->unicode, target->domain) != 0)
        wrapped(report, 0, target->unicode);
    newline(report);
    colour(report, as);
    sink_text(&report->sink, status_symbol(as, report->options.utf8));
    sink_literal(&report->sink, " ");
    sink_text(&report->sink, verdict_label(result->verdict));
    plain(report);
    newline(report);
    wrapped(report, 2, verdict_sentence(report->arena, result));
    wrapped(report, 2, counts_text(report->arena, result->counts, ", "));
    newline(report);
    labelled(report, "when",
             str_printf(report->arena, "%s, took %s",
                        time_text(report->arena, result->started_s),
                        elapsed_text(report->arena, result->elapsed_ms)));
    if (vantage) {
        labelled(report, "seen from", vantage->host ? vantage->host : "?");
        for (size_t i = 0; i < vantage->resolver_count; i++)
            labelled(report, i ? "" : "resolver",
                     i ? vantage->resolvers[i]
                       : str_printf(report->arena, "%s (%s)", vantage->resolvers[i],
                                    vantage->trusts_ad ? "its word on DNSSEC is trusted" : "not trusted to validate DNSSEC"));
    }
    bool first = true;
    for (size_t i = 0; mail && i < mail->address_count; i++) {
        const char *sender = sender_text(report->arena, &mail->addresses[i]);

        if (sender)
            labelled(report, first ? "senders" : "",
                     str_printf(report->arena, "%s (%s)", mail->addresses[i].label, sender));
        first = first && !sender;
    }
    if (first)
        labelled(report, "senders", "none known; name them with --sender ADDRESS=HELO");
}

static void status_words(struct report *report, enum status status)
{
    const char *label = status_label(status);

    sink_literal(&report->sink, "  ");
    colour(report, status);
    sink_text(&report->sink, status_symbol(status, report->options.utf8));
    sink_literal(&report->sink, " ");
    sink_text(&report->sink, label);
    plain(report);
    spaces(report, NAME_COLUMN - 4 - strlen(label));
}

static void entry_in_full(struct report *report, const struct entry *entry)
{
    const struct finding *f = entry->findings[0];

    status_words(report, entry->status);
    bold(report);
    sink_text(&report->sink, entry->check->name);
    plain(report);
    sink_literal(&report->sink, "  ");
    wrapped_from(report, NAME_COLUMN + strlen(entry->check->name) + 2, NAME_COLUMN + 2, entry_subjects(report->arena, entry));
    wrapped(report, NAME_COLUMN, f->message);
    if (entry->status == UNKNOWN && side_sentence(f->side))
        wrapped(report, NAME_COLUMN, side_sentence(f->side));
    if (entry->dependant_count)
        wrapped(report, NAME_COLUMN,
                str_printf(report->arena, "Undecided because of this, too: %s.", entry_dependants(report->arena, entry)));
    if (entry->fix) {
        wrapped(report, NAME_COLUMN, str_printf(report->arena, "How to fix it: number %zu below.", entry->fix));
        return;
    }
    if (remedy_text(f) && (f->remedy || entry->status > NOTE))
        wrapped(report, NAME_COLUMN, remedy_text(f));
    records(report, NAME_COLUMN, &f->records);
}

/* One paragraph for all that passed: "ptr.exists, ptr.fcrdns (2)". */
static void passed(struct report *report, const struct group *group)
{
    size_t counts[CHECK_COUNT] = {0};
    const char *text = "";

    for (size_t e = 0; e < group->entry_count; e++)
        if (group->entries[e].status == PASS)
            counts[group->entries[e].findings[0]->check] += group->entries[e].count;
    for (size_t id = 0; id < CHECK_COUNT; id++) {
        if (counts[id] == 0)
            continue;
        text = str_printf(report->arena, "%s%s%s", text, *text ? ", " : "", check_of((enum check_id)id)->name);
        if (counts[id] > 1)
            text = str_printf(report->arena, "%s (%zu)", text, counts[id]);
    }
    if (!*text)
        return;
    status_words(report, PASS);
    wrapped_from(report, NAME_COLUMN, NAME_COLUMN, text);
}

/* One paragraph for each reason to skip. */
static void skipped(struct report *report, const struct group *group)
{
    for (size_t e = 0; e < group->entry_count; e++) {
        const char *message = group->entries[e].findings[0]->message, *text = "";
        bool told = false, seen[CHECK_COUNT] = {false};

        if (group->entries[e].status != SKIPPED)
            continue;
        for (size_t i = 0; i < group->entry_count; i++) {
            const struct entry *other = &group->entries[i];

            if (other->status != SKIPPED || strcmp(other->findings[0]->message, message) != 0)
                continue;
            told = told || i < e;
            if (!seen[other->findings[0]->check])
                text = str_printf(report->arena, "%s%s%s", text, *text ? ", " : "", other->check->name);
            seen[other->findings[0]->check] = true;
        }
        if (told)
            continue;
        status_words(report, SKIPPED);
        wrapped_from(report, NAME_COLUMN, NAME_COLUMN, str_printf(report->arena, "%s: %s", text, message));
    }
}

static void findings_of(struct report *report, const struct group *group)
{
    if (group->entry_count == 0) /* all of it is told elsewhere, as a consequence */
        return;
    newline(report);
    bold(report);
    sink_text(&report->sink, group->title);
    plain(report);
    dim(report);
    sink_literal(&report->sink, "  ");
    wrapped_from(report, sink_columns(group->title, strlen(group->title)) + 2, 2,
                 counts_text(report->arena, group->counts, ", "));
    plain(report);
    for (size_t e = 0; e < group->entry_count; e++)
        if (group->entries[e].status > SKIPPED)
            entry_in_full(report, &group->entries[e]);
    skipped(report, group);
    passed(report, group);
}

static void what_to_fix_first(struct report *report, const struct outline *outline)
{
    if (outline->fix_count == 0)
        return;
    newline(report);
    rule(report);
    bold(report);
    sink_literal(&report->sink, "What to fix first");
    plain(report);
    newline(report);
    for (size_t i = 0; i < outline->fix_count; i++) {
        const struct entry *entry = outline->fix[i];
        char number[24];

        newline(report);
        snprintf(number, sizeof number, "%2zu.", i + 1);
        sink_literal(&report->sink, " ");
        colour(report, entry->status);
        sink_text(&report->sink, number);
        plain(report);
        sink_literal(&report->sink, " ");
        bold(report);
        sink_text(&report->sink, entry->check->name);
        plain(report);
        sink_literal(&report->sink, "  ");
        wrapped_from(report, FIX_COLUMN + strlen(entry->check->name) + 2, FIX_COLUMN + 2,
                     entry_subjects(report->arena, entry));
        wrapped(report, FIX_COLUMN, remedy_text(entry->findings[0]));
        if (entry->findings[0]->records.count) {
            newline(report);
            records(report, FIX_COLUMN + 2, &entry->findings[0]->records);
        }
    }
    newline(report);
    wrapped(report, 0, str_printf(report->arena, "Why, and for whom it matters: mailready explain %s", outline->fix[0]->check->name));
}

static void one(struct report *report, const struct result *result)
{
    const struct outline *outline = outline_of(report->arena, result);

    if (report->results)
        newline(report);
    header(report, result);
    for (size_t g = 0; g < outline->group_count; g++)
        findings_of(report, &outline->groups[g]);
    what_to_fix_first(report, outline);
}

static void begin(struct report *report)
{
    (void)report;
}

static void end(struct report *report)
{
    if (!report->options.several || report->results < 2)
        return;
    newline(report);
    rule(report);
    bold(report);
    sink_number(&report->sink, (long long)report->results);
    sink_literal(&report->sink, " domains");
    plain(report);
    newline(report);
    for (int verdict = VERDICT_NOT_READY; verdict >= VERDICT_READY; verdict--) {
        enum status as = verdict_as_status((enum verdict)verdict);
        char number[24];

        if (report->verdicts[verdict] == 0)
            continue;
        snprintf(number, sizeof number, "%6zu ", report->verdicts[verdict]);
        sink_text(&report->sink, number);
        colour(report, as);
        sink_text(&report->sink, status_symbol(as, report->options.utf8));
        sink_literal(&report->sink, " ");
        sink_text(&report->sink, verdict_label((enum verdict)verdict));
        plain(report);
        newline(report);
    }
}

extern const struct reporter text_reporter;
const struct reporter text_reporter = {
    .name = "text",
    .suffix = ".txt",
    .summary = "for people at a terminal",
    .language = SINK_TEXT,
    .begin = begin,
    .one = one,
    .end = end,
};
