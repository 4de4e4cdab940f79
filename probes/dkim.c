/* probes/dkim.c - the DKIM keys of given selectors.  (checks.md, section 10; RFC 6376 3.6; RFC 8301; RFC 8463)
 *
 * Selectors cannot be found out.  Without any there is one `skipped`, never "missing".  Common ones are tried on
 * request: then a key is a guess, since nobody says that mail is signed with it, and no key says nothing. */
#include <string.h>

#include "core/base/arena.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/derive/absence.h"
#include "core/derive/dkim.h"
#include "core/derive/inventory.h"
#include "core/derive/run.h"
#include "core/derive/services.h"
#include "core/facts/target.h"
#include "core/result/finding.h"
#include "core/result/probe.h"
#include "probes/dkim.h"

enum { NAME_OCTETS_MAX = 253 };

/* In order of the alphabet.  Of mail servers as they come, and of large services. */
static const char *const common_selectors[] = {
    "cm",  "default", "dk", "dkim",  "dkim1",     "email",     "fm1",      "fm2",    "fm3",  "google", "hs1",
    "hs2", "k1",      "k2", "k3",    "key1",      "mail",      "mandrill", "mesmtp", "mx",   "pm",     "protonmail",
    "s1",  "s1024",   "s2", "s2048", "selector1", "selector2", "sig1",     "smtp",   "zoho", "zmail",
};
enum { COMMON_COUNT = sizeof common_selectors / sizeof *common_selectors };

/* Of several records the one that verifiers can use, else the one that is most like a key. */
static void choose_key(struct run *run, struct selector *s)
{
    for (size_t i = 0; i < s->answer->count; i++) {
        struct dkim_key key = dkim_key_parse(run_arena(run), s->answer->records[i].txt.joined);
        struct dkim_mended mended = dkim_mend(run_arena(run), s->answer->records[i].txt.joined);
        bool better = dkim_key_is_usable(&key) && !dkim_key_is_usable(&s->key);

        key.is_key_record = key.is_key_record || mended.mishap == DKIM_PRIVATE_KEY || mended.mishap == DKIM_MISSPELT;
        if (s->mended.mishap == DKIM_PRIVATE_KEY)
            continue; /* that is the worst of all, whatever stands beside it */
        if (i == 0 || mended.mishap == DKIM_PRIVATE_KEY || better || (key.is_key_record && !s->key.is_key_record)) {
            s->key = key;
            s->mended = mended;
            s->oversize = s->answer->records[i].txt.oversize;
        }
    }
}

static const char *alias_text(struct run *run, const struct dns_answer *answer)
{
    return answer->chain_count
               ? str_printf(run_arena(run), ", an alias for %s", answer->chain[answer->chain_count - 1].target)
               : "";
}

static void judge_answer(struct run *run, const struct selector *s, const struct dkim_rsa *rsa)
{
    struct finding *f;

    if (s->by_wildcard && !s->key.is_key_record) {
        finding_cause(refuse_selector(run, s,
                                      str_printf(run_arena(run),
                                                 "only a wildcard record answers for %s, and it is no key", s->owner)),
                      CAUSE_DKIM_BY_WILDCARD);
        return;
    }
    if (s->by_wildcard)
        f = finding(run, DKIM_EXISTS, NOTE, subject_selector(s->name, run_target(run)->domain),
                    "a wildcard record answers for every selector, with a key");
    else
        f = finding(run, DKIM_EXISTS, PASS, subject_selector(s->name, run_target(run)->domain), "%sa record at %s%s",
                    dkim_label(s), s->owner, alias_text(run, s->answer));
    if (s->of)
        finding_marked(f, MARK_OF_SERVICE);
    finding_rests_on(run, dkim_judged(s, f), s->answer->key);
    judge_dkim_key(run, s, rsa);
}

static void judge_declared(struct run *run, const struct selector *s, const struct dkim_rsa *rsa)
{
    if (!s->answer)
        finding_cause(refuse_selector(run, s, "the name of the key record would be longer than DNS allows"),
                      CAUSE_DKIM_LONG_NAME);
    else if (s->answer->status == DNS_UNKNOWN)
        judge_dkim_trouble(run, s);
    else if (s->answer->status != DNS_OK)
        judge_dkim_absence(run, s);
    else
        judge_answer(run, s, rsa);
}

/* False: on its way. */
static bool look_up(struct run *run, struct selector *s)
{
    s->owner = str_printf(run_arena(run), "%s._domainkey.%s", s->name, run_target(run)->domain);
    if (strlen(s->owner) > NAME_OCTETS_MAX || name_fault(s->name) == NAME_EMPTY)
        return true;
    if (s->of) /* tried already */
        return s->answer != NULL;
    s->answer = s->guessed ? need_dns(run, s->owner, DNS_TXT) : need_confirmed(run, s->owner, DNS_TXT).answer;
    return s->answer != NULL;
}

