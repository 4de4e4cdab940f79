/* core/derive/services_keys.c - the usual selectors of the domain's services are tried, and whose a selector is. */
#include "core/derive/services_internal.h"

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/derive/absence.h"
#include "core/derive/dkim.h"
#include "core/derive/run.h"
#include "core/facts/target.h"

void keep_service_selector(const struct services_build *b, struct service_candidate *c,
                           struct service_selector selector)
{
    for (size_t i = 0; i < c->service.selector_count; i++)
        if (name_equal(c->selectors[i].name, selector.name))
            return;
    if (!c->selectors)
        c->selectors = ARENA_ARRAY(b->arena, struct service_selector, OWN_SELECTORS_MAX);
    if (c->service.selector_count < OWN_SELECTORS_MAX)
        c->selectors[c->service.selector_count++] = selector;
}

static struct service_candidate *candidate_of_alias(struct services_build *b, const struct dns_answer *answer,
                                                    const char **target)
{
    for (size_t k = 0; answer && k < answer->chain_count; k++) {
        *target = name_lower(b->arena, answer->chain[k].target);
        if (is_own_name(b, *target))
            continue;
        for (struct service_candidate *c = b->of; c->service.provider; c++)
            if (provider_has_target(c->service.provider, *target))
                return c->sold_as ? c->sold_as : c;
    }
    return NULL;
}

/* `nobodys` has arrived. */
static void read_answer(struct services_build *b, struct service_selector *s, const struct dns_answer *answer)
{
    s->answer = answer;
    s->by_wildcard = dkim_same_texts(answer, need_nobodys_selector(b->run));
    s->has_key = answer->status == DNS_OK && !s->by_wildcard && dkim_has_usable_key(b->arena, answer);
}

/* Aliases say whose a selector is; without one it is of the service for which it was tried, if for any. */
static void add_selector(struct services_build *b, struct service_candidate *tried_for, const char *name,
                         bool is_declared)
{
    struct service_selector s = {.name = name, .is_declared = is_declared};
    const struct dns_answer *nobodys = need_nobodys_selector(b->run);
    const char *target = NULL;
    struct service_candidate *c;

    s.owner = str_printf(b->arena, "%s._domainkey.%s", name, b->domain);
    if (!name_to_wire(s.owner, (uint8_t[NAME_WIRE_MAX]){0}))
        return;
    s.answer = need_dns(b->run, s.owner, DNS_TXT);
    if (!s.answer || !nobodys) {
        b->pending = true;
        return;
    }
    c = candidate_of_alias(b, s.answer, &target);
    if (c)
        add_service_clue(
            b, c, (struct service_clue){.kind = CLUE_DKIM, .name = s.owner, .leads = target, .key = s.answer->key},
            sending_role(c->service.provider));
    else
        c = tried_for;
    if (!c)
        return;
    s.dangles = target && s.answer->status != DNS_OK && s.answer->status != DNS_UNKNOWN;
    read_answer(b, &s, s.answer);
    keep_service_selector(b, c, s);
}

static bool is_declared(struct services_build *b, const char *name)
{
    const struct target *target = run_target(b->run);

    for (size_t i = 0; i < target->selector_count; i++)
        if (name_equal(dkim_selector_alone(b->arena, target->selectors[i]), name))
            return true;
    return false;
}

/* Of a list with "|" between its items, NULL where it is shorter. */
static const char *nth_item(struct arena *arena, const char *list, size_t nth)
{
    const char *item;
    size_t length = provider_item(&list, &item);

    while (nth-- > 0)
        length = provider_item(&list, &item);
    return length ? str_text(arena, (struct str){item, length}) : NULL;
}

static size_t count_items(const char *list)
{
    const char *item;
    size_t count = 0;

    while (provider_item(&list, &item))
        count++;
    return count;
}

