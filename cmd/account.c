/* cmd/account.c - makes accounts of results, and tapes of accounts. */
#include "cmd/account.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/archive/report_tape.h"
#include "cmd/baseline.h"
#include "cmd/io/progress.h"
#include "cmd/io/sheets.h"
#include "cmd/options/settings.h"
#include "core/audit/earlier.h"
#include "core/audit/recording.h"
#include "core/base/arena.h"
#include "core/base/date.h"
#include "core/base/gzip.h"
#include "core/base/limits.h"
#include "core/facts/evidence.h"
#include "core/result/gate.h"
#include "core/result/result.h"

enum { BASELINE_BYTES = JSON_BYTES * 2, PIECES_MAX = 1024 };

static bool is_starved(const struct result *result)
{
    bool starved = result->out_of_memory;

    for (size_t i = 0; i < result->finding_count && !starved; i++)
        starved = result->findings[i]->status == UNKNOWN && (result->findings[i]->reason == REASON_RESOURCES ||
                                                             result->findings[i]->reason == REASON_WORKER_CRASHED);
    return starved;
}

/* What this machine lacked is worth another audit. */
static void keep(struct account *account, const struct result *result)
{
    char *text = recording_write(result), *packed = NULL;
    size_t size = 0;

    if (text && strlen(text) > JSON_BYTES)
        account->keep_error = EFBIG; /* it could not be read again */
    else if (!text || !(packed = gzip_pack(str_of(text), &size)))
        account->keep_error = ENOMEM;
    else
        account->kept = (struct tape){.at = packed, .size = size, .room = size};
    free(text);
}

/* Those that this audit had itself: others have kept theirs. */
static void keep_sessions(struct tape *tape, struct arena *arena, const struct result *result)
{
    const int64_t now_s = result->started_s + result->elapsed_ms / 1000 + 1;

    for (size_t i = 0; i < result->evidence_count; i++) {
        struct archive_session session = {.key = result->evidence[i]->text};
        int64_t asked_s = 0;
        char *packed = earlier_pack(result->evidence[i], result->started_s, now_s, &session.packed.len, &asked_s);

        session.packed.at = packed;
        session.asked = packed ? date_text(arena, asked_s) : "";
        if (packed)
            report_tape_write_session(tape, &session);
        free(packed);
    }
}

static void see(struct account *account, struct arena *arena, const struct seen_report *now,
                const struct result *result)
{
    if (now) {
        report_tape_write(&account->seen, now);
        keep_sessions(&account->seen, arena, result);
    }
    account->is_unseen = !now || account->seen.failed;
    if (account->is_unseen)
        tape_free(&account->seen);
}

static void judge(struct account *account, const struct account_plan *plan, const struct result *result,
                  struct arena *arena)
{
    const struct seen_report *now = arena && !result->out_of_memory ? baseline_see(arena, result) : NULL;
    struct gate gate = plan->settings->gate;
    struct gate_outcome outcome;

    if (plan->baseline && now)
        gate.difference = baseline_compare(arena, plan->baseline, now);
    if (plan->is_stored)
        see(account, arena, now, result);
    account->is_uncompared = plan->baseline && !gate.difference;
    outcome = gate_judge(&gate, result);
    account->fails = outcome.fails;
    account->undecided = outcome.undecided;
    sheets_render(plan->sheets, result, &gate, plan->number, account->pieces);
}

struct account *account_of(const struct account_plan *plan, const struct result *result)
{
    struct account *account = calloc(1, sizeof *account);
    struct arena *arena = plan->baseline || plan->is_stored ? arena_new(BASELINE_BYTES) : NULL;

    if (account)
        account->pieces = calloc(sheets_piece_count(plan->sheets), sizeof *account->pieces);
    if (account && account->pieces) {
        account->piece_count = sheets_piece_count(plan->sheets);
        account->verdict = result->verdict;
        account->warned = result->counts[WARN] || result->counts[FAIL];
        account->is_starved = is_starved(result);
        account->is_out_of_memory = result->out_of_memory;
        account->is_out_of_time = result->out_of_time;
        progress_reasons(result, account->undecided_for);
        if (result->out_of_memory)
            account->undecided_for[REASON_RESOURCES] = true;
        judge(account, plan, result, arena);
        if (plan->is_kept && (!account->is_starved || plan->keeps_starved))
            keep(account, result);
    } else {
        account_free(account);
        account = NULL;
    }
    arena_free(arena);
    return account;
}

