/* probes/dkim.c - the DKIM keys of given selectors.  (checks.md, section 10; RFC 6376 3.6; RFC 8301; RFC 8463)
 *
 * Selectors cannot be found out.  Without any there is one `skipped`, never "missing".  Common ones are tried on
 * request: then a key is a guess, since nobody says that mail is signed with it, and no key says nothing. */
#include <string.h>

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/derive/absence.h"
#include "core/derive/dkim.h"
#include "core/derive/final_dot.h"
#include "core/derive/inventory.h"
#include "core/derive/run.h"
#include "core/derive/services.h"
#include "core/facts/record_text.h"
#include "core/facts/target.h"
#include "core/result/finding.h"
#include "core/result/probe.h"
#include "probes/dkim.h"

enum { NAME_OCTETS_MAX = 253, RSA_LEAST = 1024, RSA_GOOD = 2048, RSA_MOST = 4096 };

/* In order of the alphabet.  Of mail servers as they come, and of large services. */
static const char *const common_selectors[] = {
    "cm",  "default", "dk", "dkim",  "dkim1",     "email",     "fm1",      "fm2",    "fm3",  "google", "hs1",
    "hs2", "k1",      "k2", "k3",    "key1",      "mail",      "mandrill", "mesmtp", "mx",   "pm",     "protonmail",
    "s1",  "s1024",   "s2", "s2048", "selector1", "selector2", "sig1",     "smtp",   "zoho", "zmail",
};
enum { COMMON_COUNT = sizeof common_selectors / sizeof *common_selectors };

static const enum check_id dependents[] = {DKIM_SYNTAX, DKIM_STRENGTH, DKIM_REVOKED, DKIM_TESTING};
enum { DEPENDENT_COUNT = sizeof dependents / sizeof *dependents };

static void skip_dependents(struct run *run, const struct selector *s, const char *why)
{
    for (size_t i = 0; i < DEPENDENT_COUNT; i++)
        dkim_judged(s, finding(run, dependents[i], SKIPPED, subject_selector(s->name, run_target(run)->domain), "%s%s",
                               dkim_label(s), why));
}

static void leave_undecided(struct run *run, const struct selector *s, const struct trouble *trouble, const char *key,
                            const char *what)
{
    finding_rests_on(
        run, finding_unknown(run, DKIM_EXISTS, subject_selector(s->name, run_target(run)->domain), trouble, "%s", what),
        key);
    for (size_t i = 0; i < DEPENDENT_COUNT; i++)
        finding_follows(finding_unknown(run, dependents[i], subject_selector(s->name, run_target(run)->domain), trouble,
                                        "%s", what),
                        DKIM_EXISTS);
}

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

static struct finding *refuse(struct run *run, const struct selector *s, const char *message)
{
    struct finding *f =
        finding(run, DKIM_EXISTS, FAIL, subject_selector(s->name, run_target(run)->domain), "%s", message);

    if (s->answer)
        finding_rests_on(run, f, s->answer->key);
    skip_dependents(run, s, "no key: see dkim.exists");
    return f;
}

/* " (a name of SendGrid)": whom to ask. */
static const char *whose_target(struct run *run, const char *target)
{
    const char *name = name_lower(run_arena(run), target);

    for (size_t i = 0; i < provider_count(); i++)
        if (provider_has_target(provider_at(i), name))
            return str_printf(run_arena(run), " (a name of %s)", provider_at(i)->name);
    return "";
}

/* An alias that leads to nothing. */
static void refuse_alias(struct run *run, const struct selector *s)
{
    const struct dns_answer *a = s->answer;
    const struct dns_link *last = &a->chain[a->chain_count - 1];
    const char *meant = name_without_appended_zone(run_arena(run), last->target, run_target(run)->domain);
    const char *what =
        str_printf(run_arena(run), "%s%s", a->status == DNS_NXDOMAIN ? "does not exist" : "has no TXT record",
                   whose_target(run, last->target));

    if (meant) {
        struct finding *f = refuse(
            run, s,
            str_printf(run_arena(run), "%s is an alias for %s, which %s: a final dot is probably missing behind %s",
                       last->owner, last->target, what, meant));

        finding_remedy(run, finding_cause(f, CAUSE_DKIM_FINAL_DOT),
                       "Write the target of the CNAME record with a final dot, or without it where a form adds none: "
                       "the zone's name was put behind it.");
        finding_record(run, f, "%s. 3600 IN CNAME %s.", last->owner, meant);
        finding_replaces(run, f, "%s. 3600 IN CNAME %s.", last->owner, last->target);
    } else {
        finding_remedy(
            run,
            finding_cause(
                refuse(run, s,
                       str_printf(run_arena(run), "%s is an alias for %s, which %s", s->owner, last->target, what)),
                CAUSE_DKIM_DANGLING),
            "Compare the target of the CNAME record letter by letter with what the provider asks for. If it is the "
            "same, the "
            "provider has to publish the key at %s.",
            last->target);
    }
}

