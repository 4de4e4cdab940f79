/* probes/dkim_absence.c - selectors without a key: absent, an alias that leads nowhere, no answer. */
#include "core/base/arena.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/derive/final_dot.h"
#include "core/derive/run.h"
#include "core/facts/target.h"
#include "core/result/finding.h"
#include "probes/dkim.h"
#include "probes/services_words.h"

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

struct finding *refuse_selector(struct run *run, const struct selector *s, const char *message)
{
    struct finding *f =
        finding(run, DKIM_EXISTS, FAIL, subject_selector(s->name, run_target(run)->domain), "%s", message);

    if (s->answer)
        finding_rests_on(run, f, s->answer->key);
    skip_dependents(run, s, "no key: see dkim.exists");
    return f;
}

/* An alias that leads to nothing. */
static void refuse_alias(struct run *run, const struct selector *s)
{
    const struct dns_answer *a = s->answer;
    const struct dns_link *last = &a->chain[a->chain_count - 1];
    const char *meant = name_without_appended_zone(run_arena(run), last->target, run_target(run)->domain);
    const char *what =
        str_printf(run_arena(run), "%s%s", a->status == DNS_NXDOMAIN ? "does not exist" : "has no TXT record",
                   service_of_alias(run, a));

    if (meant) {
        struct finding *f = refuse_selector(
            run, s,
            str_printf(run_arena(run), "%s is an alias for %s, which %s: a final dot is probably missing behind %s",
                       last->owner, last->target, what, meant));

        finding_remedy(run, finding_cause(f, CAUSE_DKIM_FINAL_DOT),
                       "Write the target of the CNAME record with a final dot, or without one where the form adds it: "
                       "the zone's name was put behind it.");
        finding_record(run, f, "%s. 3600 IN CNAME %s.", last->owner, meant);
        finding_replaces(run, f, "%s. 3600 IN CNAME %s.", last->owner, last->target);
    } else {
        finding_remedy(
            run,
            finding_cause(refuse_selector(run, s,
                                          str_printf(run_arena(run), "%s is an alias for %s, which %s", s->owner,
                                                     last->target, what)),
                          CAUSE_DKIM_DANGLING),
            "Compare the target of the CNAME record letter by letter with what the provider asks for. If it is the "
            "same, the "
            "provider has to publish the key at %s.",
            last->target);
    }
}

void judge_dkim_absence(struct run *run, const struct selector *s)
{
    if (s->answer->chain_count)
        refuse_alias(run, s);
    else
        refuse_selector(run, s, str_printf(run_arena(run), "no TXT record at %s", s->owner));
}

/* A ring of aliases, or a chain that no resolver follows to its end, is a fact about the zone. */
void judge_dkim_trouble(struct run *run, const struct selector *s)
{
    const struct dns_answer *a = s->answer;

    if (a->chain_loops)
        finding_cause(refuse_selector(run, s,
                                      str_printf(run_arena(run), "%s leads into a ring of aliases, by %s", s->owner,
                                                 a->chain[a->chain_count - 1].target)),
                      CAUSE_DKIM_RING);
    else if (a->chain_too_long)
        finding_cause(
            refuse_selector(
                run, s, str_printf(run_arena(run), "%s is an alias with more links than resolvers follow", s->owner)),
            CAUSE_DKIM_RING);
    else
        leave_undecided(run, s, &a->trouble, a->key, "no answer for the key record");
}
