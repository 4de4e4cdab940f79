/* core/derive/spf.c - check_host(): the evaluation of an SPF record for one sender.  (RFC 7208 4, 5.2, 6) */
#include "core/derive/spf.h"

#include "core/base/arena.h"
#include "core/base/name.h"
#include "core/derive/derived.h"
#include "core/derive/run.h"
#include "core/derive/spf_evaluation.h"

static const char *const words[] = {"none", "neutral", "pass", "fail", "softfail", "temperror", "permerror"};

const char *spf_word_text(enum spf_word word)
{
    return words[word];
}

/* ---- ends ---- */

void spf_end_with(struct evaluation *e, enum spf_word word, const char *why)
{
    e->result->word = word;
    e->result->why = why;
    e->over = true;
}

void spf_end_in_trouble(struct evaluation *e, const struct trouble *trouble, const char *what)
{
    e->result->trouble = *trouble;
    spf_end_with(e, SPF_TEMPERROR, str_printf(e->arena, "%s: %s", what, trouble->why));
}

/* ---- bookkeeping ---- */

void spf_note_key(struct evaluation *e, const char *key)
{
    if (e->result->evidence_count < KEYS_ROOM)
        e->keys[e->result->evidence_count++] = key;
}

void spf_note_step(struct evaluation *e, const struct spf_term *term)
{
    const struct frame *f = &e->frames[e->depth - 1];

    if (e->path_count < STEPS)
        e->path[e->path_count++] = (struct spf_step){f->domain, f->record, term};
}

bool spf_count_lookup(struct evaluation *e, const struct spf_term *term)
{
    if (++e->result->lookups <= SPF_LOOKUPS)
        return true;
    spf_note_step(e, term);
    spf_end_with(e, SPF_PERMERROR, str_printf(e->arena, "more than %d terms that cause lookups", (int)SPF_LOOKUPS));
    return false;
}

/* ---- records ---- */

/* What a frame's record amounts to before its first term. */
static void open_record(struct evaluation *e, struct frame *f, bool is_first)
{
    const struct spf_source *source = need_spf_source_for(e->run, e->question, f->domain);

    if (!source) {
        e->pending = true;
        return;
    }
    spf_note_key(e, source->answer->key);
    if (e->result->visited_count <= SPF_LOOKUPS)
        e->visited[e->result->visited_count++] = f->domain;
    switch (source->state) {
    case SPF_SOURCE_ABSENT:
        spf_end_with(e, is_first ? SPF_NONE : SPF_PERMERROR, str_printf(e->arena, "%s has no SPF record", f->domain));
        return;
    case SPF_SOURCE_SEVERAL:
        spf_end_with(e, SPF_PERMERROR, str_printf(e->arena, "%s has %zu SPF records", f->domain, source->record_count));
        return;
    case SPF_SOURCE_TROUBLE:
    case SPF_SOURCE_TOO_LARGE:
        spf_end_in_trouble(e, &source->trouble, source->answer->key);
        return;
    case SPF_SOURCE_FOUND:
        break;
    }
    f->record = source->record;
    f->next = 0;
    for (size_t i = 0; i < f->record->count && !e->over; i++) {
        if (f->record->terms[i].fault) {
            spf_note_step(e, &f->record->terms[i]);
            spf_end_with(
                e, SPF_PERMERROR,
                str_printf(e->arena, "%s: %s", f->domain, spf_fault_text(e->arena, f->record, &f->record->terms[i])));
        }
    }
}

/* include and redirect: both go to another record. */
static void go_to(struct evaluation *e, const struct spf_term *term)
{
    struct frame *f = &e->frames[e->depth - 1];
    struct str octets;
    const char *name;

    if (!spf_count_lookup(e, term) || spf_is_of_a_sender(e, term) || !spf_target_of(e, f, term, &name, &octets))
        return;
    spf_note_step(e, term);
    if (!name) {
        spf_end_with(e, SPF_PERMERROR, "the name that it leads to cannot be asked for");
        return;
    }
    if (term->kind == SPF_TERM_INCLUDE) {
        f = &e->frames[e->depth++];
        f->path_base = e->path_count;
    }
    f->domain = name;
    f->octets = octets;
    open_record(e, f, false);
}

static enum spf_word word_of(char qualifier)
{
    switch (qualifier) {
    case '-':
        return SPF_FAIL;
    case '~':
        return SPF_SOFTFAIL;
    case '?':
        return SPF_NEUTRAL;
    default:
        return SPF_PASS;
    }
}

/* The record of the topmost frame came to a word.  RFC 7208 5.2: an include matches when that is pass. */
static void leave(struct evaluation *e, enum spf_word word)
{
    while (e->depth > 1) {
        const struct frame *parent = &e->frames[--e->depth - 1];

        if (word != SPF_PASS) {
            e->path_count = e->frames[e->depth].path_base - 1; /* without the include itself */
            return;
        }
        word = word_of(parent->record->terms[parent->next - 1].qualifier);
    }
    spf_end_with(e, word, NULL);
}