static void judge_absence(struct run *run, const struct selector *s)
{
    const struct dns_answer *a = s->answer, *dissent = NULL;
    struct trouble trouble;

    switch (need_absence(run, s->owner, DNS_TXT, &dissent, &trouble)) {
    case ABSENCE_PENDING:
        return;
    case ABSENCE_UNDECIDED:
        leave_undecided(run, s, &trouble, a->key, "the absence of the key could not be confirmed");
        return;
    case ABSENCE_DISPUTED:
        trouble = trouble_of(REASON_SERVFAIL);
        trouble.why = "the name servers disagree: one has a record that the resolver does not see";
        leave_undecided(run, s, &trouble, dissent->key, "key record");
        return;
    case ABSENCE_CONFIRMED:
        break;
    }
    if (a->chain_count)
        refuse_alias(run, s);
    else
        refuse(run, s, str_printf(run_arena(run), "no TXT record at %s", s->owner));
}

/* A ring of aliases, or a chain that no resolver follows to its end, is a fact about the zone. */
static void judge_trouble(struct run *run, const struct selector *s)
{
    const struct dns_answer *a = s->answer;

    if (a->chain_loops)
        finding_cause(refuse(run, s,
                             str_printf(run_arena(run), "%s leads into a ring of aliases, by %s", s->owner,
                                        a->chain[a->chain_count - 1].target)),
                      CAUSE_DKIM_RING);
    else if (a->chain_too_long)
        finding_cause(
            refuse(run, s,
                   str_printf(run_arena(run), "%s is an alias with more links than resolvers follow", s->owner)),
            CAUSE_DKIM_RING);
    else
        leave_undecided(run, s, &a->trouble, a->key, "no answer for the key record");
}

/* Services keep selectors for the next change of keys, with an empty key or none. */
static bool is_spare(const struct selector *s)
{
    return s->of && s->of->key == SERVICE_KEY_FOUND;
}

static void judge_revocation(struct run *run, const struct selector *s)
{
    if (s->key.revoked)
        finding_remedy(run,
                       dkim_judged(s, finding(run, DKIM_REVOKED, s->guessed || is_spare(s) ? NOTE : FAIL,
                                              subject_selector(s->name, run_target(run)->domain),
                                              "%sp= is empty: the key is revoked", dkim_label(s))),
                       "Sign with another selector, or publish this one's key again.");
    else if (s->key.fault_count)
        dkim_judged(s, finding(run, DKIM_REVOKED, SKIPPED, subject_selector(s->name, run_target(run)->domain),
                               "%sno key that can be read: see dkim.syntax", dkim_label(s)));
    else
        dkim_judged(s, finding(run, DKIM_REVOKED, PASS, subject_selector(s->name, run_target(run)->domain),
                               "%snot revoked", dkim_label(s)));
}

static struct finding *judge_rsa(struct run *run, const struct selector *s)
{
    unsigned bits = s->key.bits;

    if (bits < RSA_LEAST)
        return finding(run, DKIM_STRENGTH, FAIL, subject_selector(s->name, run_target(run)->domain),
                       "%sRSA with %u bits: verifiers must not accept it", dkim_label(s), bits);
    if (bits < RSA_GOOD)
        return finding(run, DKIM_STRENGTH, WARN, subject_selector(s->name, run_target(run)->domain),
                       "%sRSA with %u bits: enough for now, 2048 are advised", dkim_label(s), bits);
    if (bits > RSA_MOST)
        return finding_cause(finding(run, DKIM_STRENGTH, WARN, subject_selector(s->name, run_target(run)->domain),
                                     "%sRSA with %u bits: verifiers need not support more than 4096", dkim_label(s),
                                     bits),
                             CAUSE_DKIM_LONG);
    return finding(run, DKIM_STRENGTH, PASS, subject_selector(s->name, run_target(run)->domain), "%sRSA with %u bits",
                   dkim_label(s), bits);
}

static struct finding *judge_hashes(struct run *run, const struct selector *s)
{
    const struct tag *h = taglist_find(&s->key.tags, "h");
    struct finding *f = finding(run, DKIM_STRENGTH, FAIL, subject_selector(s->name, run_target(run)->domain),
                                "%sh=%s does not allow sha256, and nothing else may be used", dkim_label(s),
                                h ? str_text(run_arena(run), h->value) : "");

