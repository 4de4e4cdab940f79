/* reports/notices.h - what a machine is told of a result: findings that are no pass, each cause once, the worst first.
 *
 * What is undecided in consequence of another finding is told by that one, so a blocked port is one notice and not one
 * for each check that needed it.  Everything points into the result or into the arena.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/result/gate.h"
#include "core/result/result.h"

struct arena;

struct notice {
    const struct finding *finding; /* FAIL, WARN, UNKNOWN or NOTE */
    size_t followers;              /* undecided because this is, and told by it */
    bool fails;                    /* counts for exit status 1 */
    bool undecided;                /* counts for exit status 3, itself or one of its followers */
};

struct notices {
    const struct notice *at; /* first those that count; by status (suppressed: as a note); as in the result */
    size_t count;
    struct gate_outcome outcome;
};

struct notices notices_of(struct arena *, const struct result *, const struct gate *);

/* Is it a fault, suppressed or not, or in the way of a verdict?  Formats that raise an alarm for every entry leave the
 * rest out: notes, and what is unknown where it could not have failed. */
bool notice_alarms(const struct notice *);

/* A fault that fails the run, or would if it were asked to; not one that is suppressed, or that a baseline knows. */
bool finding_is_error(const struct gate *, const struct result *, const struct finding *);

/* Is it about what could not be decided?  So it is, too, where it tells nothing amiss and others follow from it: no
 * IPv6 here, which is a note. */
bool notice_is_open(const struct notice *);

/* The message, with what follows from it: "...; 12 more checks are undecided because of this". */
const char *notice_text(struct arena *, const struct notice *);

/* With what it is about: "DOMAIN: SUBJECT: ...", or "DOMAIN: SUBJECT could not be decided: ..."; with_check: the
 * check's name stands before the subject. */
const char *notice_sentence(struct arena *, const struct result *, const struct notice *, bool with_check);

/* "FAIL ptr.fcrdns 192.0.2.1: TEXT" */
const char *finding_line(struct arena *, const struct finding *, const char *text);

/* The file of the user that speaks of the finding, and the line: what he will change.  It is the finding's own line, or
 * that of its suppression, or that of the domain's section; where there is none, the domain stands in for a file, since
 * most formats must name one. */
struct place {
    const char *file;
    size_t line; /* from 1 */
    bool known;
};
struct place place_of(struct arena *, const struct result *, const struct finding *);

/* "FILE:LINE" of the finding itself, its suppression's where it has none; NULL: only an option, or nothing, says it. */
const char *finding_place(const struct finding *);

/* A result about which nothing at all is known has no findings: one that says so, NULL for every other result. */
const struct finding *nothing_known(struct arena *, const struct result *);

/* What a list of all findings says of one: its message, or from which it follows. */
const char *finding_text(struct arena *, const struct result *, const struct finding *);
