/* probes/dkim_strength.c - is the key one that verifiers accept?  (checks.md, section 10; RFC 8301; RFC 8463) */
#include "core/base/arena.h"
#include "core/base/str.h"
#include "core/derive/run.h"
#include "core/derive/services.h"
#include "core/facts/record_text.h"
#include "core/facts/target.h"
#include "core/result/finding.h"
#include "probes/dkim.h"

enum { RSA_GOOD = 2048, RSA_MOST = 4096 };

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

    if (bits < DKIM_RSA_LEAST)
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

static struct finding *leave_strength_open(struct run *run, const struct selector *s, const struct selector *unanswered)
{
    struct finding *f = finding_unknown(run, DKIM_STRENGTH, subject_selector(s->name, run_target(run)->domain),
                                        &unanswered->answer->trouble,
                                        "%sEd25519, and whether there is an RSA key for %s is open", dkim_label(s),
                                        unanswered->name);

    finding_worst(finding_follows(f, DKIM_EXISTS), WARN);
    return finding_rests_on(run, f, unanswered->answer->key);
}

static void judge_strength(struct run *run, const struct selector *s, const struct dkim_rsa *rsa)
{
    struct finding *f;

    if (!s->key.allows_sha256)
        f = judge_hashes(run, s);
    else if (s->key.type == DKIM_KEY_RSA)
        f = judge_rsa(run, s);
    else if (rsa->is_there)
        f = finding(run, DKIM_STRENGTH, PASS, subject_selector(s->name, run_target(run)->domain),
                    "%sEd25519, with an RSA key beside it", dkim_label(s));
    else if (rsa->unanswered)
        f = leave_strength_open(run, s, rsa->unanswered);
    else
        f = finding_cause(finding(run, DKIM_STRENGTH, WARN, subject_selector(s->name, run_target(run)->domain),
                                  "%sEd25519, and no RSA selector beside it: not every verifier knows Ed25519",
                                  dkim_label(s)),
                          CAUSE_DKIM_ED25519);
    dkim_judged(s, f);
}

void judge_dkim_key(struct run *run, const struct selector *s, const struct dkim_rsa *rsa)
{
    judge_dkim_syntax(run, s);
    if (dkim_key_is_usable(&s->key)) {
        judge_strength(run, s, rsa);
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
