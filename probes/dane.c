/* probes/dane.c - do the TLSA records of every MX host match what the host shows?  (checks.md, section 12; RFC 7672) */
#include "core/derive/dane.h"

#include "core/base/arena.h"
#include "core/base/str.h"
#include "core/derive/clock.h"
#include "core/derive/inventory.h"
#include "core/derive/run.h"
#include "core/derive/zone.h"
#include "core/facts/target.h"
#include "core/facts/tls_session.h"
#include "core/result/finding.h"
#include "core/result/probe.h"
#include "probes/tls_words.h"
#include "probes/unaddressed.h"

/* ---- dane.tlsa ---- */

static void skip_rest(struct run *run, const struct dane *dane, const char *why)
{
    finding(run, DANE_USABLE, SKIPPED, subject_host(dane->host), "%s", why);
    finding(run, DANE_MATCH, SKIPPED, subject_host(dane->host), "%s", why);
}

static void leave_rest_undecided(struct run *run, const struct dane *dane, const struct trouble *trouble)
{
    finding_follows(finding_unknown(run, DANE_USABLE, subject_host(dane->host), trouble, "TLSA records"), DANE_TLSA);
    finding_worst(
        finding_follows(finding_unknown(run, DANE_MATCH, subject_host(dane->host), trouble, "TLSA records"), DANE_TLSA),
        WARN);
}

enum repetition { REPETITION_PENDING, REPETITION_FAILS, REPETITION_DIFFERS };

/* Does the zone's own servers' word for TLSA fail as well?  A server that is silent counts if it answers other
 * questions: some drop those for types that they do not know.  (RFC 7672 2.1.1) */
static enum repetition ask_own_servers(struct run *run, const struct dane *dane, const char **key)
{
    struct trouble trouble;
    const char *zone = need_zone_of(run, dane->base, &trouble);
    struct zone_servers servers;
    size_t failing = 0;

    if (!zone)
        return trouble.reason ? REPETITION_DIFFERS : REPETITION_PENDING;
    servers = need_zone_servers(run, zone);
    for (size_t i = 0; i < servers.count; i++) {
        const struct dns_answer *tlsa = need_dns_at(run, &servers.at[i].ip, dane->owner, DNS_TLSA);
        const struct dns_answer *soa = need_dns_at(run, &servers.at[i].ip, zone, DNS_SOA);

        servers.pending |= !tlsa || !soa;
        if (!tlsa || !soa)
            continue;
        if (tlsa->status != DNS_UNKNOWN)
            return REPETITION_DIFFERS;
        if (soa->status == DNS_UNKNOWN)
            continue;
        failing++;
        *key = tlsa->key;
    }
    if (servers.pending)
        return REPETITION_PENDING;
    return failing ? REPETITION_FAILS : REPETITION_DIFFERS;
}

static bool is_about_the_name(enum reason reason)
{
    return reason == REASON_SERVFAIL || reason == REASON_TIMEOUT || reason == REASON_REFUSED_BY_RESOLVER ||
           reason == REASON_PROTOCOL;
}

static void judge_failure(struct run *run, const struct dane *dane)
{
    enum repetition repetition = REPETITION_DIFFERS;
    const char *key = dane->tlsa->key;
    struct finding *f;

    if (is_about_the_name(dane->trouble.reason))
        repetition = ask_own_servers(run, dane, &key);
    if (repetition == REPETITION_PENDING)
        return;
    if (repetition == REPETITION_FAILS) {
        f = finding(run, DANE_TLSA, WARN, subject_host(dane->host),
                    "the zone's own servers do not answer for TLSA either, so senders that know DANE put mail off: %s",
                    dane->trouble.why);
        finding_remedy(run, finding_cause(f, CAUSE_TLSA_NO_ANSWER),
                       "Update the name servers of the zone of %s, or whatever filters their answers: a name without "
                       "TLSA records must "
                       "be answered with \"no such record\".",
                       dane->base);
        finding_rests_on(run, f, key);
        skip_rest(run, dane, "no answer for TLSA: see dane.tlsa");
    } else {
        f = finding_unknown(run, DANE_TLSA, subject_host(dane->host), &dane->trouble, "no answer for %s", dane->owner);
        if (dane->trouble.reason == REASON_DNSSEC_BOGUS)
            finding_follows(f, DNSSEC_STATUS);
        leave_rest_undecided(run, dane, &dane->trouble);
    }
    finding_rests_on(run, f, dane->tlsa->key);
}

