/* probes/smtp_starttls.c - is STARTTLS offered and accepted, and is
 * nothing smuggled in behind it?  (checks.md, section 7; RFC 3207) */
#include "probes/smtp.h"

#include "core/base/str.h"
#include "core/derive/run.h"
#include "core/derive/session.h"
#include "core/derive/trial.h"
#include "core/facts/target.h"
#include "core/result/finding.h"

/* Fatal only where a policy binds the host. */
enum status smtp_without_tls(const struct smtp_endpoint *e)
{
    return binding_is_set(e->binding) ? FAIL : WARN;
}

/* Opt-in: is a command that came in one write with STARTTLS answered inside TLS?
 * Hanging up on it is as good as silence. (CVE-2021-38371; "NO STARTTLS" 3.2) */
static void judge_command_injection(struct run *run, const struct smtp_endpoint *e)
{
    const struct smtp_session *s = e->session,
                              *trial = need_smtp_trial(run, &s->ip, s->server_name, SMTP_TRIAL_INJECTION, "");
    struct finding *f;

    if (!trial)
        return;
    if (trial->unasked.line_count)
        f = finding(run, SMTP_STARTTLS_INJECTION, FAIL, e->subject,
                    "a command that was sent before TLS is answered inside it: %s",
                    smtp_reply_line(run_arena(run), &trial->unasked));
    else if (trial->starttls.code && trial->end != SMTP_END_TIMEOUT && trial->end != SMTP_END_LOCAL &&
             trial->starttls.code / 100 != 4)
        f = finding(run, SMTP_STARTTLS_INJECTION, PASS, e->subject,
                    "nothing between the reply to STARTTLS and the handshake; a command that was sent along with "
                    "STARTTLS is dropped");
    else {
        struct trouble trouble = trial_doubt(run, trial);

        f = finding_unknown(run, SMTP_STARTTLS_INJECTION, e->subject, &trouble,
                            "whether a command sent along with STARTTLS is dropped");
    }
    finding_rests_on(run, f, trial->key);
}

static void judge_injection(struct run *run, const struct smtp_endpoint *e)
{
    struct str injected = e->session->injected;

    if (!injected.len && trial_is_wanted(run, ACTIVE_INJECTION) && trial_is_own(run, e->session->server_name))
        judge_command_injection(run, e);
    else if (injected.len)
        finding(run, SMTP_STARTTLS_INJECTION, FAIL, e->subject,
                "%zu bytes in the clear behind the reply to STARTTLS: %s", injected.len,
                str_text(run_arena(run), injected));
    else
        finding(run, SMTP_STARTTLS_INJECTION, PASS, e->subject,
                "nothing between the reply to STARTTLS and the handshake");
}

bool smtp_spoke_unasked(const struct smtp_session *s)
{
    return s->ehlo_tls.code && s->ehlo_tls.code != 250 && s->ehlo_tls.code < 400;
}

static struct finding *fault(struct run *run, const struct smtp_endpoint *e, const char *what)
{
    const char *result =
        binding_is_set(e->binding)
            ? str_printf(run_arena(run), "senders that keep to %s do not deliver", binding_text(e->binding))
            : "mail arrives in the clear, or not at all";

    return finding_rests_on(
        run, finding(run, SMTP_STARTTLS_OFFERED, smtp_without_tls(e), e->subject, "%s: %s", what, result),
        e->session->key);
}

static void fault_inside_tls(struct run *run, const struct smtp_endpoint *e, const char *what)
{
    finding_remedy(run, finding_cause(fault(run, e, what), CAUSE_SMTP_TLS_STUCK),
                   "After the handshake senders say EHLO again, and go on. See in the log of the mail server, and of a "
                   "proxy in front of it, "
                   "why it does not let them.");
}

static void doubt(struct run *run, const struct smtp_endpoint *e, const struct trouble *trouble, const char *what)
{
    struct finding *f = finding_worst(finding_unknown(run, SMTP_STARTTLS_OFFERED, e->subject, trouble, "%s", what),
                                      smtp_without_tls(e));

    finding_rests_on(run, f, e->session->key);
}

