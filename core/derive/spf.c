/* core/derive/spf.c - check_host(): the evaluation of an SPF record for one sender.  (RFC 7208 4, 5, 6) */
#include "core/derive/spf.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/name.h"
#include "core/derive/derived.h"
#include "core/derive/run.h"
#include "core/records/spf_macro.h"

static const char *const words[] = {"none", "neutral", "pass", "fail", "softfail", "temperror", "permerror"};

const char *spf_word_text(enum spf_word word)
{
    return words[word];
}

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

/* ---- ends ---- */

static void end_with(struct evaluation *e, enum spf_word word, const char *why)
{
    e->result->word = word;
    e->result->why = why;
    e->over = true;
}

static void end_in_trouble(struct evaluation *e, const struct trouble *trouble, const char *what)
{
    e->result->trouble = *trouble;
    end_with(e, SPF_TEMPERROR, str_printf(e->arena, "%s: %s", what, trouble->why));
}

/* ---- bookkeeping ---- */

static void note_key(struct evaluation *e, const char *key)
{
    if (e->result->evidence_count < KEYS_ROOM)
        e->keys[e->result->evidence_count++] = key;
}

static void note_step(struct evaluation *e, const struct spf_term *term)
{
    const struct frame *f = &e->frames[e->depth - 1];

    if (e->path_count < STEPS)
        e->path[e->path_count++] = (struct spf_step){f->domain, f->record, term};
}

/* RFC 7208 4.6.4: the term counts when it is evaluated.  False: it is one too many. */
static bool count_lookup(struct evaluation *e, const struct spf_term *term)
{
    if (++e->result->lookups <= SPF_LOOKUPS)
        return true;
    note_step(e, term);
    end_with(e, SPF_PERMERROR, str_printf(e->arena, "more than %d terms that cause lookups", (int)SPF_LOOKUPS));
    return false;
}

static bool is_void(const struct dns_answer *answer)
{
    return answer->status == DNS_NODATA || answer->status == DNS_NXDOMAIN;
}

static void count_void(struct evaluation *e, const char *name, const char *type)
{
    if (e->result->void_count < VOIDS_ROOM)
        e->voids[e->result->void_count++] = str_printf(e->arena, "%s/%s", name, type);
    if (e->result->void_count > e->void_limit) {
        e->result->by_void_limit = true;
        end_with(e, SPF_PERMERROR, str_printf(e->arena, "more than %d lookups that find nothing", (int)SPF_VOIDS));
    }
}

/* ---- names ---- */

static const char *const too_many_macros = "more macros in one term than are expanded";

static bool uses(const struct spf_term *term, unsigned what)
{
    return term->has_spec && (spf_macro_uses(term->spec) & what);
}

/* %{p}: the domain itself if validated, else a name below it, else any.  (RFC 7208 7.3)  False: on its way. */
static bool set_ptr_name(struct evaluation *e, const char *domain)
{
    const struct spf_ptr_names *names = need_spf_ptr_names(e->run, &e->question->ip);
    const char *best = NULL;

    e->values.ptr_name = (struct str){NULL, 0};
    if (!names) {
        e->pending = true;
        return false;
    }
    for (size_t i = 0; i < names->count; i++) {
        if (name_equal(names->names[i], domain)) {
            best = names->names[i];
            break;
        }
        if (!best || (name_is_under(names->names[i], domain) && !name_is_under(best, domain)))
            best = names->names[i];
    }
    if (best)
        e->values.ptr_name = spf_name_octets(e->arena, best);
    return true;
}

/* The name that a term is about; false: pending, or over.  *name is NULL where it cannot be asked for. */
static bool target_of(struct evaluation *e, const struct frame *f, const struct spf_term *term, const char **name,
                      struct str *octets)
{
    *name = f->domain;
    *octets = f->octets;
    if (!term->has_spec)
        return true;
    e->values.domain = f->octets;
    if (uses(term, SPF_USES_PTR_NAME) && !e->question->stranger && !set_ptr_name(e, f->domain))
        return false;
    if (!spf_name_expand(e->arena, term->spec, &e->values, octets)) {
        note_step(e, term);
        end_with(e, SPF_PERMERROR, too_many_macros);
        return false;
    }
    *name = spf_name_text(e->arena, *octets);
    return true;
}

/* ---- mechanisms ---- */

static const struct dns_answer *ask(struct evaluation *e, const char *name, enum dns_type type)
{
    const struct dns_answer *answer = need_dns(e->run, name, type);

    if (!answer)
        e->pending = true;
    return answer;
}

