/* core/derive/fcrdns.c - forward-confirmed reverse DNS of one address. */
#include "core/derive/fcrdns.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/derive/absence.h"
#include "core/derive/inventory.h"
#include "core/derive/run.h"
#include "core/facts/smtp_session.h"
#include "core/facts/target.h"

struct candidate {
    const char *name;
    bool is_expected; /* a declared HELO or an MX host: looked up before others */
};

/* The name in the greeting of this very address; NULL: none, or on its way. */
static const char *banner_of(struct run *run, const struct inventory *mail, const struct ip *ip, bool *pending)
{
    for (size_t i = 0; i < mail->address_count && !run_target(run)->no_smtp; i++) {
        const struct mail_address *a = &mail->addresses[i];
        const struct smtp_session *s;

        if (!a->mx_name || !ip_equal(&a->ip, ip))
            continue;
        s = need_smtp(run, ip, a->mx_name);
        *pending = !s;
        return s && s->greeting.code ? str_text(run_arena(run), smtp_greeting_name(&s->greeting)) : NULL;
    }
    return NULL;
}

static bool is_expected(const struct inventory *mail, const char *name)
{
    for (size_t i = 0; i < mail->address_count; i++)
        for (size_t h = 0; h < mail->addresses[i].helo_count; h++)
            if (name_equal(mail->addresses[i].helos[h], name))
                return true;
    for (size_t i = 0; i < mail->host_count; i++)
        if (name_equal(mail->hosts[i].name, name))
            return true;
    return false;
}

static int by_expectation(const void *a, const void *b)
{
    const struct candidate *left = a, *right = b;

    if (left->is_expected != right->is_expected)
        return left->is_expected ? -1 : 1;
    return strcmp(left->name, right->name);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct candidate *)a)->name, ((const struct candidate *)b)->name);
}

/* All names of the answer, so that none is passed over that is expected. */
static size_t list_candidates(struct run *run, const struct inventory *mail, const struct dns_answer *ptr,
                              struct candidate *all)
{
    size_t count = 0;

    for (size_t i = 0; i < ptr->count; i++)
        all[i] = (struct candidate){.name = name_lower(run_arena(run), ptr->records[i].name)};
    qsort(all, ptr->count, sizeof *all, by_name);
    for (size_t i = 0; i < ptr->count; i++)
        if (count == 0 || strcmp(all[count - 1].name, all[i].name) != 0)
            all[count++] = (struct candidate){all[i].name, is_expected(mail, all[i].name)};
    return count;
}

/* Only where there are more names than are looked up does their order matter. */
static void put_banner_first(struct run *run, const struct inventory *mail, const struct ip *ip, struct candidate *all,
                             size_t count, bool *pending)
{
    const char *banner = count > PTR_NAMES_TRIED ? banner_of(run, mail, ip, pending) : NULL;

    for (size_t i = 0; banner && i < count; i++)
        all[i].is_expected |= name_equal(all[i].name, banner);
}

static enum confirmation confirm(const struct dns_answer *forward, const struct ip *ip)
{
    if (dns_answer_is_open(forward))
        return OPEN;
    return dns_answer_has_ip(forward, ip) ? CONFIRMS : DENIES;
}

const struct fcrdns *need_fcrdns(struct run *run, const struct inventory *mail, const struct ip *ip,
                                 const struct dns_answer *ptr)
{
    struct arena *arena = run_arena(run);
    struct candidate *all = ARENA_ARRAY(arena, struct candidate, ptr->count + 1);
    size_t count = list_candidates(run, mail, ptr, all);
    struct fcrdns *result = ARENA_NEW(arena, struct fcrdns);
    struct reverse_name *names = ARENA_ARRAY(arena, struct reverse_name, PTR_NAMES_TRIED);
    bool pending = false;

    put_banner_first(run, mail, ip, all, count, &pending);
    qsort(all, count, sizeof *all, by_expectation);
    *result = (struct fcrdns){.ptr = ptr, .at = names, .complete = !pending};
    for (size_t i = 0; i < count && result->count < PTR_NAMES_TRIED; i++) {
        struct reverse_name *n = &names[result->count++];

        *n = (struct reverse_name){.name = all[i].name, .state = DENIES};
        if (name_is_host(n->name)) {
            n->forward = need_confirmed(run, n->name, ip->family == IP_V6 ? DNS_AAAA : DNS_A).answer;
            if (!n->forward) {
                result->complete = false;
                continue;
            }
            n->state = confirm(n->forward, ip);
        }
        result->confirming += n->state == CONFIRMS;
        result->denying += n->state == DENIES;
        if (n->state == OPEN && !result->open++)
            result->trouble = n->forward->trouble;
    }
    result->untried = count - result->count;
    return result;
}
