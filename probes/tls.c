/* probes/tls.c - TLS and certificate of every address of every MX host.  (checks.md, section 8; RFC 3207, 8996, 9325)
 *
 * Senders mostly take any TLS that they get, so faults are advice, unless a policy of the domain's own binds them. */
#include <inttypes.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/date.h"
#include "core/base/str.h"
#include "core/base/x509.h"
#include "core/derive/binding.h"
#include "core/derive/clock.h"
#include "core/derive/dane.h"
#include "core/derive/inventory.h"
#include "core/derive/run.h"
#include "core/derive/trial.h"
#include "core/facts/smtp_session.h"
#include "core/facts/target.h"
#include "core/facts/tls_session.h"
#include "core/result/finding.h"
#include "core/result/probe.h"
#include "probes/tls_words.h"
#include "probes/unaddressed.h"

enum { RSA_BITS_MIN = 2048, EC_BITS_MIN = 256 };

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const enum check_id checks[] = {TLS_HANDSHAKE, TLS_VERSION, TLS_CHAIN, TLS_NAME, TLS_EXPIRY, TLS_KEY};

struct endpoint {
    struct tls_view view;
    const struct tls_session *tls; /* once it is seen */
    const char *host;
    enum binding binding;
    const struct dane *dane;
    const struct clock *clock;
    struct dane_match match; /* zero where TLSA does not count, or where a policy wants an authority all the same */
    const struct x509_facts *leaf; /* NULL: none that could be read */
};

/* What an unknown may stand for: only a policy makes a fault of TLS fatal, and a weak key is never more than a warning.
 */
static enum status worst_of(const struct endpoint *e, enum check_id check)
{
    return binding_is_set(e->binding) && check != TLS_KEY ? FAIL : WARN;
}

static void skip(struct run *run, const struct endpoint *e, const enum check_id *ids, size_t count, const char *why)
{
    for (size_t i = 0; i < count; i++)
        finding(run, ids[i], SKIPPED, subject_host_address(e->view.mx_host, &e->view.ip), "%s", why);
}

static struct finding *doubt(struct run *run, const struct endpoint *e, enum check_id check,
                             const struct trouble *trouble, const char *what)
{
    return finding_worst(
        finding_unknown(run, check, subject_host_address(e->view.mx_host, &e->view.ip), trouble, "%s", what),
        worst_of(e, check));
}

static void leave_undecided(struct run *run, const struct endpoint *e, const enum check_id *ids, size_t count,
                            enum check_id cause)
{
    for (size_t i = 0; i < count; i++) {
        struct finding *f = doubt(run, e, ids[i], &e->view.trouble, "not seen");

        if (ids[i] != cause)
            finding_follows(f, cause);
    }
}

/* A fault that is `unbound` by itself, and `bound` where the domain asks senders
 * to refuse it.  A policy under test warns of what it is going to refuse. */
static struct finding *fault(struct run *run, const struct endpoint *e, enum check_id check, enum status unbound,
                             enum status bound, const char *what)
{
    struct subject subject = subject_host_address(e->view.mx_host, &e->view.ip);
    const char *policy = binding_text(e->binding);
    struct finding *f;

    if (binding_is_set(e->binding))
        f = finding(run, check, bound, subject, "%s; senders that keep to %s do not deliver", what, policy);
    else if (e->binding == BINDING_TESTED && bound == FAIL)
        f = finding(run, check, WARN, subject, "%s; senders that keep to %s would not deliver", what, policy);
    else
        f = finding(run, check, unbound, subject, "%s", what);
    return finding_rests_on(run, f, e->view.session->key);
}

static void pass(struct run *run, const struct endpoint *e, enum check_id check, const char *what)
{
    finding_rests_on(run, finding(run, check, PASS, subject_host_address(e->view.mx_host, &e->view.ip), "%s", what),
                     e->view.session->key);
}

/* ---- handshake and version ---- */