    finding_remedy(
        run, finding_cause(f, CAUSE_DKIM_HASH),
        "The key is fine: correct the tag h=, or leave it out, and see that the mail server signs with rsa-sha256%s.",
        s->key.type == DKIM_KEY_ED25519 ? " or ed25519-sha256" : "");
    if (s->mended.mishap != DKIM_MISSPELT)
        return f;
    finding_txt(run, f, s->owner, s->mended.text);
    finding_replaces(run, f, "%s",
                     record_txt_line(run_arena(run), s->owner, str_text(run_arena(run), s->key.tags.text)));
    return f;
}

static void judge_strength(struct run *run, const struct selector *s, bool has_rsa)
{
    struct finding *f;

    if (!s->key.allows_sha256)
        f = judge_hashes(run, s);
    else if (s->key.type == DKIM_KEY_RSA)
        f = judge_rsa(run, s);
    else if (has_rsa)
        f = finding(run, DKIM_STRENGTH, PASS, subject_selector(s->name, run_target(run)->domain),
                    "%sEd25519, with an RSA key beside it", dkim_label(s));
    else
        f = finding_cause(finding(run, DKIM_STRENGTH, WARN, subject_selector(s->name, run_target(run)->domain),
                                  "%sEd25519, and no RSA selector beside it: not every verifier knows Ed25519",
                                  dkim_label(s)),
                          CAUSE_DKIM_ED25519);
    dkim_judged(s, f);
}

static void judge_key(struct run *run, const struct selector *s, bool has_rsa)
{
    judge_dkim_syntax(run, s);
    if (dkim_key_is_usable(&s->key)) {
        judge_strength(run, s, has_rsa);
        dkim_judged(s, finding(run, DKIM_TESTING, s->key.testing ? NOTE : PASS,
                               subject_selector(s->name, run_target(run)->domain), "%s%s", dkim_label(s),
                               s->key.testing ? "t=y: verifiers may treat signed mail like unsigned mail"
                                              : "not marked as a test"));
    } else {
        const char *why =
            s->key.revoked ? "the key is revoked: see dkim.revoked" : "no key that can be read: see dkim.syntax";

        dkim_judged(s, finding(run, DKIM_STRENGTH, SKIPPED, subject_selector(s->name, run_target(run)->domain), "%s%s",
                               dkim_label(s), why));
        dkim_judged(s, finding(run, DKIM_TESTING, SKIPPED, subject_selector(s->name, run_target(run)->domain), "%s%s",
                               dkim_label(s), why));
    }
    judge_revocation(run, s);
}

static void judge_answer(struct run *run, const struct selector *s, bool has_rsa)
{
    struct finding *f;

    if (s->by_wildcard && !s->key.is_key_record) {
        finding_cause(
            refuse(run, s,
                   str_printf(run_arena(run), "only a wildcard record answers for %s, and it is no key", s->owner)),
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
    judge_key(run, s, has_rsa);
}

static void judge_declared(struct run *run, const struct selector *s, bool has_rsa)
{
    if (!s->answer)
        finding_cause(refuse(run, s, "the name of the key record would be longer than DNS allows"),
                      CAUSE_DKIM_LONG_NAME);
    else if (s->answer->status == DNS_UNKNOWN)
        judge_trouble(run, s);
    else if (s->answer->status != DNS_OK)
        judge_absence(run, s);
    else
        judge_answer(run, s, has_rsa);
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

static void judge_all(struct run *run, const struct selector *all, size_t count, bool any)
{
    bool has_rsa = false;

    for (size_t i = 0; i < count; i++)
        has_rsa = has_rsa || (is_found(&all[i]) && dkim_key_is_usable(&all[i].key) && all[i].key.type == DKIM_KEY_RSA);
    for (size_t i = 0; i < count; i++) {
        if (!all[i].guessed && !all[i].of)
            judge_declared(run, &all[i], has_rsa);
        else if (is_found(&all[i]))
            judge_answer(run, &all[i], has_rsa);
        else
            continue;
        any = true;
    }
    if (!any && run_target(run)->guess_selectors)
        finding(run, DKIM_EXISTS, SKIPPED, subject_domain(run_target(run)->domain),
                "none of %zu common selectors has a key, which says nothing: name yours with --dkim", count);
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
                "selectors cannot be found out: name yours with --dkim SELECTOR");
    judge_all(run, all, count, any);
}

const struct probe dkim_probe = {
    .name = "dkim",
    .summary = "the DKIM keys of given selectors",
    .groups = "dkim",
    .run = probe_dkim,
};
