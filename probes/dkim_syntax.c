/* probes/dkim_syntax.c - can verifiers read the key, and if not, what went wrong?  (RFC 6376 3.6.1) */
#include "core/base/arena.h"
#include "core/base/str.h"
#include "core/derive/run.h"
#include "core/facts/record_text.h"
#include "core/facts/target.h"
#include "core/records/tag_mend.h"
#include "probes/dkim.h"

enum { FAULTS_SHOWN = 8, SPAN_SHOWN = 40 };

/* A guess is worth a warning at most: perhaps nothing is signed with it. */
struct finding *dkim_judged(const struct selector *s, struct finding *f)
{
    if (s->guessed) {
        f->status = f->status == FAIL ? WARN : f->status;
        f->worst = f->worst == FAIL ? WARN : f->worst;
    }
    return f;
}

const char *dkim_label(const struct selector *s)
{
    return s->of ? s->label : s->guessed ? "guessed selector: " : "";
}

static const char *faults_text(struct run *run, const struct dkim_key *key)
{
    const char *text = "";

    for (size_t i = 0; i < key->fault_count && i < FAULTS_SHOWN; i++) {
        const struct dkim_fault *fault = &key->faults[i];
        struct str cut = {fault->span.at, fault->span.len > SPAN_SHOWN ? SPAN_SHOWN : fault->span.len};

        text = str_printf(run_arena(run), "%s%s%s", text, i ? "; " : "", fault->what);
        if (fault->span.at && !dkim_has_private_key(run_arena(run), key->tags.text))
            text =
                str_printf(run_arena(run), "%s (column %zu: \"%s\"%s)", text, taglist_column(&key->tags, fault->span),
                           str_text(run_arena(run), cut), fault->span.len > SPAN_SHOWN ? "..." : "");
    }
    return key->fault_count > FAULTS_SHOWN ? str_printf(run_arena(run), "%s; and more", text) : text;
}

/* What is behind the faults, and what repairs it: one for each cause. */
static void explain(struct run *run, const struct selector *s, struct finding *f)
{
    const struct dkim_mended *m = &s->mended;

    switch (m->mishap) {
    case DKIM_PRIVATE_KEY:
        f->message =
            str_printf(run_arena(run), "%sthe private key is published: whoever reads it can sign in the domain's name",
                       dkim_label(s));
        finding_marked(finding_cause(f, CAUSE_DKIM_SECRET), MARK_SECRET_IS_OUT);
        finding_remedy(run, f,
                       "Revoke the key at once: publish only \"v=DKIM1; p=\" at %s. Then make a new pair of keys for a new "
                       "selector, publish its public half, "
                       "and sign with that.",
                       s->owner);
        break;
    case DKIM_CUT:
        f->message =
            m->wanted
                ? str_printf(run_arena(run),
                             "%s%s; the record is cut after %zu octets, and %zu of the %zu octets of the key are there",
                             dkim_label(s), faults_text(run, &s->key), s->key.tags.text.len, m->octets, m->wanted)
                : str_printf(run_arena(run), "%s%s; the record is cut after %zu octets", dkim_label(s),
                             faults_text(run, &s->key), s->key.tags.text.len);
        finding_remedy(run, finding_cause(f, CAUSE_DKIM_KEY_CUT),
                       "The key itself is fine: publish it whole. One string of a TXT record holds 255 octets, and "
                       "what goes beyond them is put into "
                       "further strings of the same record: \"first part\" \"second part\".");
        break;
    case DKIM_HOST_NAME:
        finding_remedy(run, finding_cause(f, CAUSE_DKIM_NAME_FOR_KEY),
                       "The text is a host name: publish it as a CNAME record in place of the TXT record.");
        finding_record(run, f, "%s. 3600 IN CNAME %s.", s->owner, m->text);
        break;
    case DKIM_OTHER_RECORD:
        finding_remedy(run, finding_cause(f, CAUSE_DKIM_OTHER_TEXT),
                       "%s holds %s, which nobody looks for there: publish the key in its place.", s->owner, m->text);
        break;
    case DKIM_MISSPELT:
        finding_remedy(run, finding_cause(f, CAUSE_DKIM_SPELLING),
                       "The key is fine. Publish it again by the record below, in place of the one at %s%s%s%s.",
                       s->owner, m->slips ? " (with " : "", tag_slips_text(run_arena(run), m->slips),
                       m->slips ? ")" : "");
        finding_txt(run, f, s->owner, m->text);
        finding_replaces(run, f, "%s",
                         record_txt_line(run_arena(run), s->owner, str_text(run_arena(run), s->key.tags.text)));
        break;
    case DKIM_NO_MISHAP:
        break;
    }
}

void judge_dkim_syntax(struct run *run, const struct selector *s)
{
    const struct dkim_key *key = &s->key;
    struct subject subject = subject_selector(s->name, run_target(run)->domain);
    struct finding *f;

    if (s->mended.mishap == DKIM_PRIVATE_KEY)
        f = finding(run, DKIM_SYNTAX, FAIL, subject, "a private key");
    else if (s->oversize)
        f = finding_cause(
            finding(run, DKIM_SYNTAX, FAIL, subject, "%sthe record is larger than any verifier reads", dkim_label(s)),
            CAUSE_DKIM_OVERSIZE);
    else if (key->fault_count)
        f = finding(run, DKIM_SYNTAX, FAIL, subject, "%s%s%s", dkim_label(s), faults_text(run, key),
                    s->answer->count > 1 ? "; and there are several TXT records" : "");
    else if (s->answer->count > 1)
        f = finding_remedy(run,
                           finding_cause(finding(run, DKIM_SYNTAX, WARN, subject,
                                                 "%s%zu TXT records: which one a verifier takes is not defined",
                                                 dkim_label(s), s->answer->count),
                                         CAUSE_DKIM_SEVERAL),
                           "Leave one TXT record at %s: the key that mail is signed with.", s->owner);
    else if (key->tags.blank_end)
        f = finding(run, DKIM_SYNTAX, NOTE, subject, "%sblanks behind the last semicolon, where the grammar has none",
                    dkim_label(s));
    else
        f = finding(run, DKIM_SYNTAX, PASS, subject, "%sa well-formed key record", dkim_label(s));
    if (f->status == FAIL && !s->oversize)
        explain(run, s, f);
    finding_rests_on(run, s->mended.mishap == DKIM_PRIVATE_KEY ? f : dkim_judged(s, f), s->answer->key);
}
