/* core/derive/dkim.h - can mail be signed for the audited domain?
 * As far as its declared selectors tell: others cannot be found. */
#pragma once

#include <stdbool.h>

struct arena;
struct dns_answer;
struct run;

/* People copy the whole name: "s1" of "s1._domainkey.example.org". */
const char *dkim_selector_alone(struct arena *, const char *given);

/* Of the texts of an answer: is one a key that verifiers can use?  Have two answers the same, in any order? */
bool dkim_has_usable_key(struct arena *, const struct dns_answer *);
bool dkim_same_texts(const struct dns_answer *, const struct dns_answer *);

/* Answers for a selector that nobody has, to know a wildcard by; NULL: on its way. */
const struct dns_answer *need_nobodys_selector(struct run *);

enum dkim_presence {
    DKIM_PENDING,
    DKIM_UNKNOWN, /* no selector is declared, or not every one had an answer */
    DKIM_PRESENT, /* one at least has a key that verifiers can use */
    DKIM_ABSENT,
};

enum dkim_presence need_dkim_presence(struct run *);