/* What OpenSSL says when the peer has no version from 1.2 on: to its answer, or to its alert. */
static bool is_too_old(const char *error)
{
    return error && (strcmp(error, "unsupported protocol") == 0 || strcmp(error, "tlsv1 alert protocol version") == 0);
}

/* Opt-in, in a session and with a context of their own.  A peer that hangs up on them does not offer them. */
static void judge_old_versions(struct run *run, const struct endpoint *e)
{
    const struct smtp_session *s = e->view.session,
                              *trial = need_smtp_trial(run, &s->ip, e->host, SMTP_TRIAL_OLD_TLS, "");
    struct finding *f;

    if (!trial)
        return;
    if (trial->tls && trial->tls->established)
        f = finding(run, TLS_VERSION, NOTE, subject_host_address(e->view.mx_host, &e->view.ip),
                    "%s, but %s is offered too", e->tls->protocol, trial->tls->protocol);
    else if (trial->end == SMTP_END_TLS ||
             (trial->state == SMTP_HANDSHAKE && (trial->end == SMTP_END_RESET || trial->end == SMTP_END_CLOSED)))
        f = finding(run, TLS_VERSION, PASS, subject_host_address(e->view.mx_host, &e->view.ip),
                    "%s, and neither TLS 1.0 nor 1.1", e->tls->protocol);
    else {
        struct trouble trouble = trial_doubt(run, trial);

        f = finding_worst(finding_unknown(run, TLS_VERSION, subject_host_address(e->view.mx_host, &e->view.ip),
                                          &trouble, "%s; whether TLS 1.0 or 1.1 is offered too", e->tls->protocol),
                          NOTE);
    }
    finding_rests_on(run, finding_rests_on(run, f, s->key), trial->key);
}

static void judge_version(struct run *run, const struct endpoint *e)
{
    const char *protocol = e->tls->protocol;

    if (!e->tls->established && is_too_old(e->tls->error))
        fault(run, e, TLS_VERSION, WARN, FAIL, "offers no version of TLS from 1.2 on");
    else if (!e->tls->established)
        finding(run, TLS_VERSION, SKIPPED, subject_host_address(e->view.mx_host, &e->view.ip),
                "no handshake: see tls.handshake");
    else if (trial_is_wanted(run, ACTIVE_OLD_TLS) && trial_is_own(run, e->host))
        judge_old_versions(run, e);
    else if (strcmp(protocol, "TLSv1.2") == 0 || strcmp(protocol, "TLSv1.3") == 0)
        pass(run, e, TLS_VERSION, str_printf(run_arena(run), "%s", protocol));
    else
        fault(run, e, TLS_VERSION, WARN, FAIL,
              str_printf(run_arena(run), "%s is the newest version that it offers", protocol));
}

/* True: there is a session whose certificates are to be judged. */
static bool judge_handshake(struct run *run, const struct endpoint *e)
{
    static const enum check_id of_version[] = {TLS_VERSION};
    static const enum check_id of_certificate[] = {TLS_CHAIN, TLS_NAME, TLS_EXPIRY};
    const struct tls_session *tls = e->tls;

    if (tls->established) {
        pass(run, e, TLS_HANDSHAKE, str_printf(run_arena(run), "%s with %s", tls->protocol, tls->cipher));
        judge_version(run, e);
        return true;
    }
    if (e->view.trouble.reason) {
        struct finding *f = doubt(run, e, TLS_HANDSHAKE, &e->view.trouble, "the handshake does not end");

        finding_rests_on(run, f, e->view.session->key);
        leave_undecided(run, e, of_version, COUNT(of_version), TLS_HANDSHAKE);
        leave_undecided(run, e, of_certificate, COUNT(of_certificate), TLS_HANDSHAKE);
        return false;
    }
    fault(run, e, TLS_HANDSHAKE, WARN, FAIL,
          str_printf(run_arena(run), "the handshake fails: %s", tls->error ? tls->error : "no reason is given"));
    judge_version(run, e);
    skip(run, e, of_certificate, COUNT(of_certificate), "no handshake: see tls.handshake");
    return false;
}

