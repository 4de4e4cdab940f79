/* probes/smtp.c - the SMTP session with every address of every MX host.  (checks.md, section 7; RFC 5321, RFC 3207) */
#include <inttypes.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/str.h"
#include "core/derive/binding.h"
#include "core/derive/inventory.h"
#include "core/derive/run.h"
#include "core/derive/session.h"
#include "core/facts/smtp_session.h"
#include "core/facts/target.h"
#include "core/result/finding.h"
#include "core/result/probe.h"
#include "probes/smtp.h"
#include "probes/unaddressed.h"

enum { DELAY_PASS_MS = 10000, DELAY_NOTE_MS = 30000 };

static const enum check_id after_connect[] = {SMTP_EHLO_ACCEPTED,       SMTP_EXTENSIONS, SMTP_STARTTLS_OFFERED,
                                              SMTP_STARTTLS_INJECTION, SMTP_DELAY,      SMTP_PROTOCOL};
static const enum check_id after_greeting[] = {SMTP_EHLO_ACCEPTED, SMTP_EXTENSIONS, SMTP_STARTTLS_OFFERED,
                                               SMTP_STARTTLS_INJECTION};
static const enum check_id after_ehlo[] = {SMTP_EXTENSIONS, SMTP_STARTTLS_OFFERED, SMTP_STARTTLS_INJECTION};

static const enum check_id of_starttls[] = {SMTP_STARTTLS_OFFERED, SMTP_STARTTLS_INJECTION};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void skip(struct run *run, const struct smtp_endpoint *e, const enum check_id *checks, size_t count,
                 const char *why)
{
    for (size_t i = 0; i < count; i++)
        finding(run, checks[i], SKIPPED, e->subject, "%s", why);
}

static void leave_undecided(struct run *run, const struct smtp_endpoint *e, const enum check_id *checks, size_t count,
                            const struct trouble *trouble, enum check_id cause)
{
    for (size_t i = 0; i < count; i++) {
        struct finding *f = finding_follows(finding_unknown(run, checks[i], e->subject, trouble, "not seen"), cause);

        if (checks[i] == SMTP_STARTTLS_OFFERED)
            finding_worst(f, smtp_without_tls(e));
    }
}

static bool did_connect(const struct smtp_session *s)
{
    return s->connect_ms >= 0;
}

enum reach { REACHED, NOT_REACHED, REFUSES, REACH_UNDECIDED, NOT_CONTACTED };

/* "; the first connection was reset while connecting", where the judged session is a second. */
static const char *loss_text(struct run *run, const struct smtp_session *s)
{
    const struct smtp_session *lost = need_lost_session(run, s);

    return lost ? str_printf(run_arena(run), "; the first connection was %s %s", session_loss_word(lost),
                             smtp_state_during(lost->state))
                : "";
}

/* It connects, and says that it takes no mail: from nobody (REFUSES), or from us. */
static enum reach judge_refusal(struct run *run, struct smtp_endpoint *e, struct trouble trouble)
{
    const char *line = smtp_reply_last_line(run_arena(run), &e->session->greeting);
    struct finding *f;

    if (trouble.reason) {
        e->trouble = trouble;
        finding_rests_on(run,
                         finding(run, SMTP_REACHABLE, PASS, e->subject, "answers, and refuses this machine: %s", line),
                         e->session->key);
        return REACH_UNDECIDED;
    }
    f = finding(run, SMTP_REACHABLE, WARN, e->subject, "connects, but takes no mail: %s", line);
    finding_rests_on(run, finding_cause(f, CAUSE_SMTP_TAKES_NONE), e->session->key);
    return REFUSES;
}

static enum reach judge_reachability(struct run *run, struct smtp_endpoint *e)
{
    const struct smtp_session *s = e->session;
    enum reach reach = NOT_REACHED;
    struct trouble trouble;
    struct finding *f;

    trouble = reply_trouble(run, s, &s->greeting);
    if (s->greeting.code / 100 == 5 || trouble.reason == REASON_WE_ARE_BLOCKED)
        return judge_refusal(run, e, trouble);
    if (did_connect(s) && (s->end == SMTP_END_RESET || s->end == SMTP_END_CLOSED) && !s->greeting.code) {
        f = finding_worst(finding_unknown(run, SMTP_REACHABLE, e->subject, &e->trouble, "connects, but"), WARN);
        reach = REACH_UNDECIDED;
    } else if (did_connect(s)) {
        f = finding(run, SMTP_REACHABLE, PASS, e->subject, "connects in %" PRId64 " ms%s", s->connect_ms,
                    loss_text(run, s));
        reach = REACHED;
    } else if (e->trouble.reason) {
        f = finding_worst(finding_unknown(run, SMTP_REACHABLE, e->subject, &e->trouble, "port %u", (unsigned)s->port),
                          WARN);
        reach = REACH_UNDECIDED;
    } else if (s->end == SMTP_END_REFUSED) {
        f = finding(run, SMTP_REACHABLE, WARN, e->subject, "refuses connections on port %u", (unsigned)s->port);
    } else {
        f = finding(run, SMTP_REACHABLE, WARN, e->subject, "does not answer on port %u, while others do",
                    (unsigned)s->port);
    }
    finding_rests_on(run, f, s->key);
    return reach;
}

