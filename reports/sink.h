/* reports/sink.h - the only way out for a report: bytes are encoded for the language that the report is written in.
 *
 * Whatever a peer said may stand in a finding, so everything that is not a literal of our own source is encoded:
 * sink_literal() takes string literals only (anything else does not compile), all other calls encode.  Three steps:
 *
 *   visible    every language: valid UTF-8 that can be seen passes; C0 (LF and TAB among it), DEL, C1, bidi
 *              controls, other code points without a picture of their own, and bytes that are not UTF-8 become \xNN,
 *              byte by byte.  Doing it twice changes nothing, so text that was measured or wrapped may pass again.
 *   language   what would end the text, or begin something else, is spelled as the language has it.
 *   commands   logs of CI systems obey "##[error]", "##vso[" and "##teamcity[" wherever they stand, and "::error::"
 *              where a line begins: the second "#" in a row, and a ":" before which there is nothing in its line, are
 *              spelled.  In every language, for nobody knows what prints a report into a log.
 *
 * JSON is printed by cJSON from strings that were made visible before (sink_visible()), since cJSON copies bytes
 * unchecked; sink_json() lets what it printed pass, and spells what should not be there as \u escapes.
 *
 * A sink with a translator says literals and sink_text() in its language; what a peer said alone goes through
 * sink_bytes() or sink_quote(), for nobody may have words put into his mouth.
 *
 * The first write error is kept (ENOSPC, EPIPE, ...), everything after it is swallowed, and sink_finish() tells.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "core/base/str.h"

struct translator;

enum sink_language {
    SINK_TEXT,
    SINK_HTML,            /* and XML: text and attributes alike */
    SINK_JSON,            /* within a string */
    SINK_CSV,             /* within quotes (RFC 4180) */
    SINK_MARKDOWN,        /* within a code span: markdown_code() */
    SINK_GITHUB,          /* message of a workflow command */
    SINK_GITHUB_PROPERTY, /* value of one of its properties */
    SINK_NAGIOS,          /* before the bar that begins performance data */
    SINK_LANGUAGE_COUNT
};

struct sink {
    FILE *out; /* borrowed */
    enum sink_language language;
    int error; /* errno of the first failure; 0 */
    size_t written;      /* bytes */
    bool ascii;          /* what is not ASCII is spelled, too: for terminals that have nothing else */
    bool line_has_begun; /* something other than blanks was written since the last line end */
    char last;           /* byte that was written */
    const struct translator *translator; /* of what is said, borrowed; NULL: English */
    bool in_tag, is_read_out, in_style;  /* HTML, with a translator: where the literals have come to */
};

struct sink sink_to(FILE *, enum sink_language);
int sink_finish(struct sink *);           /* flushes; 0, or the errno of the first failure */
void sink_fail(struct sink *, int error); /* marks a failure from elsewhere; the first one is kept */

#define sink_literal(sink, literal) sink_literal_bytes((sink), "" literal "", sizeof("" literal "") - 1)
void sink_literal_bytes(struct sink *, const char *, size_t); /* for the macro only */

/* "name": "value" of a JSON object, and a comma if more follows */
void sink_member(struct sink *, const char *name, const char *value, bool is_last);
void sink_text(struct sink *, const char *text);  /* of ours: in the language of the sink's translator */
void sink_bytes(struct sink *, struct str);       /* of a peer, or translated already: as they are */
const char *sink_said(const struct sink *, const char *text); /* as sink_text() says it: to be measured */
void sink_quote(struct sink *, const char *text); /* the same for a C string */
void sink_number(struct sink *, long long);
void sink_json(struct sink *, const char *printed); /* SINK_JSON: what cJSON printed without formatting it */

/* Text made visible, and how many columns of a terminal it takes. */
const char *sink_visible(struct arena *, struct str);
const char *sink_visible_text(struct arena *, const char *text); /* itself where all of it is visible ASCII */
const char *sink_visible_ascii(struct arena *, const char *visible); /* what is not ASCII spelled, too */
size_t sink_columns(const char *visible, size_t bytes);
