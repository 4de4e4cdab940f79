/* core/derive/spf_evaluation.h - an evaluation of check_host() under way; for spf.c and spf_mechanism.c only. */
#pragma once

#include "core/base/limits.h"
#include "core/derive/spf.h"
#include "core/records/spf_macro.h"

/* A record under evaluation.  redirect= takes the place of the record that names it, include goes one deeper. */
struct frame {
    const char *domain;
    struct str octets; /* of the domain */
    const struct spf_record *record;
    size_t next;      /* term */
    size_t path_base; /* steps that lead here */
};

enum { FRAMES = SPF_LOOKUPS + 1, STEPS = SPF_LOOKUPS + 2, VOIDS_ROOM = 128, KEYS_ROOM = 64 };

struct evaluation {
    struct run *run;
    struct arena *arena;
    const struct spf_question *question;
    struct spf_macro_values values;
    size_t void_limit;
    struct frame frames[FRAMES];
    size_t depth; /* frames in use */
    struct spf_step path[STEPS];
    size_t path_count;
    const char **voids, **visited, **keys;
    struct spf_result *result;
    bool pending; /* something that is needed is on its way */
    bool over;    /* result->word is final */
};

/* Both end the evaluation. */
void spf_end_with(struct evaluation *, enum spf_word, const char *why);
void spf_end_in_trouble(struct evaluation *, const struct trouble *, const char *what);

void spf_note_key(struct evaluation *, const char *key);
void spf_note_step(struct evaluation *, const struct spf_term *);
/* RFC 7208 4.6.4: the term counts when it is evaluated.  False: it is one too many. */
bool spf_count_lookup(struct evaluation *, const struct spf_term *);

const struct dns_answer *spf_ask(struct evaluation *, const char *name, enum dns_type); /* NULL: `pending` is set */
/* Asked for a stranger, where each sender has a name of its own?  Nobody knows what is there: it does not match. */
bool spf_is_of_a_sender(const struct evaluation *, const struct spf_term *);
/* %{p}: the domain itself if validated, else a name below it, else any.  (RFC 7208 7.3)  False: on its way. */
bool spf_set_ptr_name(struct evaluation *, const char *domain);
/* The name that a term is about; false: pending, or over.  *name is NULL where it cannot be asked for. */
bool spf_target_of(struct evaluation *, const struct frame *, const struct spf_term *, const char **name,
                   struct str *octets);
/* Of terms that need no further record.  Look at `pending` and `over` first. */
bool spf_mechanism_matches(struct evaluation *, const struct frame *, const struct spf_term *);