static void advise_on_drops(struct run *run, struct finding *f)
{
    finding_remedy(run, f,
                   "Nothing, if the server means to hold up whom it does not trust, as tarpits do; else look for what "
                   "slows it down.");
}

static void judge_delay(struct run *run, const struct smtp_endpoint *e)
{
    int64_t ms = e->session->greeting_ms;
    double seconds = (double)ms / 1000;
    enum status late = ms <= DELAY_NOTE_MS ? NOTE : WARN;

    if (!e->session->greeting.code && reply_drips(&e->session->greeting))
        advise_on_drops(run, finding(run, SMTP_DELAY, WARN, e->subject,
                                     "the greeting comes in small pieces, and was not complete after %.0f s",
                                     (double)e->session->greeting.ms / 1000));
    else if (!e->session->greeting.code && e->trouble.reason)
        finding_follows(finding_unknown(run, SMTP_DELAY, e->subject, &e->trouble, "no greeting"), BANNER_GREETING);
    else if (!e->session->greeting.code)
        finding(run, SMTP_DELAY, SKIPPED, e->subject, "no complete greeting");
    else if (reply_drips(&e->session->greeting))
        advise_on_drops(run, finding(run, SMTP_DELAY, late, e->subject,
                                     "greets after %.1f s, in small pieces", seconds));
    else if (ms <= DELAY_PASS_MS)
        finding(run, SMTP_DELAY, PASS, e->subject, "greets after %.1f s", seconds);
    else
        finding(run, SMTP_DELAY, late, e->subject, "greets after %.1f s only", seconds);
}

static const char *violations_text(struct run *run, unsigned violations)
{
    static const struct {
        unsigned bit;
        const char *text;
    } names[] = {
        {SMTP_BARE_LF, "lines end in a bare LF"},
        {SMTP_LONG_LINE, "a line is over 512 octets"},
        {SMTP_CONTROL_OCTETS, "control characters in a line"},
        {SMTP_8BIT_OCTETS, "8-bit characters in a line"},
        {SMTP_BAD_CODE, "a reply does not begin with a reply code"},
        {SMTP_BAD_SEPARATOR, "the reply code is not followed by space or hyphen"},
        {SMTP_CODE_CHANGES, "the code changes between the lines of one reply"},
        {SMTP_TOO_MANY_LINES, "a reply has too many lines"},
        {SMTP_TOO_MANY_BYTES, "a reply is too long"},
        {SMTP_UNASKED, "the server speaks before it was asked"},
    };
    const char *text = NULL;

    for (size_t i = 0; i < COUNT(names); i++)
        if (violations & names[i].bit)
            text = text ? str_printf(run_arena(run), "%s; %s", text, names[i].text) : names[i].text;
    return text ? text : "a reply cannot be understood";
}

static void judge_protocol(struct run *run, const struct smtp_endpoint *e)
{
    const struct smtp_session *s = e->session;
    struct finding *f;

    if (smtp_spoke_unasked(s) && !(s->violations & SMTP_FATAL_VIOLATIONS))
        f = finding(run, SMTP_PROTOCOL, FAIL, e->subject, "what came inside TLS is no reply to EHLO: %s",
                    smtp_reply_line(run_arena(run), &s->ehlo_tls));
    else if (s->violations & SMTP_FATAL_VIOLATIONS || s->end == SMTP_END_PROTOCOL)
        f = finding(run, SMTP_PROTOCOL, FAIL, e->subject, "%s, %s%s%s",
                    violations_text(run, s->violations & SMTP_FATAL_VIOLATIONS), smtp_state_during(s->state),
                    s->unasked.line_count ? ": " : "", smtp_reply_line(run_arena(run), &s->unasked));
    else if (s->violations)
        f = finding(run, SMTP_PROTOCOL, NOTE, e->subject, "%s", violations_text(run, s->violations));
    else if (!s->greeting.code)
        f = e->trouble.reason
                ? finding_follows(finding_unknown(run, SMTP_PROTOCOL, e->subject, &e->trouble, "no reply was seen"),
                                  BANNER_GREETING)
                : finding(run, SMTP_PROTOCOL, SKIPPED, e->subject, "no reply was seen");
    else
        f = finding(run, SMTP_PROTOCOL, PASS, e->subject, "all replies are well-formed");
    finding_rests_on(run, f, s->key);
}

