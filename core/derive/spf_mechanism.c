/* core/derive/spf_mechanism.c - does a mechanism match the sender?  (RFC 7208 5, 4.6.4) */
#include "core/base/arena.h"
#include "core/base/name.h"
#include "core/derive/absence.h"
#include "core/derive/run.h"
#include "core/derive/spf_evaluation.h"

/* ---- names ---- */

static const char *const too_many_macros = "more macros in one term than are expanded";

static bool term_uses(const struct spf_term *term, unsigned what)
{
    return term->has_spec && (spf_macro_uses(term->spec) & what);
}

bool spf_is_of_a_sender(const struct evaluation *e, const struct spf_term *term)
{
    return e->question->stranger && term_uses(term, SPF_USES_SENDER | SPF_USES_IP | SPF_USES_HELO | SPF_USES_PTR_NAME);
}

/* A receiver goes on without a name that it has no answer for; which one that would be, nobody knows. */
static void note_ptr_trouble(struct evaluation *e, const struct spf_ptr_names *names)
{
    if (!names->trouble)
        return;
    e->result->ptr_trouble = true;
    e->result->trouble = *names->trouble;
}

bool spf_set_ptr_name(struct evaluation *e, const char *domain)
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
            e->values.ptr_name = spf_name_octets(e->arena, names->names[i]);
            return true;
        }
        if (!best || (name_is_under(names->names[i], domain) && !name_is_under(best, domain)))
            best = names->names[i];
    }
    note_ptr_trouble(e, names); /* a better one may be missing */
    if (best)
        e->values.ptr_name = spf_name_octets(e->arena, best);
    return true;
}

bool spf_target_of(struct evaluation *e, const struct frame *f, const struct spf_term *term, const char **name,
                   struct str *octets)
{
    *name = f->domain;
    *octets = f->octets;
    if (!term->has_spec)
        return true;
    e->values.domain = f->octets;
    if (term_uses(term, SPF_USES_PTR_NAME) && !e->question->stranger && !spf_set_ptr_name(e, f->domain))
        return false;
    if (!spf_name_expand(e->arena, term->spec, &e->values, octets)) {
        spf_note_step(e, term);
        spf_end_with(e, SPF_PERMERROR, too_many_macros);
        return false;
    }
    *name = spf_name_text(e->arena, *octets);
    return true;
}

/* ---- void lookups ---- */

static void count_void(struct evaluation *e, const char *name, const char *type)
{
    if (e->result->void_count < VOIDS_ROOM)
        e->voids[e->result->void_count++] = str_printf(e->arena, "%s/%s", name, type);
    if (e->result->void_count > e->void_limit) {
        e->result->by_void_limit = true;
        spf_end_with(e, SPF_PERMERROR, str_printf(e->arena, "more than %d lookups that find nothing", (int)SPF_VOIDS));
    }
}

/* ---- mechanisms ---- */

const struct dns_answer *spf_ask(struct evaluation *e, const char *name, enum dns_type type)
{
    const struct dns_answer *answer = need_dns(e->run, name, type);

    if (!answer)
        e->pending = true;
    return answer;
}

/* That a host of `a` or `mx` has no address is confirmed, as it costs
 * the sender its pass.  Names of exists: are made to be absent. */
static const struct dns_answer *ask_host(struct evaluation *e, const char *name, enum dns_type type)
{
    const struct dns_answer *answer =
        e->question->stranger ? need_dns(e->run, name, type) : need_confirmed(e->run, name, type).answer;

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

/* Is the answer one to go on with?  What is not known ends the evaluation; what is not there is a void lookup. */
static bool is_settled(struct evaluation *e, const struct dns_answer *answer, const char *name, enum dns_type type)
{
    if (!answer)
        return false;
    if (answer->status == DNS_UNKNOWN) {
        spf_end_in_trouble(e, &answer->trouble, answer->key);
        return false;
    }
    if (dns_answer_is_negative(answer))
        count_void(e, name, dns_type_name(type));
    return !e->over;
}

static bool matches_a(struct evaluation *e, const struct spf_term *term, const char *name)
{
    const struct dns_answer *answer = ask_host(e, name, address_type(e));

    if (!is_settled(e, answer, name, address_type(e)) || !address_matches(e, answer, term))
        return false;
    spf_note_key(e, answer->key);
    return true;
}

/* RFC 7208 5.4: no implicit MX.  Each address lookup is one that may be void (4.6.4); not all receivers count so. */
static bool matches_mx(struct evaluation *e, const struct spf_term *term, const char *name)
{
    const struct dns_answer *mx = ask_host(e, name, DNS_MX);
    const char **hosts;
    size_t count;

    if (!is_settled(e, mx, name, DNS_MX) || dns_answer_is_negative(mx))
        return false;
    hosts = spf_mx_names(e->run, mx, &count);
    if (count > SPF_MX_NAMES) { /* RFC 7208 4.6.4: whichever of them would match */
        spf_end_with(e, SPF_PERMERROR,
                     str_printf(e->arena, "%s has %zu MX records, and \"mx\" may name %d at most", name, count,
                                (int)SPF_MX_NAMES));
        return false;
    }
    for (size_t i = 0; i < count; i++)
        need_dns(e->run, hosts[i], address_type(e)); /* all at once */
    for (size_t i = 0; i < count; i++) {
        const struct dns_answer *answer = ask_host(e, hosts[i], address_type(e));

        if (!is_settled(e, answer, hosts[i], address_type(e)))
            return false;
        if (address_matches(e, answer, term)) {
            spf_note_key(e, mx->key);
            spf_note_key(e, answer->key);
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
    note_ptr_trouble(e, names);
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
    const struct dns_answer *answer = spf_ask(e, name, DNS_A);

    if (!is_settled(e, answer, name, DNS_A) || answer->status != DNS_OK || e->question->stranger)
        return false;
    spf_note_key(e, answer->key);
    return true;
}

bool spf_mechanism_matches(struct evaluation *e, const struct frame *f, const struct spf_term *term)
{
    const struct ip *ip = &e->question->ip;
    struct str octets;
    const char *name;

    if (term->kind == SPF_TERM_ALL)
        return true;
    if (term->kind == SPF_TERM_IP4 || term->kind == SPF_TERM_IP6)
        return !e->question->stranger && term->network.base.family == ip->family && ip_in_network(ip, &term->network);
    if (!spf_count_lookup(e, term) || spf_is_of_a_sender(e, term))
        return false;
    if (!spf_target_of(e, f, term, &name, &octets) || !name)
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