/* ---- dane.usable ---- */

static void judge_records(struct run *run, const struct dane *dane)
{
    for (size_t i = 0; i < dane->count; i++) {
        const struct dane_record *r = &dane->records[i];
        struct subject subject = subject_tlsa(dane->owner, r->text);
        struct finding *f = r->fault == TLSA_USABLE
                                ? finding(run, DANE_USABLE, PASS, subject, "is usable")
                                : finding(run, DANE_USABLE, WARN, subject, "%s", dane_fault_text(r->fault));

        finding_rests_on(run, f, dane->tlsa->key);
    }
}

/* ---- dane.match ---- */

/* What repairs it depends on what went wrong. */
static void advise(struct run *run, const struct dane *dane, const struct tls_view *v, int64_t now, struct finding *f)
{
    struct dane_diagnosis found = dane_diagnose(run_arena(run), dane, v->session->tls, run_target(run)->domain, now);

    switch (found.cause) {
    case DANE_SWAPPED_USAGE:
        finding_remedy(run, finding_cause(f, CAUSE_TLSA_OTHER_USAGE),
                       "The record has the wrong usage: 3 is for the server's own certificate, 2 for an authority "
                       "above it. Publish it with the other "
                       "one.");
        break;
    case DANE_BAD_CERTIFICATE:
        finding_remedy(run, finding_cause(f, CAUSE_TLSA_BAD_CERTIFICATE),
                       "Leave the TLSA records alone. Renew the certificate of %s, or let the server show the one that "
                       "is made for that name: see "
                       "tls.expiry and tls.name.",
                       v->mx_host);
        break;
    case DANE_NOT_SENT:
        finding_remedy(run, finding_cause(f, CAUSE_TLSA_NOT_SENT),
                       "A record with usage 2 needs its certificate in what the server shows: let the server send the "
                       "whole chain, the root included. "
                       "Or publish a record of what it does send.");
        break;
    case DANE_OTHER_KEY:
        finding_remedy(run, f,
                       "If the server has a new key on purpose, publish the record below; otherwise give it the old "
                       "one back. A record \"3 1 1\" outlives "
                       "renewals that keep the key; a new key needs its record some days before it is used.");
        break;
    }
    if (found.record)
        finding_record(run, f, "%s. 3600 IN TLSA %s", dane->owner, found.record);
}

static void judge_match(struct run *run, const struct dane *dane, const struct tls_view *v, int64_t now)
{
    const struct dane_match match = *need_dane_match(run, dane, v->session);
    struct trouble budget = trouble_of(REASON_BUDGET);
    struct clock clock = {.state = CLOCK_RIGHT};
    struct finding *f;

    if (!match.matching && match.out_of_time)
        clock = need_clock(run);
    if (clock.state == CLOCK_PENDING)
        return;
    if (clock.state == CLOCK_WRONG) {
        f = finding_follows(finding_unknown(run, DANE_MATCH, subject_host_address(v->mx_host, &v->ip), &clock.trouble,
                                            "a certificate is out of its time by this machine's clock"),
                            ENV_CLOCK);
    } else if (match.matching && !match.unmatched) {
        f = finding(run, DANE_MATCH, PASS, subject_host_address(v->mx_host, &v->ip), "matches %s", match.matched_text);
    } else if (match.matching) {
        f = finding(run, DANE_MATCH, NOTE, subject_host_address(v->mx_host, &v->ip),
                    "matches %s; nothing that is shown matches %s: half of a roll-over, or a leftover",
                    match.matched_text, match.unmatched_text);
        finding_remedy(
            run, f, "During a roll-over nothing needs to be done. Remove the records of keys that are no longer used.");
    } else if (dane->left_out) {
        f = finding_unknown(run, DANE_MATCH, subject_host_address(v->mx_host, &v->ip), &budget,
                            "the first %zu of %zu TLSA records do not match", dane->count,
                            dane->count + dane->left_out);
    } else {
        f = finding(run, DANE_MATCH, FAIL, subject_host_address(v->mx_host, &v->ip),
                    "the server's certificate matches none of its TLSA records (%s): %s", match.unmatched_text,
                    match.why);
        advise(run, dane, v, now, f);
    }
    finding_rests_on(run, finding_rests_on(run, f, dane->tlsa->key), v->session->key);
}