/* True: an EHLO reply is there to be judged. */
static bool judge_ehlo(struct run *run, const struct smtp_endpoint *e)
{
    const struct smtp_session *s = e->session;
    struct trouble trouble = reply_trouble(run, s, &s->ehlo);
    struct finding *f;

    if (s->ehlo.code == 250) {
        finding(run, SMTP_EHLO_ACCEPTED, PASS, e->subject, "EHLO is accepted");
        return true;
    }
    if (!s->ehlo.code) {
        if (e->trouble.reason) {
            f = finding_unknown(run, SMTP_EHLO_ACCEPTED, e->subject, &e->trouble, "no reply to EHLO");
            if (!s->greeting.code)
                finding_follows(f, BANNER_GREETING);
            leave_undecided(run, e, after_ehlo, COUNT(after_ehlo), &e->trouble, SMTP_EHLO_ACCEPTED);
        } else {
            finding(run, SMTP_EHLO_ACCEPTED, SKIPPED, e->subject, "no usable reply: see smtp.protocol");
            skip(run, e, after_ehlo, COUNT(after_ehlo), "no usable reply: see smtp.protocol");
        }
        return false;
    }
    if (trouble.reason) {
        finding_unknown(run, SMTP_EHLO_ACCEPTED, e->subject, &trouble, "EHLO answered with %s",
                        smtp_reply_line(run_arena(run), &s->ehlo));
        leave_undecided(run, e, after_ehlo, COUNT(after_ehlo), &trouble, SMTP_EHLO_ACCEPTED);
        return false;
    }
    trouble = s->helo.code ? reply_trouble(run, s, &s->helo) : e->trouble;
    if (trouble.reason) {
        finding_unknown(run, SMTP_EHLO_ACCEPTED, e->subject, &trouble,
                        "EHLO is refused, and HELO was not answered for good");
        leave_undecided(run, e, after_ehlo, COUNT(after_ehlo), &trouble, SMTP_EHLO_ACCEPTED);
        return false;
    }
    if (s->helo.code == 250)
        finding(run, SMTP_EHLO_ACCEPTED, NOTE, e->subject, "only HELO is accepted: %s",
                smtp_reply_line(run_arena(run), &s->ehlo));
    else
        finding(run, SMTP_EHLO_ACCEPTED, WARN, e->subject, "EHLO and HELO are refused: %s",
                smtp_reply_line(run_arena(run), &s->ehlo));
    return s->helo.code == 250;
}

static bool is_number(struct str s)
{
    if (s.len == 0 || s.len > 20)
        return false;
    for (size_t i = 0; i < s.len; i++)
        if (!ascii_is_digit(s.at[i]))
            return false;
    return true;
}

static void judge_extensions(struct run *run, const struct smtp_endpoint *e)
{
    static const char *const wanted[] = {"PIPELINING", "8BITMIME", "SIZE", "ENHANCEDSTATUSCODES", "SMTPUTF8"};
    const struct smtp_session *s = e->session;
    /* What is said in the clear is forgotten after the handshake (RFC 3207 4.2). */
    const struct smtp_reply *ehlo = s->ehlo_tls.code == 250 ? &s->ehlo_tls : &s->ehlo;
    const char *faults = NULL;
    struct str size = {0};

    for (size_t i = 0; i < COUNT(wanted); i++)
        if (!smtp_keyword(ehlo, wanted[i], NULL))
            faults = faults ? str_printf(run_arena(run), "%s, %s", faults, wanted[i])
                            : str_printf(run_arena(run), "missing: %s", wanted[i]);
    if (smtp_keyword(ehlo, "SIZE", &size) && size.len && !is_number(size))
        faults = str_printf(run_arena(run), "%s%sSIZE is no number", faults ? faults : "", faults ? "; " : "");
    if (smtp_keyword(&s->ehlo, "AUTH", NULL))
        faults = str_printf(run_arena(run), "%s%sAUTH is offered before TLS", faults ? faults : "", faults ? "; " : "");
    if (faults)
        finding(run, SMTP_EXTENSIONS, NOTE, e->subject, "%s", faults);
    else
        finding(run, SMTP_EXTENSIONS, PASS, e->subject,
                "all of PIPELINING, 8BITMIME, SIZE, ENHANCEDSTATUSCODES, SMTPUTF8");
}

static enum reach judge_endpoint(struct run *run, struct smtp_endpoint *e)
{
    enum reach reach;