/* ---- the certificate ---- */

/* The path is checked from the anchor down, so a complaint about time that
 * fits the leaf is about the leaf, and the path above it is sound. */
static bool is_only_out_of_time(struct run *run, const struct endpoint *e)
{
    const int64_t *now = need_now(run);

    if (!now || !e->leaf || !x509_is_time_error(e->tls->verify_error))
        return false;
    return *now < e->leaf->not_before || *now > e->leaf->not_after;
}

static void judge_chain(struct run *run, const struct endpoint *e)
{
    bool time_error = x509_is_time_error(e->tls->verify_error);

    if (e->match.by_end_entity)
        pass(run, e, TLS_CHAIN, "matches a TLSA record with usage 3: no authority is needed");
    else if (e->match.matching)
        pass(run, e, TLS_CHAIN, "leads to the authority that a TLSA record names");
    else if (e->tls->verify_error == 0)
        pass(run, e, TLS_CHAIN, "leads to an authority that is widely trusted");
    else if (is_only_out_of_time(run, e))
        pass(run, e, TLS_CHAIN, "leads to an authority that is widely trusted; for its time see tls.expiry");
    else if (time_error && e->clock->state == CLOCK_WRONG)
        finding_follows(
            doubt(run, e, TLS_CHAIN, &e->clock->trouble, "an authority is out of its time by this machine's clock"),
            ENV_CLOCK);
    else if (e->tls->lacks_anchors)
        doubt(run, e, TLS_CHAIN, &no_authorities_here, "it cannot be told where the certificate leads");
    else if (!time_error || e->clock->state != CLOCK_PENDING)
        fault(run, e, TLS_CHAIN, NOTE, FAIL,
              str_printf(run_arena(run), "the certificate does not lead to a trusted authority: %s",
                         e->tls->verify_text));
}

static const char *names_text(struct run *run, const struct x509_facts *leaf)
{
    enum { NAMES_SHOWN = 5 };
    const char *text = "";

    for (size_t i = 0; i < leaf->dns_name_count && i < NAMES_SHOWN; i++)
        text = str_printf(run_arena(run), "%s%s%s", text, i ? ", " : "", str_text(run_arena(run), leaf->dns_names[i]));
    if (leaf->dns_name_count > NAMES_SHOWN)
        text = str_printf(run_arena(run), "%s, and %zu more", text,
                          leaf->dns_name_count - NAMES_SHOWN + leaf->dns_names_left_out);
    return text;
}

static void judge_name(struct run *run, const struct endpoint *e)
{
    if (e->match.by_end_entity)
        finding(run, TLS_NAME, SKIPPED, subject_host_address(e->view.mx_host, &e->view.ip),
                "names do not count: a TLSA record with usage 3 matches");
    else if (e->tls->name_matches)
        pass(run, e, TLS_NAME, str_printf(run_arena(run), "is for %s", e->host));
    else if (e->match.matching)
        pass(run, e, TLS_NAME, "is for one of the names that count with TLSA usage 2");
    else if (!e->leaf)
        fault(run, e, TLS_NAME, NOTE, FAIL, "no certificate that could be read was shown");
    else if (!e->leaf->dns_name_count)
        fault(run, e, TLS_NAME, NOTE, FAIL,
              str_printf(run_arena(run),
                         "the certificate has no subject alternative name for %s, and its common name does not count",
                         e->host));
    else
        fault(run, e, TLS_NAME, NOTE, FAIL,
              str_printf(run_arena(run), "the certificate is not for %s, but for %s", e->host,
                         names_text(run, e->leaf)));
}