static bool address_matches(const struct evaluation *e, const struct dns_answer *answer, const struct spf_term *term)
{
    const struct ip *ip = &e->question->ip;
    unsigned bits = ip->family == IP_V6 ? term->bits6 : term->bits4;

    for (size_t i = 0; i < answer->count && !e->question->stranger; i++) {
        struct ip_network network = ip_network_of(&answer->records[i].ip, bits);

        if (network.base.family == ip->family && ip_in_network(ip, &network))
            return true;
    }
    return false;
}

static enum dns_type address_type(const struct evaluation *e)
{
    return e->question->ip.family == IP_V6 ? DNS_AAAA : DNS_A;
}

static bool matches_a(struct evaluation *e, const struct spf_term *term, const char *name)
{
    const struct dns_answer *answer = ask(e, name, address_type(e));

    if (!answer)
        return false;
    if (answer->status == DNS_UNKNOWN) {
        end_in_trouble(e, &answer->trouble, answer->key);
        return false;
    }
    if (is_void(answer))
        count_void(e, name, dns_type_name(address_type(e)));
    if (!e->over && address_matches(e, answer, term)) {
        note_key(e, answer->key);
        return true;
    }
    return false;
}

/* RFC 7208 5.4: no implicit MX.  The void of address lookups is one for the term, however many hosts it has. */
static bool matches_mx(struct evaluation *e, const struct spf_term *term, const char *name)
{
    const struct dns_answer *mx = ask(e, name, DNS_MX);
    bool has_void = false;
    const char **hosts;
    size_t count;

    if (!mx)
        return false;
    if (mx->status == DNS_UNKNOWN) {
        end_in_trouble(e, &mx->trouble, mx->key);
        return false;
    }
    if (is_void(mx)) {
        count_void(e, name, "MX");
        return false;
    }
    hosts = spf_mx_names(e->run, mx, &count);
    for (size_t i = 0; i < count && i < SPF_MX_NAMES; i++)
        need_dns(e->run, hosts[i], address_type(e)); /* all at once */
    for (size_t i = 0; i < count; i++) {
        const struct dns_answer *answer;

        if (i == SPF_MX_NAMES) {
            end_with(e, SPF_PERMERROR, str_printf(e->arena, "more than %d MX records", (int)SPF_MX_NAMES));
            return false;
        }
        answer = ask(e, hosts[i], address_type(e));
        if (!answer)
            return false;
        if (answer->status == DNS_UNKNOWN) {
            end_in_trouble(e, &answer->trouble, answer->key);
            return false;
        }
        if (is_void(answer) && !has_void) {
            has_void = true;
            count_void(e, hosts[i], dns_type_name(address_type(e)));
            if (e->over)
                return false;
        }
        if (address_matches(e, answer, term)) {
            note_key(e, mx->key);
            note_key(e, answer->key);
            return true;
        }
    }
    return false;
}

static bool matches_ptr(struct evaluation *e, const char *name)
{
    const struct spf_ptr_names *names;

    if (e->question->stranger)
        return false;
    names = need_spf_ptr_names(e->run, &e->question->ip);
    if (!names) {
        e->pending = true;
        return false;
    }
    if (names->trouble) {
        e->result->ptr_trouble = true;
        e->result->trouble = *names->trouble;
    }
    if (names->is_void)
        count_void(e, ip_reverse_name(e->arena, &e->question->ip), "PTR");
    for (size_t i = 0; i < names->count && !e->over; i++)
        if (name_is_under(names->names[i], name))
            return true;
    return false;
}

/* RFC 7208 5.7: an A record, whatever the sender's family. */
static bool matches_exists(struct evaluation *e, const char *name)
{
    const struct dns_answer *answer = ask(e, name, DNS_A);

    if (!answer)
        return false;
    if (answer->status == DNS_UNKNOWN) {
        end_in_trouble(e, &answer->trouble, answer->key);
        return false;
    }
    if (is_void(answer))
        count_void(e, name, "A");
    if (e->over || answer->status != DNS_OK || e->question->stranger)
        return false;
    note_key(e, answer->key);
    return true;
}

/* Of terms that need no further record.  Look at `pending` and `over` first. */
static bool matches(struct evaluation *e, const struct frame *f, const struct spf_term *term)
{
    const struct ip *ip = &e->question->ip;
    struct str octets;
    const char *name;

    if (term->kind == SPF_TERM_ALL)
        return true;
    if (term->kind == SPF_TERM_IP4 || term->kind == SPF_TERM_IP6)
        return !e->question->stranger && term->network.base.family == ip->family && ip_in_network(ip, &term->network);
    if (!count_lookup(e, term))
        return false;
    if (e->question->stranger && uses(term, SPF_USES_SENDER | SPF_USES_IP | SPF_USES_HELO | SPF_USES_PTR_NAME))
        return false;
    if (!target_of(e, f, term, &name, &octets) || !name)
        return false; /* a name that cannot be asked for has no records */
    switch (term->kind) {
    case SPF_TERM_A:
        return matches_a(e, term, name);
    case SPF_TERM_MX:
        return matches_mx(e, term, name);
    case SPF_TERM_PTR:
        return matches_ptr(e, name);
    case SPF_TERM_EXISTS:
        return matches_exists(e, name);
    default:
        return false;
    }
}

