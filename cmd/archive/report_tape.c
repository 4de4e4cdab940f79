/* cmd/archive/report_tape.c - results as tapes. */
#include "cmd/archive/report_tape.h"

#include <setjmp.h>

#include "core/base/arena.h"
#include "core/base/tape.h"

static void write_words(struct tape *tape, const char *const *words, size_t count)
{
    tape_number(tape, (int64_t)count);
    for (size_t i = 0; i < count; i++)
        tape_text(tape, words[i]);
}

void report_tape_write(struct tape *tape, const struct seen_report *report)
{
    tape_text(tape, report->domain);
    tape_text(tape, report->started);
    tape_text(tape, report->verdict);
    write_words(tape, report->only, report->only_count);
    write_words(tape, report->skip, report->skip_count);
    tape_number(tape, (int64_t)report->finding_count);
    for (size_t i = 0; i < report->finding_count; i++) {
        const struct seen *seen = &report->findings[i];

        tape_text(tape, seen->check);
        tape_text(tape, seen->group);
        tape_text(tape, seen->key);
        tape_text(tape, seen->subject);
        tape_text(tape, seen->message);
        tape_text(tape, seen->records);
        tape_number(tape, seen->status);
        tape_number(tape, seen->suppressed);
    }
}

void report_tape_write_session(struct tape *tape, const struct archive_session *session)
{
    tape_text(tape, session->key);
    tape_text(tape, session->asked);
    tape_octets(tape, session->packed);
}

static const char *read_text(struct tape_reader *reader, struct arena *arena)
{
    return str_text(arena, tape_read_octets(reader));
}

static size_t read_count(struct tape_reader *reader)
{
    int64_t count = tape_read_number(reader);

    reader->failed |= count < 0 || (uint64_t)count > reader->left.len;
    return reader->failed ? 0 : (size_t)count;
}

static const char *const *read_words(struct tape_reader *reader, struct arena *arena, size_t *count)
{
    const char **all;

    *count = read_count(reader);
    all = ARENA_ARRAY(arena, const char *, *count + 1);
    for (size_t i = 0; i < *count; i++)
        all[i] = read_text(reader, arena);
    return all;
}

static struct seen read_seen(struct tape_reader *reader, struct arena *arena)
{
    struct seen seen = {.check = read_text(reader, arena)};
    int64_t status;

    seen.group = read_text(reader, arena);
    seen.key = read_text(reader, arena);
    seen.subject = read_text(reader, arena);
    seen.message = read_text(reader, arena);
    seen.records = read_text(reader, arena);
    status = tape_read_number(reader);
    reader->failed |= status < 0 || status >= STATUS_COUNT;
    seen.status = reader->failed ? UNKNOWN : (enum status)status;
    seen.suppressed = tape_read_number(reader) != 0;
    return seen;
}

static void read_sessions(struct tape_reader *reader, struct arena *arena, struct archive_sessions *out)
{
    struct archive_session *all = NULL, *more;

    *out = (struct archive_sessions){NULL, 0};
    while (tape_has_more(reader)) {
        more = arena_grown(arena, all, out->count, sizeof *more);
        if (more)
            all = more;
        all[out->count].key = read_text(reader, arena);
        all[out->count].asked = read_text(reader, arena);
        all[out->count++].packed = tape_read_octets(reader);
    }
    out->at = all;
}

static const struct seen_report *read_report(struct arena *arena, struct str octets, struct archive_sessions *sessions)
{
    struct seen_report *report = ARENA_NEW(arena, struct seen_report);
    struct tape_reader reader = tape_reader(octets);
    struct seen *all;

    report->domain = read_text(&reader, arena);
    report->started = read_text(&reader, arena);
    report->verdict = read_text(&reader, arena);
    report->only = read_words(&reader, arena, &report->only_count);
    report->skip = read_words(&reader, arena, &report->skip_count);
    report->finding_count = read_count(&reader);
    report->findings = all = ARENA_ARRAY(arena, struct seen, report->finding_count + 1);
    for (size_t i = 0; i < report->finding_count; i++)
        all[i] = read_seen(&reader, arena);
    read_sessions(&reader, arena, sessions);
    return reader.failed ? NULL : report;
}

const struct seen_report *report_tape_read(struct arena *arena, struct str octets, struct archive_sessions *sessions)
{
    const struct seen_report *volatile report = NULL;
    jmp_buf exhausted;

    if (setjmp(exhausted) == 0) {
        arena_on_exhausted(arena, &exhausted);
        report = read_report(arena, octets, sessions);
    }
    arena_on_exhausted(arena, NULL);
    return report;
}
