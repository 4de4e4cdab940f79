/* reports/reporter.h - how a result becomes a document.
 *
 * A reporter streams: begin, one result after the other, end.  It keeps no result, so a document may be about any
 * number of domains.  What it writes goes through a sink; what it allocates lives until its call returns.
 *
 * One result is two steps.  `one` looks at the result and at nothing else of the report: what it writes, and what the
 * report has to remember, goes onto a tape, the piece.  `take` has the piece, and not the result: it puts what was
 * written into the document, with what depends on the results before it, and remembers.  So pieces can be made where
 * results are, in another process even, and be taken in any order.
 *
 *     struct report report;
 *     report_begin(&report, reporter_by_suffix("out.html"), stdout, &(struct report_options){.width = 80});
 *     report_one(&report, result, &gate);
 *     int error = report_end(&report);        an errno: ENOSPC, EPIPE, ENOMEM, ...
 *
 * A new format is a file with one descriptor, and its line in formats.def.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "core/base/tape.h"
#include "core/result/gate.h"
#include "core/result/result.h"
#include "reports/language/language.h"
#include "reports/sink.h"

struct arena;
struct cJSON;
struct report;

struct report_options {
    bool colour;    /* text: colour codes; the caller looks at the terminal and at NO_COLOR */
    bool utf8;      /* text: symbols and rules in UTF-8 instead of ASCII; the caller looks at the locale */
    unsigned width; /* text: columns; 0: 80 */
    bool several;   /* more than one result may come */
    bool logos;     /* html: of several results one may have a logo */
    bool quiet;     /* text, lines: the verdict only */
    unsigned verbose; /* text: 1: passes and notes too, and each of several domains in full; 2: evidence too */
    bool compact; /* json, jsonl: verdict, causes and the findings that matter */
    const struct language *language; /* of reports for people; NULL: English */
    void (*hears)(void *context, const char *text, const char *said); /* as a translator's; NULL */
    void *hears_context;
    bool what_counts; /* lines: only what decides about the exit status */
    const char *index; /* html: the file beside it that leads to this page and others; NULL */
};

struct reporter {
    bool is_translated; /* for people, in the language that they ask for */
    const char *name;   /* of --format */
    const char *suffix; /* of -o, with the dot; NULL: by name only */
    const char *summary;
    enum sink_language language;
    bool is_printed; /* what it writes is a page, of which a browser makes the document: the caller calls it */
    void (*begin)(struct report *);
    void (*one)(struct report *, const struct result *);
    void (*take)(struct report *); /* NULL: what was written is all */
    void (*end)(struct report *);
    void (*drop)(
        struct report *); /* after each of these, also when it was left half-way: frees what no arena owns; NULL */
};

struct report {
    struct translator translator;
    const struct reporter *reporter;
    struct report_options options;
    struct sink sink;
    struct arena *arena; /* of one call */
    struct arena *kept;  /* until the end: for an index of the domains */
    void *own;           /* what the reporter remembers, in `kept`; NULL at first */
    bool is_cut_short;   /* results are missing; whoever knows sets it before the end */
    size_t results;      /* before this one */
    size_t verdicts[VERDICT_COUNT];

    /* In `one` */
    struct cJSON *document;  /* while json.c builds it */
    const struct gate *gate; /* of this result: its findings that count */
    size_t number;           /* of this result, for anchors; from 1, and no other has it */
    struct tape *piece;
    char *const *written; /* by the sink: open_memstream() */
    const size_t *written_size;
    size_t handed; /* of it */

    /* In `take` */
    struct tape_reader taken;
    const struct target *target;
    enum verdict verdict;
};

extern const struct reporter *const reporters[]; /* in order of --help, NULL at the end */

const struct reporter *reporter_by_name(const char *name);        /* NULL: none */
const struct reporter *reporter_by_suffix(const char *file_name); /* NULL: none */

/* For reporters.  In `one`: onto the piece. */
void hand_number(struct report *, int64_t);
void hand_text(struct report *, const char *); /* NULL as "" */
void hand_written(struct report *);            /* what the sink has written since the last time */
/* In `take`, in the same order. */
int64_t taken_number(struct report *);
size_t taken_index(struct report *, size_t count); /* a number below count; 0 where it is none */
const char *taken_text(struct report *);           /* in report->arena */
void write_taken(struct report *);
void pass_taken(struct report *); /* what was written is left out */
bool take_more(const struct report *);

/* A text of ours in the language of the report, for who has to know its length; sink_text() does that by itself. */
const char *report_said(struct report *, const char *text);

void report_begin(struct report *, const struct reporter *, FILE *, const struct report_options *);
void report_one(struct report *, const struct result *, const struct gate *); /* what decides about the domain */
/* The same in two steps. */
struct piece {
    struct tape tape;
    int error; /* errno of what went wrong; 0 */
};
struct piece report_render(struct report *, const struct result *, const struct gate *, size_t number);
void report_take(struct report *, const struct target *, enum verdict, const struct piece *);
void piece_free(struct piece *);
int report_end(struct report *); /* flushes; 0, or the errno of what went wrong first.  The stream stays open. */