static bool is_listed(const struct selector *all, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (name_equal(all[i].name, name))
            return true;
    return false;
}

static void collect_usual(struct run *run, struct selector *all, size_t *count, const struct services *services)
{
    for (size_t i = 0; i < services->count; i++) {
        const struct service *s = &services->at[i];
        const char *label = str_printf(run_arena(run), "usual selector of %s: ", s->provider->name);

        for (size_t k = 0; k < s->selector_count; k++)
            if (!is_listed(all, *count, s->selectors[k].name))
                all[(*count)++] = (struct selector){
                    .name = s->selectors[k].name, .of = s, .label = label, .answer = s->selectors[k].answer};
    }
}

static size_t collect(struct run *run, struct selector *all, const struct services *services)
{
    const struct target *target = run_target(run);
    size_t count = 0;

    for (size_t i = 0; i < target->selector_count; i++) {
        const char *name = dkim_selector_alone(run_arena(run), target->selectors[i]);

        if (!is_listed(all, count, name))
            all[count++] = (struct selector){.name = name};
    }
    collect_usual(run, all, &count, services);
    for (size_t i = 0; target->guess_selectors && i < COMMON_COUNT; i++)
        if (!is_listed(all, count, common_selectors[i]))
            all[count++] = (struct selector){.name = common_selectors[i], .guessed = true};
    return count;
}

/* What nobody declared is worth a word only where a key is found that is not a wildcard's. */
static bool is_found(const struct selector *s)
{
    return s->answer && s->answer->status == DNS_OK && s->key.is_key_record && !s->by_wildcard;
}

static bool is_unanswered(const struct selector *s)
{
    return !s->guessed && !s->of && s->answer && s->answer->status == DNS_UNKNOWN && !s->answer->chain_loops &&
           !s->answer->chain_too_long;
}

static void judge_all(struct run *run, const struct selector *all, size_t count, bool any)
{
    struct dkim_rsa rsa = {.is_there = false};

    for (size_t i = 0; i < count; i++) {
        if (is_found(&all[i]) && dkim_key_is_usable(&all[i].key) && all[i].key.type == DKIM_KEY_RSA)
            rsa.is_there = true;
        if (is_unanswered(&all[i]))
            rsa.unanswered = &all[i];
    }
    for (size_t i = 0; i < count; i++) {
        if (!all[i].guessed && !all[i].of)
            judge_declared(run, &all[i], &rsa);
        else if (is_found(&all[i]))
            judge_answer(run, &all[i], &rsa);
        else
            continue;
        any = true;
    }
    if (!any && run_target(run)->guess_selectors)
        finding(run, DKIM_EXISTS, SKIPPED, subject_domain(run_target(run)->domain),
                "none of %zu common selectors has a key, which says nothing: yours is the s= in the DKIM-Signature field of a mail that you sent", count);
}

/* Mail from a server of the domain's own, for which no service signs. */
static bool sends_itself(struct run *run, const struct services *services)
{
    const struct inventory *mail = need_inventory(run);

    for (size_t i = 0; i < mail->address_count; i++)
        if (address_is_sender(&mail->addresses[i]) && !service_of_address(services, &mail->addresses[i]))
            return true;
    return false;
}

static void probe_dkim(struct run *run)
{
    const struct target *target = run_target(run);
    const struct services *services = need_services(run);
    const struct dns_answer *nobodys;
    struct selector *all;
    size_t room = target->selector_count + COMMON_COUNT, count;
    bool complete = services->complete, any;

    for (size_t i = 0; i < services->count; i++)
        room += services->at[i].selector_count;
    all = ARENA_ARRAY(run_arena(run), struct selector, room);
    count = collect(run, all, services);
    nobodys = count ? need_nobodys_selector(run) : NULL;
    for (size_t i = 0; i < count; i++)
        complete = look_up(run, &all[i]) && complete;
    if (!complete || (count && !nobodys))
        return;
    for (size_t i = 0; i < count; i++) {
        if (!all[i].answer || all[i].answer->status != DNS_OK)
            continue;
        choose_key(run, &all[i]);
        all[i].by_wildcard = dkim_same_texts(all[i].answer, nobodys);
    }
    any = judge_dkim_of_services(run, services);
    if (!target->selector_count && !target->guess_selectors && (!any || sends_itself(run, services)))
        finding(run, DKIM_EXISTS, SKIPPED, subject_domain(target->domain),
                "selectors cannot be found out from outside: yours is the s= in the DKIM-Signature field of a mail that you sent");
    judge_all(run, all, count, any);
}

const struct probe dkim_probe = {
    .name = "dkim",
    .summary = "the DKIM keys of given selectors",
    .groups = "dkim",
    .run = probe_dkim,
};
