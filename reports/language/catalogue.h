/* reports/language/catalogue.h - the entries of a language, and which of them a text was made of. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/base/str.h"
#include "reports/language/language.h"

enum { ARGUMENTS_MAX = 12 };

enum argument_kind { ARGUMENT_ANY, ARGUMENT_WORD, ARGUMENT_DOTTED, ARGUMENT_NUMBER, ARGUMENT_TEXT, ARGUMENT_LIST };

struct argument {
    struct str name;
    enum argument_kind kind;
};

/* A template: literal, argument, literal, ..., literal. */
struct wording {
    struct str literals[ARGUMENTS_MAX + 1]; /* one more than arguments; any may be empty */
    size_t places[ARGUMENTS_MAX];           /* which argument of the entry stands behind the literal */
};

struct entry {
    struct wording from, to;
    struct argument arguments[ARGUMENTS_MAX]; /* in their order in English */
    size_t argument_count;
    size_t own;  /* octets of its own in English */
    size_t line; /* of the file */
};

/* Which entry takes the text, and with which arguments: as many as it has.  A quotation holds no quotation mark before
 * a blank or punctuation, unless lenient.  NULL: none, or it would take more steps than are left of *effort, from which
 * they go. */
const struct entry *entry_of(const struct language *, struct str text, bool is_lenient,
                             struct str arguments[ARGUMENTS_MAX], size_t *effort);