size_t account_bytes(const struct account *account)
{
    size_t bytes = sizeof *account + account->kept.room;

    for (size_t i = 0; i < account->piece_count; i++)
        bytes += account->pieces[i].tape.room;
    return bytes;
}

void account_free(struct account *account)
{
    if (!account)
        return;
    for (size_t i = 0; i < account->piece_count; i++)
        piece_free(&account->pieces[i]);
    free(account->pieces);
    tape_free(&account->kept);
    tape_free(&account->seen);
    free(account->unfit);
    free(account);
}

/* ---- as a tape ---- */

static struct str whole(const struct tape *tape)
{
    return (struct str){tape->at, tape->size};
}

void account_write(const struct account *account, struct tape *tape)
{
    const bool flags[] = {account->fails,         account->undecided,        account->warned,
                          account->is_starved,    account->is_out_of_memory, account->is_out_of_time,
                          account->is_uncompared, account->is_restored};

    tape_number(tape, account->verdict);
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        tape_number(tape, flags[i]);
    for (size_t i = 0; i < REASON_COUNT; i++)
        tape_number(tape, account->undecided_for[i]);
    tape_text(tape, account->unfit);
    tape_octets(tape, whole(&account->kept));
    tape_number(tape, account->keep_error);
    tape_octets(tape, whole(&account->seen));
    tape_number(tape, account->is_unseen);
    tape_number(tape, (int64_t)account->piece_count);
    for (size_t i = 0; i < account->piece_count; i++) {
        tape_octets(tape, whole(&account->pieces[i].tape));
        tape_number(tape, account->pieces[i].error);
    }
}

static bool read_into(struct tape_reader *reader, struct tape *tape)
{
    struct str octets = tape_read_octets(reader);

    if (!octets.len)
        return true;
    *tape = (struct tape){.at = malloc(octets.len), .size = octets.len, .room = octets.len};
    if (tape->at)
        memcpy(tape->at, octets.at, octets.len);
    return tape->at;
}

/* False: no memory. */
static bool read_unfit(struct tape_reader *reader, struct account *account)
{
    struct str text = tape_read_octets(reader);

    if (!text.len)
        return true;
    account->unfit = strndup(text.at, text.len);
    return account->unfit;
}

static bool read_pieces(struct tape_reader *reader, struct account *account)
{
    int64_t count = tape_read_number(reader);

    if (count < 0 || count > PIECES_MAX)
        return false;
    account->pieces = calloc((size_t)count + 1, sizeof *account->pieces);
    if (!account->pieces)
        return false;
    for (; account->piece_count < (size_t)count; account->piece_count++) {
        struct piece *piece = &account->pieces[account->piece_count];

        if (!read_into(reader, &piece->tape))
            return false;
        piece->error = (int)tape_read_number(reader);
    }
    return true;
}

struct account *account_read(struct tape_reader *reader)
{
    struct account *account = calloc(1, sizeof *account);
    int64_t verdict = tape_read_number(reader);
    bool is_read = account && verdict >= 0 && verdict < VERDICT_COUNT;

    if (is_read) {
        bool *const flags[] = {&account->fails,         &account->undecided,        &account->warned,
                               &account->is_starved,    &account->is_out_of_memory, &account->is_out_of_time,
                               &account->is_uncompared, &account->is_restored};

        account->verdict = (enum verdict)verdict;
        for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
            *flags[i] = tape_read_number(reader) != 0;
        for (size_t i = 0; i < REASON_COUNT; i++)
            account->undecided_for[i] = tape_read_number(reader) != 0;
        is_read = read_unfit(reader, account) && read_into(reader, &account->kept);
        account->keep_error = (int)tape_read_number(reader);
        is_read = is_read && read_into(reader, &account->seen);
        account->is_unseen = tape_read_number(reader) != 0;
        is_read = is_read && read_pieces(reader, account) && !reader->failed;
    }
    if (is_read)
        return account;
    account_free(account);
    return NULL;
}