/* With usage 3 the dates do not count for senders that know DANE; others may look at them. */
static void expiry_fault(struct run *run, const struct endpoint *e, enum status unbound, enum status bound,
                         const char *what)
{
    if (e->match.by_end_entity)
        finding_rests_on(run,
                         finding(run, TLS_EXPIRY, NOTE, subject_host_address(e->view.mx_host, &e->view.ip),
                                 "%s; with a TLSA record of usage 3 that does not count", what),
                         e->view.session->key);
    else
        fault(run, e, TLS_EXPIRY, unbound, bound, what);
}

static void judge_expiry(struct run *run, const struct endpoint *e, int64_t now)
{
    int64_t lifetime, left;
    const char *rest;

    if (!e->leaf) {
        finding(run, TLS_EXPIRY, SKIPPED, subject_host_address(e->view.mx_host, &e->view.ip),
                "no certificate that could be read was shown");
        return;
    }
    lifetime = e->leaf->not_after - e->leaf->not_before;
    left = e->leaf->not_after - now;
    if (now < e->leaf->not_before) {
        expiry_fault(run, e, WARN, FAIL,
                     str_printf(run_arena(run), "the certificate is not valid yet, for another %s",
                                date_span(run_arena(run), e->leaf->not_before - now)));
        return;
    }
    if (left <= 0) {
        expiry_fault(run, e, WARN, FAIL,
                     str_printf(run_arena(run), "the certificate expired %s ago", date_span(run_arena(run), -left)));
        return;
    }
    rest = str_printf(run_arena(run), "%s of %s are left", date_span(run_arena(run), left),
                      date_span(run_arena(run), lifetime));
    if (left < lifetime / 6 || left < DAY_S)
        expiry_fault(run, e, WARN, FAIL,
                     str_printf(run_arena(run), "%s, less than a sixth: renewal seems to have failed", rest));
    else if (left < lifetime / 3)
        expiry_fault(run, e, NOTE, WARN, str_printf(run_arena(run), "%s, less than a third: renewal is due", rest));
    else
        pass(run, e, TLS_EXPIRY, rest);
}

/* The clock comes first. */
static void judge_dates(struct run *run, const struct endpoint *e)
{
    const int64_t *now = need_now(run);
    struct trouble trouble = trouble_of(REASON_BUDGET);

    if (!now || e->clock->state == CLOCK_PENDING)
        return;
    if (e->clock->state == CLOCK_WRONG) {
        finding_follows(doubt(run, e, TLS_EXPIRY, &e->clock->trouble, "the dates of the certificate cannot be judged"),
                        ENV_CLOCK);
    } else if (*now == 0) {
        doubt(run, e, TLS_EXPIRY, &trouble, "the time of day is not known");
    } else {
        judge_expiry(run, e, *now);
    }
}

/* ---- keys and signatures ---- */

/* NULL, or what is wrong with the key. */
static const char *key_fault(struct run *run, const struct x509_facts *x)
{
    static const char *const edwards[] = {"ED25519", "ED448"};

    if (x->key_too_large)
        return str_printf(run_arena(run), "an RSA key of %u bits is not processed at all", x->key_bits);
    if (strcmp(x->key_type, "RSA") == 0 || strcmp(x->key_type, "RSASSA-PSS") == 0)
        return x->key_bits < RSA_BITS_MIN ? str_printf(run_arena(run), "an RSA key of %u bits is too weak", x->key_bits)
                                          : NULL;
    if (strcmp(x->key_type, "EC") == 0)
        return x->key_bits < EC_BITS_MIN ? str_printf(run_arena(run), "an EC key of %u bits is too weak", x->key_bits)
                                         : NULL;
    for (size_t i = 0; i < COUNT(edwards); i++)
        if (strcmp(x->key_type, edwards[i]) == 0)
            return NULL;
    return str_printf(run_arena(run), "a key of type %s is not known to every sender", x->key_type);
}

