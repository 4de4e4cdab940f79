/* What a store has of two results of a domain, whoever wrote it: it is a report or none, is written again as it was,
 * and every format of a history and of a comparison shows it as what it is.  The first two octets are the length of the
 * first one, the more significant one first. */
#include <cjson/cJSON.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/archive/report_tape.h"
#include "core/base/arena.h"
#include "core/base/json.h"
#include "core/base/str.h"
#include "core/base/tape.h"
#include "reports/difference.h"
#include "reports/history.h"
#include "reports/sink.h"
#include "tests/fuzz/markup.h"
#include "tests/fuzz/printable.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_whole(struct tape *tape, const struct seen_report *report, const struct archive_sessions *sessions)
{
    report_tape_write(tape, report);
    for (size_t i = 0; i < sessions->count; i++)
        report_tape_write_session(tape, &sessions->at[i]);
}

static const struct seen_report *stored(struct arena *arena, struct str octets)
{
    struct archive_sessions sessions, sessions_again;
    const struct seen_report *report = report_tape_read(arena, octets, &sessions), *again;
    struct tape once = {0}, twice = {0};

    if (!report)
        return NULL;
    write_whole(&once, report, &sessions);
    again = report_tape_read(arena, (struct str){once.at, once.size}, &sessions_again);
    EXPECT(again != NULL && sessions_again.count == sessions.count);
    write_whole(&twice, again, &sessions_again);
    EXPECT(!once.failed && once.size == twice.size && memcmp(once.at, twice.at, once.size) == 0);
    tape_free(&once);
    tape_free(&twice);
    return report;
}

static void expect_language(struct arena *arena, enum sink_language language, const char *text)
{
    const char *why;
    cJSON *document;

    for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n')
        expect_printable(str_text(arena, (struct str){line, strcspn(line, "\n")}));
    if (language == SINK_HTML)
        expect_page(text);
    if (language != SINK_JSON)
        return;
    document = json_parse(arena, text, strlen(text), &why);
    EXPECT(document != NULL);
    cJSON_Delete(document);
}

static void tell_history(struct arena *arena, const struct history_format *format, const struct history *history,
                         const struct difference *const *differences)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    struct sink sink = sink_to(out, format->language);

    sink.ascii = !history->utf8 && format->language == SINK_TEXT;
    format->begin(&sink, arena, history);
    for (size_t i = 0; i < history->count; i++)
        format->one(&sink, arena, history, i, differences[i], i);
    format->end(&sink, arena, history, 1);
    EXPECT(sink_finish(&sink) == 0);
    fclose(out);
    EXPECT(strlen(text) == size);
    expect_language(arena, format->language, text);
    free(text);
}

static void tell_difference(struct arena *arena, const struct difference_format *format,
                            const struct difference *difference)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    struct sink sink = sink_to(out, format->language);

    format->begin(&sink);
    format->one(&sink, arena, difference, 0);
    format->one(&sink, arena, difference, 1);
    format->end(&sink);
    EXPECT(sink_finish(&sink) == 0);
    fclose(out);
    EXPECT(strlen(text) == size);
    expect_language(arena, format->language, text);
    free(text);
}

static void tell(struct arena *arena, const struct seen_report *before, const struct seen_report *now)
{
    const struct history_point points[] = {{.started = before->started, .verdict = before->verdict, .fails = 1},
                                           {.started = now->started, .verdict = now->verdict, .warns = SIZE_MAX}};
    const struct difference *differences[] = {difference_of(arena, before, before), difference_of(arena, before, now)};

    for (int utf8 = 0; utf8 < 2; utf8++)
        for (size_t i = 0; history_formats[i].name; i++)
            tell_history(arena, &history_formats[i],
                         &(struct history){.domain = now->domain, .points = points, .count = 2, .utf8 = utf8},
                         differences);
    for (size_t i = 0; difference_formats[i].name; i++)
        tell_difference(arena, &difference_formats[i], differences[1]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new(SIZE_MAX);
    struct str all = {(const char *)data + 2, size > 2 ? size - 2 : 0};
    size_t length = size > 2 ? (size_t)data[0] << 8 | data[1] : 0;
    const struct seen_report *before, *now;

    if (length > all.len)
        length = all.len;
    before = stored(arena, (struct str){all.at, length});
    now = stored(arena, (struct str){all.at + length, all.len - length});
    if (before && now)
        tell(arena, before, now);
    arena_free(arena);
    return 0;
}