static void step(struct evaluation *e)
{
    struct frame *f = &e->frames[e->depth - 1];
    const struct spf_term *term;

    if (f->next == f->record->count) {
        const struct spf_term *redirect = f->record->redirect;
        bool is_followed = redirect && !redirect->dead;

        if (is_followed)
            go_to(e, redirect);
        if (!e->over && (!is_followed || spf_is_of_a_sender(e, redirect)))
            leave(e, SPF_NEUTRAL); /* RFC 7208 4.7 */
        return;
    }
    term = &f->record->terms[f->next++];
    if (!spf_term_is_mechanism(term) || term->dead)
        return;
    if (term->kind == SPF_TERM_INCLUDE) {
        go_to(e, term);
        return;
    }
    if (!spf_mechanism_matches(e, f, term)) {
        if (e->over && (!e->path_count || e->path[e->path_count - 1].term != term))
            spf_note_step(e, term); /* the term that went wrong */
        return;
    }
    spf_note_step(e, term);
    leave(e, word_of(term->qualifier));
}

/* ---- exp= ---- */

/* RFC 7208 6.2: any trouble on the way means that there is no explanation. */
static void explain(struct evaluation *e)
{
    const struct frame *f = &e->frames[0];
    const struct spf_term *exp = f->record->exp;
    const struct dns_answer *answer;
    const char *name, *why;
    struct str octets, text;
    size_t at;

    if (!exp || !spf_target_of(e, f, exp, &name, &octets) || !name)
        return;
    answer = spf_ask(e, name, DNS_TXT);
    if (!answer || answer->status != DNS_OK || answer->count != 1)
        return;
    text = answer->records[0].txt.joined;
    if (!spf_macro_check(text, SPF_IN_EXPLANATION, &at, &why))
        return;
    e->values.domain = f->octets;
    if (spf_macro_uses(text) & SPF_USES_TIME) {
        const int64_t *now = need_now(e->run);

        e->pending |= !now;
        e->values.now_s = now ? *now : 0;
    }
    if ((spf_macro_uses(text) & SPF_USES_PTR_NAME) && !spf_set_ptr_name(e, f->domain))
        return;
    if (spf_macro_expand(e->arena, text, SPF_IN_EXPLANATION, &e->values, &e->result->explanation))
        spf_note_key(e, answer->key);
}

/* ---- check_host() ---- */

/* RFC 7208 4.3: not even asked for. */
static bool is_domain(struct run *run, const char *name)
{
    return name_labels(name) >= 2 && spf_name_text(run_arena(run), spf_name_octets(run_arena(run), name));
}

static const struct spf_result *evaluate(struct run *run, const struct spf_question *question, size_t void_limit)
{
    struct arena *arena = run_arena(run);
    struct evaluation *e = ARENA_NEW(arena, struct evaluation);

    *e = (struct evaluation){.run = run, .arena = arena, .question = question, .void_limit = void_limit};
    e->voids = ARENA_ARRAY(arena, const char *, VOIDS_ROOM);
    e->visited = ARENA_ARRAY(arena, const char *, SPF_LOOKUPS + 1);
    e->keys = ARENA_ARRAY(arena, const char *, KEYS_ROOM);
    e->result = ARENA_NEW(arena, struct spf_result);
    spf_values_of(run, question, &e->values);
    e->depth = 1;
    e->frames[0] = (struct frame){.domain = name_lower(arena, question->domain), .octets = e->values.domain};
    if (!is_domain(run, question->domain))
        spf_end_with(e, SPF_NONE, "not a domain name that can have a record");
    else
        open_record(e, &e->frames[0], true);
    while (!e->over && !e->pending)
        step(e);
    if (e->over && e->result->word == SPF_FAIL && question->explain)
        explain(e);
    if (e->pending)
        return NULL;
    e->result->path = e->path;
    e->result->path_count = e->path_count;
    e->result->voids = e->voids;
    e->result->visited = e->visited;
    e->result->evidence = e->keys;
    e->result->lenient = e->result->word;
    return e->result;
}

static const void *derive_result(struct run *run, const void *argument)
{
    struct spf_question copy = spf_question_copy(run_arena(run), argument), *question = &copy;
    const struct spf_tree *tree = need_spf_tree(run, question); /* asks for what the records name */
    const struct spf_result *strict = evaluate(run, question, SPF_VOIDS), *lenient;
    struct spf_result *result;

    if (!strict || !tree->complete)
        return NULL;
    if (!strict->by_void_limit)
        return strict;
    lenient = evaluate(run, question, SIZE_MAX);
    if (!lenient)
        return NULL;
    result = ARENA_NEW(run_arena(run), struct spf_result);
    *result = *strict;
    result->lenient = lenient->word;
    result->voids = lenient->voids;
    result->void_count = lenient->void_count;
    return result;
}

const struct spf_result *need_spf(struct run *run, const struct spf_question *question)
{
    static const struct derivation result = {"SPF result", derive_result};

    return need_derived(run, &result, spf_question_text(run_arena(run), question), question);
}