/* ---- records ---- */

/* What a frame's record amounts to before its first term: false when there is nothing to evaluate. */
static bool open_record(struct evaluation *e, struct frame *f, bool is_first)
{
    const struct spf_source *source = need_spf_source(e->run, f->domain);

    if (!source) {
        e->pending = true;
        return false;
    }
    note_key(e, source->answer->key);
    if (e->result->visited_count <= SPF_LOOKUPS)
        e->visited[e->result->visited_count++] = f->domain;
    switch (source->state) {
    case SPF_SOURCE_ABSENT:
        end_with(e, is_first ? SPF_NONE : SPF_PERMERROR, str_printf(e->arena, "%s has no SPF record", f->domain));
        return false;
    case SPF_SOURCE_SEVERAL:
        end_with(e, SPF_PERMERROR, str_printf(e->arena, "%s has %zu SPF records", f->domain, source->record_count));
        return false;
    case SPF_SOURCE_TROUBLE:
    case SPF_SOURCE_TOO_LARGE:
        end_in_trouble(e, &source->trouble, source->answer->key);
        return false;
    case SPF_SOURCE_FOUND:
        break;
    }
    f->record = source->record;
    f->next = 0;
    if (!f->record->faults)
        return true;
    for (size_t i = 0; i < f->record->count && !e->over; i++) {
        if (f->record->terms[i].fault) {
            note_step(e, &f->record->terms[i]);
            end_with(
                e, SPF_PERMERROR,
                str_printf(e->arena, "%s: %s", f->domain, spf_fault_text(e->arena, f->record, &f->record->terms[i])));
        }
    }
    return false;
}

/* include and redirect: both go to another record.  False: pending, or over. */
static bool go_to(struct evaluation *e, const struct spf_term *term)
{
    struct frame *f = &e->frames[e->depth - 1];
    struct str octets;
    const char *name;

    if (!count_lookup(e, term))
        return false;
    if (e->question->stranger && uses(term, SPF_USES_SENDER | SPF_USES_IP | SPF_USES_HELO | SPF_USES_PTR_NAME))
        return true; /* nobody knows what is there for a stranger: as if it did not match */
    if (!target_of(e, f, term, &name, &octets))
        return false;
    note_step(e, term);
    if (!name) {
        end_with(e, SPF_PERMERROR, "the name that it leads to cannot be asked for");
        return false;
    }
    if (term->kind == SPF_TERM_INCLUDE) {
        f = &e->frames[e->depth++];
        f->path_base = e->path_count;
    }
    f->domain = name;
    f->octets = octets;
    return open_record(e, f, false);
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
    end_with(e, word, NULL);
}

static void step(struct evaluation *e)
{
    struct frame *f = &e->frames[e->depth - 1];
    const struct spf_term *term;

    if (f->next == f->record->count) {
        const struct spf_term *redirect = f->record->redirect;
        size_t depth = e->depth;

        if (!redirect || redirect->dead) {
            leave(e, SPF_NEUTRAL); /* RFC 7208 4.7 */
        } else if (go_to(e, redirect) && e->depth == depth && f->next == f->record->count &&
                   f->record->redirect == redirect) {
            leave(e, SPF_NEUTRAL); /* a stranger's redirect that was left alone */
        }
        return;
    }
    term = &f->record->terms[f->next++];
    if (!spf_term_is_mechanism(term) || term->dead)
        return;
    if (term->kind == SPF_TERM_INCLUDE) {
        go_to(e, term);
        return;
    }
    if (!matches(e, f, term)) {
        if (e->over && (!e->path_count || e->path[e->path_count - 1].term != term))
            note_step(e, term); /* the term that went wrong */
        return;
    }
    note_step(e, term);
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

    if (!exp || !target_of(e, f, exp, &name, &octets) || !name)
        return;
    answer = ask(e, name, DNS_TXT);
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
    if ((spf_macro_uses(text) & SPF_USES_PTR_NAME) && !set_ptr_name(e, f->domain))
        return;
    if (spf_macro_expand(e->arena, text, SPF_IN_EXPLANATION, &e->values, &e->result->explanation))
        note_key(e, answer->key);
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
        end_with(e, SPF_NONE, "not a domain name that can have a record");
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