static void judge_session(struct run *run, const struct dane *dane, const struct tls_view *v)
{
    const int64_t *now = need_now(run);
    struct trouble trouble = v->trouble;

    if (v->kind == TLS_VIEW_PENDING || !now)
        return;
    if (v->kind == TLS_VIEW_SKIPPED) {
        finding(run, DANE_MATCH, SKIPPED, subject_host_address(v->mx_host, &v->ip), "%s", tls_stop_words(v->stop));
        return;
    }
    if (v->kind == TLS_VIEW_UNDECIDED) {
        finding_follows(finding_unknown(run, DANE_MATCH, subject_host_address(v->mx_host, &v->ip), &trouble,
                                        "no certificate was seen"),
                        tls_stop_check(v->stop));
        return;
    }
    if (v->session->tls->established && !v->session->tls->chain_cut) {
        judge_match(run, dane, v, *now);
        return;
    }
    if (!trouble.reason && !v->session->tls->established) {
        finding(run, DANE_MATCH, SKIPPED, subject_host_address(v->mx_host, &v->ip), "no handshake: see tls.handshake");
        return;
    }
    if (!trouble.reason)
        trouble = trouble_of(REASON_PROTOCOL);
    finding_follows(finding_unknown(run, DANE_MATCH, subject_host_address(v->mx_host, &v->ip), &trouble,
                                    "the certificates were not all seen"),
                    TLS_HANDSHAKE);
}

/* A resolver that cannot tell leaves open whether the records count.  Where they match, it makes no difference to mail.
 */
static void judge_undecided_session(struct run *run, const struct dane *dane, const struct tls_view *v)
{
    const int64_t *now = need_now(run);
    struct dane_match match = {.why = ""};
    struct finding *f;

    if (v->kind == TLS_VIEW_PENDING || !now)
        return;
    if (v->kind == TLS_VIEW_SEEN && v->session->tls->established)
        match = *need_dane_match(run, dane, v->session);
    f = finding_unknown(run, DANE_MATCH, subject_host_address(v->mx_host, &v->ip), &dane->trouble,
                        match.matching ? "the certificate matches, if the records count"
                                       : "the certificate is not seen to match any record");
    finding_worst(finding_follows(f, DANE_TLSA), match.matching || !dane->usable ? NOTE : FAIL);
    finding_rests_on(run, finding_rests_on(run, f, dane->tlsa->key), v->session->key);
}

/* ---- hosts ---- */

static void ask_sessions(struct run *run, const struct mx_host *host, struct tls_view *views)
{
    const struct inventory *mail = need_inventory(run);

    for (size_t i = 0; i < host->address_count; i++)
        views[i] = need_tls_view(run, host->name, &mail->addresses[host->addresses[i]].ip);
}