/* RFC 3207 4.2: after the handshake the client says EHLO again, and all goes on from there. */
static void judge_inside_tls(struct run *run, const struct smtp_endpoint *e)
{
    const struct smtp_session *s = e->session, *lost = need_lost_session(run, s);
    struct trouble trouble = s->ehlo_tls.code ? reply_trouble(run, s, &s->ehlo_tls) : e->trouble;

    if (s->state == SMTP_HANDSHAKE || (s->tls && !s->tls->established)) {
        finding(run, SMTP_STARTTLS_OFFERED, PASS, e->subject,
                "STARTTLS is offered and accepted; for the handshake see tls.handshake");
    } else if (s->ehlo_tls.violations & SMTP_FATAL_VIOLATIONS || s->unasked.line_count || smtp_spoke_unasked(s) ||
               (!s->ehlo_tls.code && s->end == SMTP_END_PROTOCOL)) {
        finding(run, SMTP_STARTTLS_OFFERED, SKIPPED, e->subject, "no usable reply inside TLS: see smtp.protocol");
    } else if (trouble.reason) {
        doubt(run, e, &trouble, "STARTTLS is accepted; EHLO inside TLS");
    } else if (s->ehlo_tls.code / 100 == 5) {
        fault_inside_tls(run, e,
                         str_printf(run_arena(run), "STARTTLS is accepted, but EHLO inside TLS is refused (%s)",
                                    smtp_reply_line(run_arena(run), &s->ehlo_tls)));
    } else if (session_lost_in_tls(s)) {
        fault_inside_tls(run, e,
                         str_printf(run_arena(run), "STARTTLS is accepted, but the connection is %s %s, each time",
                                    session_loss_word(s), smtp_state_during(s->state)));
    } else if (lost && session_lost_in_tls(lost)) {
        trouble = trouble_of(REASON_CONNECTION_LOST);
        trouble.why = str_printf(run_arena(run), "the first connection was %s %s, the second was not",
                                 session_loss_word(lost), smtp_state_during(lost->state));
        doubt(run, e, &trouble, "STARTTLS is offered and accepted");
    } else {
        finding(run, SMTP_STARTTLS_OFFERED, PASS, e->subject, "STARTTLS is offered and accepted");
    }
}

void smtp_judge_starttls(struct run *run, const struct smtp_endpoint *e)
{
    const struct smtp_session *s = e->session;
    struct trouble trouble;

    if (!smtp_keyword(&s->ehlo, "STARTTLS", NULL)) {
        trouble = session_tarpit(run, s);
        if (trouble.reason)
            doubt(run, e, &trouble, "STARTTLS is not offered to this machine");
        else
            fault(run, e, "STARTTLS is not offered");
        finding(run, SMTP_STARTTLS_INJECTION, SKIPPED, e->subject, "STARTTLS is not offered");
        return;
    }
    if (s->starttls.code == 220) {
        judge_inside_tls(run, e);
        judge_injection(run, e);
        return;
    }
    trouble = s->starttls.code ? reply_trouble(run, s, &s->starttls) : e->trouble;
    if (trouble.reason) {
        doubt(run, e, &trouble,
              s->starttls.code ? str_printf(run_arena(run), "STARTTLS is offered, and answered with %s",
                                            smtp_reply_line(run_arena(run), &s->starttls))
                               : "STARTTLS is offered, and the command was not answered");
        finding_follows(
            finding_unknown(run, SMTP_STARTTLS_INJECTION, e->subject, &trouble, "STARTTLS was not accepted"),
            SMTP_STARTTLS_OFFERED);
        return;
    }
    finding_remedy(run,
                   finding_cause(fault(run, e,
                                       str_printf(run_arena(run), "STARTTLS is offered, but refused (%s)",
                                                  smtp_reply_line(run_arena(run), &s->starttls))),
                                 CAUSE_SMTP_TLS_REFUSED),
                   "See in the log of the mail server why it refuses; often its certificate or key cannot be read.");
    finding(run, SMTP_STARTTLS_INJECTION, SKIPPED, e->subject, "STARTTLS was not accepted");
}
