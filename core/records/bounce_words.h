/* core/records/bounce_words.h - the words of a rejection, and what they speak of.
 *
 * Receivers say one thing in many ways and languages.  bounce_words.def sorts words into classes (PTR, SENDER, NO,
 * ...); here a text becomes a list of its words with their classes, sentence by sentence.  Numbers, codes, mail
 * addresses and what stands behind a key ("helo=<mx1>") are no words; of host names and links only the names of public
 * block lists count.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "core/base/str.h"

struct arena;
struct bounce_lexicon;

enum word_class {
#define WORDS(class, words) WORD_##class,
#include "core/records/bounce_words.def"
#undef WORDS
    WORD_ADDRESS, /* an IP address */
    WORD_CLASS_COUNT
};

#define WORD_BIT(class) (UINT64_C(1) << WORD_##class)

struct bounce_word {
    uint64_t classes; /* WORD_BIT() */
    uint32_t sentence; /* from 0 */
};

/* In the arena.  To be made once for many texts. */
const struct bounce_lexicon *bounce_lexicon_new(struct arena *);

/* Every word of `text`, any bytes, words of no class left out; *out in the arena. */
size_t bounce_words_of(const struct bounce_lexicon *, struct arena *, struct str text, const struct bounce_word **out);