static void judge_undecided(struct run *run, const struct mx_host *host, const struct dane *dane,
                            const struct tls_view *views)
{
    struct finding *f = finding_unknown(run, DANE_TLSA, subject_host(dane->host), &dane->trouble,
                                        "whether %s are secure", dane->weak_spot);

    if (dane->trouble.reason == REASON_DNSSEC_BOGUS)
        finding_follows(f, DNSSEC_STATUS);
    finding_rests_on(run, f, dane->tlsa->key);
    judge_records(run, dane);
    for (size_t i = 0; i < host->address_count; i++)
        judge_undecided_session(run, dane, &views[i]);
}

static void judge_secure(struct run *run, const struct mx_host *host, const struct dane *dane,
                         const struct tls_view *views)
{
    struct finding *f = finding(run, DANE_TLSA, PASS, subject_host(dane->host), "%zu TLSA record%s, secured by DNSSEC",
                                dane->tlsa->count, dane->tlsa->count == 1 ? "" : "s");

    finding_rests_on(run, f, dane->tlsa->key);
    judge_records(run, dane);
    if (!dane->usable && !dane->left_out) {
        finding(run, DANE_MATCH, SKIPPED, subject_host(dane->host), "no usable TLSA record: see dane.usable");
        return;
    }
    for (size_t i = 0; i < host->address_count; i++)
        judge_session(run, dane, &views[i]);
}

static void judge_insecure(struct run *run, const struct dane *dane)
{
    struct finding *f = finding(run, DANE_TLSA, NOTE, subject_host(dane->host),
                                "%s are not secured by DNSSEC, so TLSA records have no effect", dane->weak_spot);

    finding_rests_on(run, f, dane->tlsa->key);
    skip_rest(run, dane, "TLSA records have no effect here: see dane.tlsa");
}

static void judge_no_host(struct run *run, const struct dane *dane)
{
    if (dane->trouble.reason) {
        finding_follows(finding_unknown(run, DANE_TLSA, subject_host(dane->host), &dane->trouble,
                                        "no address of the host is known"),
                        MX_RESOLVES);
        leave_rest_undecided(run, dane, &dane->trouble);
        return;
    }
    finding(run, DANE_TLSA, SKIPPED, subject_host(dane->host), "the host has no address: see mx.resolves");
    skip_rest(run, dane, "the host has no address: see mx.resolves");
}

static void judge_host(struct run *run, const struct mx_host *host)
{
    const struct dane *dane = need_dane(run, host);
    struct tls_view *views = ARENA_ARRAY(run_arena(run), struct tls_view, host->address_count + 1);

    ask_sessions(run, host, views);
    switch (dane->state) {
    case DANE_PENDING:
        break;
    case DANE_NO_HOST:
        judge_no_host(run, dane);
        break;
    case DANE_NO_NAME:
        finding(run, DANE_TLSA, SKIPPED, subject_host(dane->host),
                "the host's name is too long for a TLSA record to stand below it (RFC 1035 2.3.4)");
        skip_rest(run, dane, "no TLSA record is possible: see dane.tlsa");
        break;
    case DANE_NO_RECORDS:
        finding_rests_on(run, finding(run, DANE_TLSA, NOTE, subject_host(dane->host), "no TLSA record"),
                         dane->tlsa->key);
        skip_rest(run, dane, "no TLSA record: see dane.tlsa");
        break;
    case DANE_FAILED:
        judge_failure(run, dane);
        break;
    case DANE_INSECURE:
        judge_insecure(run, dane);
        break;
    case DANE_UNDECIDED:
        judge_undecided(run, host, dane, views);
        break;
    case DANE_SECURE:
        judge_secure(run, host, dane, views);
        break;
    }
}

static void probe_dane(struct run *run)
{
    const struct inventory *mail = need_inventory(run);

    for (size_t i = 0; i < mail->host_count; i++)
        judge_host(run, &mail->hosts[i]);
    if (mail->complete && !mail->host_count)
        judge_without_address(run, mail, DANE_TLSA, "the domain has no MX host");
}

const struct probe dane_probe = {
    .name = "dane",
    .summary = "TLSA records of the MX hosts against their certificates",
    .groups = "dane",
    .run = probe_dane,
};
