/* probes/recipient.c - opt-in: does a mail server take mail for postmaster, and refuse to relay?  (checks.md, section
 * 7)
 *
 * A recipient is named after an empty sender, and that is all: no DATA ever.  (threats.md A5; RFC 5321 4.5.1) */
#include "core/base/arena.h"
#include "core/base/str.h"
#include "core/derive/inventory.h"
#include "core/derive/run.h"
#include "core/derive/session.h"
#include "core/derive/trial.h"
#include "core/facts/smtp_session.h"
#include "core/facts/target.h"
#include "core/result/finding.h"
#include "core/result/probe.h"

enum { NEAR_BITS_V4 = 24, NEAR_BITS_V6 = 64 };

struct question {
    const struct mx_host *host;
    const struct ip *ip;
    struct subject subject;
    const char *recipient;
};

/* To RCPT, or to MAIL where that was refused. */
static const struct smtp_reply *last_reply(const struct smtp_session *trial)
{
    return trial->mail.code && trial->mail.code != 250 ? &trial->mail : &trial->rcpt;
}

/* NULL: on its way, or nothing was said that could be judged, and the finding is made. */
static const struct smtp_session *need_answer(struct run *run, const struct question *q, enum check_id check)
{
    struct trouble trouble;
    const struct smtp_session *s, *trial;
    const struct smtp_reply *reply;

    if (!trial_is_own(run, q->host->name)) {
        finding(run, check, SKIPPED, q->subject, "not tried: this is asked only of hosts that are named as one's own");
        return NULL;
    }
    s = need_judged_session(run, q->host->name, q->ip, &trouble);
    if (!s)
        return NULL;
    if (trouble.reason) {
        finding_follows(finding_unknown(run, check, q->subject, &trouble, "not tried"), SMTP_REACHABLE);
        return NULL;
    }
    if (s->ehlo.code != 250 && s->helo.code != 250) {
        finding(run, check, SKIPPED, q->subject, "there is no session in which it could be tried: see smtp.ehlo");
        return NULL;
    }
    trial = need_smtp_trial(run, q->ip, q->host->name, SMTP_TRIAL_RCPT, q->recipient);
    if (!trial)
        return NULL;
    reply = last_reply(trial);
    trouble = trial->end == SMTP_END_OK && reply->code ? reply_trouble(run, trial, reply) : trial_doubt(run, trial);
    if (!trouble.reason)
        return trial;
    finding_rests_on(
        run, finding_unknown(run, check, q->subject, &trouble, "only temporary replies to RCPT TO:<%s>", q->recipient),
        trial->key);
    return NULL;
}

static bool accepts(const struct smtp_session *trial)
{
    return trial->rcpt.code / 100 == 2;
}

static const char *words(struct run *run, const struct smtp_session *trial)
{
    return smtp_reply_line(run_arena(run), last_reply(trial));
}

static void judge_postmaster(struct run *run, const struct question *q)
{
    const struct smtp_session *trial = need_answer(run, q, SMTP_POSTMASTER);
    struct finding *f;

    if (!trial)
        return;
    if (accepts(trial))
        f = finding(run, SMTP_POSTMASTER, PASS, q->subject, "%s is accepted", q->recipient);
    else if (trial->rcpt.code)
        f = finding(run, SMTP_POSTMASTER, WARN, q->subject, "%s is refused: %s", q->recipient, words(run, trial));
    else
        f = finding(run, SMTP_POSTMASTER, WARN, q->subject, "the empty sender, which bounces have, is refused: %s",
                    words(run, trial));
    finding_rests_on(run, f, trial->key);
}

/* A server lets its own network relay, so from there its yes says nothing. */
static bool may_be_trusted(const struct smtp_session *trial)
{
    unsigned bits = trial->our_ip.family == IP_V6 ? NEAR_BITS_V6 : NEAR_BITS_V4;
    struct ip_network near = ip_network_of(&trial->ip, bits);

    return ip_special(&trial->our_ip) || ip_in_network(&trial->our_ip, &near);
}

static void judge_relay(struct run *run, const struct question *q)
{
    static const struct trouble trusted = {REASON_NOT_CONTACTED, SIDE_US,
                                           "the server may trust this machine's network; ask from another one"};
    const struct smtp_session *trial = need_answer(run, q, SMTP_RELAY);
    struct finding *f;

    if (!trial)
        return;
    if (accepts(trial) && may_be_trusted(trial))
        f = finding_unknown(run, SMTP_RELAY, q->subject, &trusted, "%s is accepted", q->recipient);
    else if (accepts(trial))
        f = finding(run, SMTP_RELAY, FAIL, q->subject, "an open relay: %s is accepted from anybody", q->recipient);
    else if (trial->rcpt.code)
        f = finding(run, SMTP_RELAY, PASS, q->subject, "%s is refused: %s", q->recipient, words(run, trial));
    else
        f = finding(run, SMTP_RELAY, SKIPPED, q->subject,
                    "the empty sender is refused, so no recipient could be named: %s", words(run, trial));
    finding_rests_on(run, f, trial->key);
}

static void probe_recipient(struct run *run)
{
    const struct target *target = run_target(run);
    const struct inventory *mail = need_inventory(run);

    for (size_t h = 0; h < mail->host_count; h++) {
        const struct mx_host *host = &mail->hosts[h];

        for (size_t i = 0; i < host->address_count; i++) {
            struct question q = {.host = host, .ip = &mail->addresses[host->addresses[i]].ip};

            if (trial_is_wanted(run, ACTIVE_POSTMASTER)) {
                q.subject = subject_mailbox(target->domain, host->name, q.ip);
                q.recipient = str_printf(run_arena(run), "postmaster@%s", target->domain);
                judge_postmaster(run, &q);
            }
            if (trial_is_wanted(run, ACTIVE_RELAY)) {
                q.subject = subject_host_address(host->name, q.ip);
                q.recipient = str_printf(run_arena(run), "mailready-relay-test.no-such-user@%s", target->relay_domain);
                judge_relay(run, &q);
            }
        }
    }
}

const struct probe recipient_probe = {
    .name = "recipient",
    .summary = "opt-in: postmaster is accepted, and relaying refused",
    .groups = "smtp",
    .run = probe_recipient,
};