/* False: it has no `nth` name. */
static bool try_usual_name(struct services_build *b, struct service_candidate *c, size_t nth, size_t *tried)
{
    const struct provider *p = c->service.provider;
    size_t selectors = count_items(p->selectors);
    const char *selector = nth_item(b->arena, p->selectors, nth),
               *label = selector || !sending_role(p) ? NULL : nth_item(b->arena, p->return_paths, nth - selectors);

    if (!selector && !label)
        return false;
    *tried += !selector || !is_declared(b, selector);
    if (selector)
        add_selector(b, c, selector, is_declared(b, selector));
    else
        try_usual_envelope(b, c, str_printf(b->arena, "%s.%s", label, b->domain));
    return true;
}

static bool is_tried(const struct service_candidate *c, bool in_doubt)
{
    return in_doubt ? c->for_spf != NULL : !c->for_spf && c->service.clue_count;
}

/* The first of each service, then the second of each, and so on: what is left out is left out evenly.  Those that an
 * include is perhaps for have what is left. */
static void try_usual_names(struct services_build *b)
{
    size_t tried = 0;

    for (int in_doubt = 0; in_doubt <= 1; in_doubt++) {
        bool more = true;

        for (size_t nth = 0; more; nth++) {
            more = false;
            for (struct service_candidate *c = b->of; c->service.provider && tried < USUAL_NAMES_TRIED; c++)
                more |= is_tried(c, in_doubt) && try_usual_name(b, c, nth, &tried);
        }
    }
}

static void judge_key(struct service_candidate *c)
{
    struct service *s = &c->service;
    const struct provider *p = s->provider;

    s->key = p->choice == SELECTORS_FIXED && s->selector_count >= count_items(p->selectors) ? SERVICE_KEY_NONE
                                                                                            : SERVICE_KEY_UNKNOWN;
    for (size_t i = 0; i < s->selector_count; i++) {
        const struct dns_answer *answer = c->selectors[i].answer;

        if (answer->status != DNS_UNKNOWN || s->trouble)
            continue;
        s->key = SERVICE_KEY_UNDECIDED;
        s->trouble = &answer->trouble;
        s->trouble_key = answer->key;
    }
    for (size_t i = 0; i < s->selector_count; i++)
        if (c->selectors[i].has_key)
            s->key = SERVICE_KEY_FOUND;
}

/* That there is no key is held against the domain only where the zone's own servers say so. */
static void confirm_absence(struct services_build *b, struct service_candidate *c)
{
    struct service *s = &c->service;

    if (s->key != SERVICE_KEY_NONE || !provider_signs_by_default(s->provider))
        return;
    for (size_t i = 0; i < s->selector_count; i++) {
        const struct dns_answer *confirmed = need_confirmed(b->run, c->selectors[i].owner, DNS_TXT).answer;

        b->pending |= !confirmed;
        if (confirmed)
            read_answer(b, &c->selectors[i], confirmed);
    }
    judge_key(c);
}

/* Somebody made a key for the mailboxes there, so mail is sent from them. */
static void assume_sender(struct service *s)
{
    if (s->key == SERVICE_KEY_FOUND && s->roles & SERVICE_RECEIVES && s->provider->kind == PROVIDER_MAILBOX)
        s->roles |= SERVICE_SENDS;
}

/* Of a domain that one service sends for, a key that the user declared is that service's. */
static void credit_declared(struct services_build *b)
{
    struct service_candidate *only = NULL;
    enum dkim_presence presence = need_dkim_presence(b->run);

    for (struct service_candidate *c = b->of; c->service.provider; c++) {
        if (!c->service.clue_count || !(c->service.roles & SERVICE_SENDS))
            continue;
        if (only)
            return;
        only = c;
    }
    if (only && presence == DKIM_PRESENT)
        only->service.key = SERVICE_KEY_FOUND;
}

void add_declared_selectors(struct services_build *b)
{
    const struct target *target = run_target(b->run);

    for (size_t i = 0; i < target->selector_count; i++)
        add_selector(b, NULL, dkim_selector_alone(b->arena, target->selectors[i]), true);
}

void find_service_keys(struct services_build *b)
{
    try_usual_names(b);
    for (struct service_candidate *c = b->of; c->service.provider; c++) {
        judge_key(c);
        confirm_absence(b, c);
        assume_sender(&c->service);
    }
    credit_declared(b);
}
