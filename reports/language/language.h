/* reports/language/language.h - reports in another language than English.
 *
 * Sentences are judged, compared and kept in English, wherever they come from: a probe, a recording, the JSON of a
 * baseline.  Only a report for people is translated, text by text, when it is printed.  A language is a catalogue,
 * NAME.words in this folder, of entries that are templates; the program holds the bytes of all and reads one where it
 * is asked for.
 *
 *     {address} has no PTR record
 *         {address} hat keinen PTR-Eintrag
 *
 * The English stands at the beginning of a line, the translation below it behind four blanks; "#" begins a comment.
 * Arguments have the same names in both lines.  What a name begins with says what the argument may be:
 *
 *     name host address domain target selector check   one word, without blanks
 *     fqdn                                      one word with a dot in it
 *     count number                              digits
 *     why what                                  a text of ours, which is translated in turn; may be empty
 *     list                                      texts of ours or names, joined by "; " or ", ", with "and N more"
 *     anything else                             any bytes, kept as they are: what a peer said, for one
 *
 * A literal brace is doubled.  Of several entries that take a text the one with the most octets of its own wins.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/base/str.h"

struct arena;
struct language;

/* The catalogue of a language that the program holds; {NULL, 0}: none of that tag ("de"). */
struct str language_words(const char *tag);
const char *language_tags(void); /* "en, de" */

/* Borrows the words.  Entries that are not well-formed are left out. */
const struct language *language_read(struct arena *, const char *tag, struct str words);
const char *language_tag(const struct language *);
size_t language_entries(const struct language *);
size_t language_left_out(const struct language *);

struct translator {
    const struct language *language; /* NULL: English */
    struct arena *arena;             /* of what is translated */
    bool ascii;                      /* the language's own words are spelled in ASCII, as far as it has a way to */
    /* For tests: is told what each text says in the language, and of each part that stays English, with NULL for what
     * it says.  NULL: nobody is. */
    void (*hears)(void *context, const char *text, const char *said);
    void *context;
};

/* The text in the language of the translator, where a text or a part of it has no entry as it is.  The work is bounded,
 * whatever a peer has put into the text. */
const char *in_language(const struct translator *, const char *text);
const char *entry_in_language(const struct translator *, const char *text); /* as a whole; NULL: it has no entry */
