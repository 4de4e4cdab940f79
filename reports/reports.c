/* reports/reports.c - the list of reporters, and what is common to running one. */

#include "reports/reporter.h"

#include <errno.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/str.h"
#include "reports/sink_words.h"

#define FORMAT(name) extern const struct reporter name##_reporter;
#include "reports/formats.def"
#undef FORMAT

const struct reporter *const reporters[] = {
#define FORMAT(name) &name##_reporter,
#include "reports/formats.def"
#undef FORMAT
    NULL,
};

enum {
    REPORT_BYTES = 512 * 1024 * 1024, /* a thousand senders have 68 MiB; an octet takes four columns at most */
    REPORT_DEFAULT_WIDTH = 80,
    REPORT_MIN_WIDTH = 40,
};

const struct reporter *reporter_by_name(const char *name)
{
    for (size_t i = 0; reporters[i]; i++)
        if (strcmp(reporters[i]->name, name) == 0)
            return reporters[i];
    return NULL;
}

const struct reporter *reporter_by_suffix(const char *file_name)
{
    const char *slash = strrchr(file_name, '/');
    const char *dot = strrchr(slash ? slash + 1 : file_name, '.');

    for (size_t i = 0; dot && reporters[i]; i++)
        if (reporters[i]->suffix && text_equal_nocase(reporters[i]->suffix, dot))
            return reporters[i];
    return NULL;
}

/* The calls of a reporter own nothing outside the report, so a spent arena may leave them anywhere. */
static void call(struct report *report, void (*step)(struct report *), const struct result *result)
{
    jmp_buf spent;

    if (report->sink.error != 0)
        return;
    if (setjmp(spent) == 0) {
        arena_on_exhausted(report->arena, &spent);
        arena_on_exhausted(report->kept, &spent);
        if (result)
            report->reporter->one(report, result);
        else
            step(report);
    } else {
        sink_fail(&report->sink, ENOMEM);
    }
    if (report->reporter->drop)
        report->reporter->drop(report);
    arena_reset(report->arena);
}

const char *report_said(struct report *report, const char *text)
{
    return sink_said(&report->sink, text);
}

void report_begin(struct report *report, const struct reporter *reporter, FILE *out,
                  const struct report_options *options)
{
    *report = (struct report){.reporter = reporter, .options = *options, .sink = sink_to(out, reporter->language)};
    if (report->options.width == 0)
        report->options.width = REPORT_DEFAULT_WIDTH;
    if (report->options.width < REPORT_MIN_WIDTH)
        report->options.width = REPORT_MIN_WIDTH;
    report->arena = arena_new(REPORT_BYTES);
    report->kept = arena_new(REPORT_BYTES);
    if (!report->arena || !report->kept)
        sink_fail(&report->sink, ENOMEM);
    if (options->language && reporter->is_translated) {
        report->translator =
            (struct translator){.language = options->language,
                                .arena = report->arena,
                                .hears = options->hears,
                                .context = options->hears_context};
        report->sink.translator = &report->translator;
    }
    call(report, reporter->begin, NULL);
}

/* Where the sink has come to in the document is of no concern here: a piece stands alone. */
static struct sink sink_of_piece(const struct sink *of, FILE *out)
{
    struct sink sink = sink_to(out, of->language);

    sink.ascii = of->ascii;
    sink.translator = of->translator;
    return sink;
}

struct piece report_render(struct report *report, const struct result *result, const struct gate *gate, size_t number)
{
    struct piece piece = {.error = report->sink.error};
    struct sink sink = report->sink;
    char *written = NULL;
    size_t size = 0;
    FILE *out;

    if (piece.error) /* it may have no arena */
        return piece;
    out = open_memstream(&written, &size);
    if (out) {
        report->sink = sink_of_piece(&sink, out);
        report->gate = gate;
        report->number = number;
        report->piece = &piece.tape;
        report->handed = 0;
        report->written = &written;
        report->written_size = &size;
        call(report, NULL, result);
        if (!report->reporter->take)
            hand_written(report);
        piece.error = report->sink.error;
        fclose(out);
    }
    if (!out || piece.tape.failed)
        piece.error = ENOMEM;
    free(written);
    report->sink = sink;
    return piece;
}

void report_take(struct report *report, const struct target *target, enum verdict verdict, const struct piece *piece)
{
    if (piece->error)
        sink_fail(&report->sink, piece->error);
    report->taken = tape_reader((struct str){piece->tape.at, piece->tape.size});
    report->target = target;
    report->verdict = verdict;
    call(report, report->reporter->take ? report->reporter->take : write_taken, NULL);
    report->results++;
    report->verdicts[verdict]++;
}

void report_one(struct report *report, const struct result *result, const struct gate *gate)
{
    struct piece piece = report_render(report, result, gate, report->results + 1);

    report_take(report, result->target, result->verdict, &piece);
    piece_free(&piece);
}

void piece_free(struct piece *piece)
{
    tape_free(&piece->tape);
}

void hand_number(struct report *report, int64_t number)
{
    tape_number(report->piece, number);
}

void hand_text(struct report *report, const char *text)
{
    tape_text(report->piece, text);
}

void hand_written(struct report *report)
{
    if (sink_finish(&report->sink) != 0)
        return;
    tape_octets(report->piece, (struct str){*report->written + report->handed, *report->written_size - report->handed});
    report->handed = *report->written_size;
}

int64_t taken_number(struct report *report)
{
    return tape_read_number(&report->taken);
}

size_t taken_index(struct report *report, size_t count)
{
    int64_t number = taken_number(report);

    return number >= 0 && (uint64_t)number < count ? (size_t)number : 0;
}

const char *taken_text(struct report *report)
{
    return str_text(report->arena, tape_read_octets(&report->taken));
}

void write_taken(struct report *report)
{
    struct str written = tape_read_octets(&report->taken);

    sink_raw(&report->sink, written.at, written.len);
}

void pass_taken(struct report *report)
{
    tape_read_octets(&report->taken);
}

bool take_more(const struct report *report)
{
    return tape_has_more(&report->taken);
}

int report_end(struct report *report)
{
    call(report, report->reporter->end, NULL);
    arena_free(report->arena);
    arena_free(report->kept);
    return sink_finish(&report->sink);
}