/* A root that is sent along is trusted, or not, whatever its own signature. */
static const char *certificate_fault(struct run *run, const struct x509_facts *x, bool is_leaf)
{
    const char *fault_of_key;

    if (x->self_issued && !is_leaf)
        return NULL;
    fault_of_key = key_fault(run, x);
    if (fault_of_key)
        return fault_of_key;
    return x->signature_is_weak ? str_printf(run_arena(run), "a signature by %s is too weak", x->signature) : NULL;
}

static void judge_key(struct run *run, const struct endpoint *e)
{
    struct finding *f;

    for (size_t i = 0; i < e->tls->chain_count; i++) {
        const struct x509_facts *x = e->tls->chain[i].facts;
        const char *what = x ? certificate_fault(run, x, i == 0) : NULL;

        if (!what)
            continue;
        f = finding(run, TLS_KEY, WARN, subject_host_address(e->view.mx_host, &e->view.ip), "%s (certificate of %s)",
                    what, str_text(run_arena(run), x->subject));
        finding_rests_on(run, f, e->view.session->key);
        return;
    }
    if (e->leaf) {
        pass(run, e, TLS_KEY,
             str_printf(run_arena(run), "%s, %u bits, signed by %s", e->leaf->key_type, e->leaf->key_bits,
                        e->leaf->signature));
        return;
    }
    if (e->view.trouble.reason)
        finding_follows(doubt(run, e, TLS_KEY, &e->view.trouble, "no certificate was seen"), TLS_HANDSHAKE);
    else
        finding(run, TLS_KEY, SKIPPED, subject_host_address(e->view.mx_host, &e->view.ip),
                "no certificate that could be read was shown");
}

/* ---- endpoints ---- */

static void look_closer(struct run *run, struct endpoint *e)
{
    const int64_t *now = need_now(run);

    e->tls = e->view.session->tls;
    e->leaf = tls_session_leaf(e->tls);
    /* Senders that keep to an MTA-STS policy need not know DANE. */
    if (e->binding == BINDING_STS || e->binding == BINDING_BOTH)
        return;
    if (now && e->tls->established && e->dane->state == DANE_SECURE)
        e->match = *need_dane_match(run, e->dane, e->view.session);
}

static void judge_endpoint(struct run *run, struct endpoint *e)
{
    switch (e->view.kind) {
    case TLS_VIEW_PENDING:
        break;
    case TLS_VIEW_SKIPPED:
        skip(run, e, checks, COUNT(checks), tls_stop_words(e->view.stop));
        break;
    case TLS_VIEW_UNDECIDED:
        leave_undecided(run, e, checks, COUNT(checks), tls_stop_check(e->view.stop));
        break;
    case TLS_VIEW_SEEN:
        look_closer(run, e);
        if (judge_handshake(run, e)) {
            judge_chain(run, e);
            judge_name(run, e);
            judge_dates(run, e);
        }
        judge_key(run, e);
        break;
    }
}

static void probe_tls(struct run *run)
{
    const struct inventory *mail = need_inventory(run);
    struct clock clock = need_clock(run);
    size_t endpoints = 0;

    need_now(run);
    for (size_t h = 0; h < mail->host_count; h++) {
        const struct mx_host *host = &mail->hosts[h];
        const struct dane *dane = need_dane(run, host);
        enum binding binding = need_binding(run, host->name);

        for (size_t i = 0; i < host->address_count; i++) {
            struct endpoint e = {.host = host->name, .binding = binding, .dane = dane, .clock = &clock};

            e.view = need_tls_view(run, host->name, &mail->addresses[host->addresses[i]].ip);
            judge_endpoint(run, &e);
            endpoints++;
        }
    }
    if (mail->complete && !endpoints)
        judge_without_address(run, mail, TLS_HANDSHAKE, "no MX host has an address");
}

const struct probe tls_probe = {
    .name = "tls",
    .summary = "TLS and certificate of every address of every MX host",
    .groups = "tls",
    .run = probe_tls,
};