    if (e->session->end == SMTP_END_NOT_CONTACTED) {
        finding(run, SMTP_REACHABLE, SKIPPED, e->subject, "no public address, so not contacted: see ip.public");
        skip(run, e, after_connect, COUNT(after_connect), "no public address: see ip.public");
        return NOT_CONTACTED;
    }
    reach = judge_reachability(run, e);
    if (reach == NOT_REACHED) {
        skip(run, e, after_connect, COUNT(after_connect), "no connection: see smtp.reachable");
        return reach;
    }
    if (!did_connect(e->session)) {
        leave_undecided(run, e, after_connect, COUNT(after_connect), &e->trouble, SMTP_REACHABLE);
        return reach;
    }
    judge_delay(run, e);
    judge_protocol(run, e);
    if (e->session->greeting.code && e->session->greeting.code != 220) {
        struct trouble trouble = reply_trouble(run, e->session, &e->session->greeting);

        if (trouble.reason)
            leave_undecided(run, e, after_greeting, COUNT(after_greeting), &trouble, BANNER_GREETING);
        else
            skip(run, e, after_greeting, COUNT(after_greeting), "no greeting with 220: see banner.greeting");
    } else if (judge_ehlo(run, e)) {
        struct trouble trouble = reply_trouble(run, e->session, &e->session->ehlo);

        if (e->session->injected.len) /* RFC 3207 4.2: what was said in the clear is worth nothing now */
            finding(run, SMTP_EXTENSIONS, SKIPPED, e->subject,
                    "what was said before TLS is discarded: see smtp.starttls_injection");
        else
            judge_extensions(run, e);
        if (trouble.reason == REASON_SMTP_INTERCEPTED)
            leave_undecided(run, e, of_starttls, COUNT(of_starttls), &trouble, BANNER_GREETING);
        else
            smtp_judge_starttls(run, e);
    } else if (e->session->helo.code && !reply_trouble(run, e->session, &e->session->helo).reason &&
               !reply_trouble(run, e->session, &e->session->ehlo).reason) {
        skip(run, e, after_ehlo, COUNT(after_ehlo), "no EHLO: see smtp.ehlo");
    }
    return reach;
}

static void judge_domain(struct run *run, const char *domain, const size_t count[], const struct trouble *doubt)
{
    size_t all = count[REACHED] + count[NOT_REACHED] + count[REFUSES] + count[REACH_UNDECIDED];

    if (count[REACHED])
        finding(run, SMTP_REACHABLE, PASS, subject_domain(domain), "%zu of %zu MX addresses can be reached",
                count[REACHED], all);
    else if (doubt->reason)
        finding_unknown(run, SMTP_REACHABLE, subject_domain(domain), doubt, "no MX address is known to take mail");
    else
        finding_remedy(run,
                       finding(run, SMTP_REACHABLE, FAIL, subject_domain(domain),
                               "no MX works: %s, so bounces and replies are lost",
                               count[REFUSES] ? "none that can be reached takes mail" : "none can be reached"),
                       "%s", count[NOT_REACHED] ? check_of(SMTP_REACHABLE)->remedy : check_of(BANNER_GREETING)->remedy);
}

static void probe_smtp(struct run *run)
{
    const char *domain = run_target(run)->domain;
    const struct inventory *mail = need_inventory(run);
    size_t count[NOT_CONTACTED + 1] = {0}, pending = 0;
    struct trouble doubt = {0};

    for (size_t h = 0; h < mail->host_count; h++) {
        enum binding binding = need_binding(run, mail->hosts[h].name);

        pending += binding == BINDING_PENDING;
        for (size_t i = 0; i < mail->hosts[h].address_count; i++) {
            const struct mail_address *a = &mail->addresses[mail->hosts[h].addresses[i]];
            struct smtp_endpoint e = {.subject = subject_host_address(mail->hosts[h].name, &a->ip), .binding = binding};
            enum reach reach;

            e.session = need_judged_session(run, mail->hosts[h].name, &a->ip, &e.trouble);
            if (!e.session) {
                pending++;
                continue;
            }
            reach = judge_endpoint(run, &e);
            count[reach]++;
            if (reach == REACH_UNDECIDED)
                doubt = e.trouble;
        }
    }
    skip_sender_only(run, mail, SMTP_REACHABLE);
    judge_left_out(run, mail, SMTP_REACHABLE);
    if (!mail->complete || pending)
        return;
    if (!doubt.reason && address_doubt(mail)) /* an MX host that could not be looked up may be the one that works */
        doubt = *address_doubt(mail);
    if (count[REACHED] + count[NOT_REACHED] + count[REFUSES] + count[REACH_UNDECIDED])
        judge_domain(run, domain, count, &doubt);
    else if (count[NOT_CONTACTED])
        finding(run, SMTP_REACHABLE, SKIPPED, subject_domain(domain), "no MX host has a public address");
    else
        judge_without_address(run, mail, SMTP_REACHABLE, "no MX host has an address");
}

const struct probe smtp_probe = {
    .name = "smtp",
    .summary = "the SMTP session with every address of every MX host",
    .groups = "smtp",
    .run = probe_smtp,
};
