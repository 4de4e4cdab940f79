/* core/derive/dane.c - collects an MX host's TLSA records, says which are usable, and which match. */
#include "core/derive/dane.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/base/x509.h"
#include "core/derive/absence.h"
#include "core/derive/derived.h"
#include "core/derive/dnssec.h"
#include "core/derive/run.h"
#include "core/derive/tls_dane.h"
#include "core/facts/record_text.h"
#include "core/facts/smtp_session.h"
#include "core/facts/target.h"
#include "core/facts/tls_session.h"

enum {
    PKIX_TA = 0,
    PKIX_EE = 1,
    DANE_TA = 2,
    DANE_EE = 3,
    FULL = 0,
    SHA256 = 1,
    SHA512 = 2,
    SHA256_OCTETS = 32,
    SHA512_OCTETS = 64,
    LABEL_OCTETS = 8
};

/* ---- records ---- */

enum dane_fault dane_record_fault(const struct dns_record *r)
{
    size_t len = r->tlsa.data.len;

    if (r->tlsa.usage == PKIX_TA || r->tlsa.usage == PKIX_EE)
        return TLSA_PKIX_USAGE;
    if (r->tlsa.usage != DANE_TA && r->tlsa.usage != DANE_EE)
        return TLSA_BAD_USAGE;
    if (r->tlsa.selector > 1)
        return TLSA_BAD_SELECTOR;
    if (r->tlsa.matching > SHA512)
        return TLSA_BAD_MATCHING;
    if (r->tlsa.matching != FULL)
        return len == (r->tlsa.matching == SHA256 ? SHA256_OCTETS : SHA512_OCTETS) ? TLSA_USABLE : TLSA_BAD_LENGTH;
    return tls_dane_takes(r) ? TLSA_USABLE : TLSA_BAD_DATA;
}

const char *dane_fault_text(enum dane_fault fault)
{
    static const char *const texts[TLSA_FAULT_COUNT] = {
        [TLSA_USABLE] = "is usable",
        [TLSA_PKIX_USAGE] = "has usage 0 or 1, which senders of mail do not use: make it 2 or 3",
        [TLSA_BAD_USAGE] = "has a usage that is not assigned",
        [TLSA_BAD_SELECTOR] = "has a selector that is not assigned",
        [TLSA_BAD_MATCHING] = "has a matching type that is not assigned",
        [TLSA_BAD_LENGTH] = "does not have the length of its digest",
        [TLSA_BAD_DATA] = "holds neither a certificate nor a public key, as its selector says",
    };

    return texts[fault];
}

const char *dane_record_label(struct arena *arena, const struct dns_record *r)
{
    const char *text =
        str_printf(arena, "%u %u %u ", (unsigned)r->tlsa.usage, (unsigned)r->tlsa.selector, (unsigned)r->tlsa.matching);
    size_t shown = r->tlsa.data.len < LABEL_OCTETS ? r->tlsa.data.len : LABEL_OCTETS;

    return str_printf(arena, "%s%s%s", text, hex_text(arena, (struct str){r->tlsa.data.at, shown}),
                      shown < r->tlsa.data.len ? "..." : "");
}

static void list_records(struct run *run, struct dane *dane)
{
    size_t count = dane->tlsa->count < DANE_RECORDS_MAX ? dane->tlsa->count : DANE_RECORDS_MAX;
    struct dane_record *records = ARENA_ARRAY(run_arena(run), struct dane_record, count);

    for (size_t i = 0; i < count; i++) {
        const struct dns_record *r = &dane->tlsa->records[i];

        records[i] = (struct dane_record){r, dane_record_fault(r), dane_record_label(run_arena(run), r)};
        x509_demand_memory(run_arena(run));
        dane->usable += records[i].fault == TLSA_USABLE;
    }
    dane->records = records;
    dane->count = count;
    dane->left_out = dane->tlsa->count - count;
}

/* ---- of a host ---- */

static const char *end_of_chain(const struct mx_host *host)
{
    const struct dns_answer *answers[] = {host->a, host->aaaa};

    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        const struct dns_answer *a = answers[i];

        if (a && a->status == DNS_OK && a->chain_count && name_is_host(a->chain[a->chain_count - 1].target))
            return a->chain[a->chain_count - 1].target;
    }
    return NULL;
}

static const char *owner_below(struct run *run, const char *base)
{
    char port[8];

    snprintf(port, sizeof port, "_%u", (unsigned)run_target(run)->smtp_port);
    return str_concat(run_arena(run), port, "._tcp.", base, NULL);
}

static const struct dns_answer *ask(struct run *run, struct dane *dane, const char *base)
{
    const char *owner = owner_below(run, base);
    const struct dns_answer *answer = need_record(run, owner, DNS_TLSA);

    dane->base = base;
    dane->owner = owner;
    return answer;
}

/* "_25._tcp." takes nine octets, which a long host name has not left.  (RFC 1035 2.3.4) */
static bool can_have_tlsa(struct run *run, const char *base)
{
    uint8_t wire[NAME_WIRE_MAX];

    return name_to_wire(owner_below(run, base), wire) > 0;
}

/* An alias that is signed itself, and leads where nothing is: the records at its own name bind.  (RFC 7672 2.2.2) */
static enum dns_security security_of_alias(struct run *run, const struct mx_host *host, struct trouble *trouble,
                                           bool *pending)
{
    const struct dns_answer *address = host->a && host->a->status == DNS_OK ? host->a : host->aaaa, *alias;

    if (!address || address->status != DNS_OK || !address->chain_count ||
        need_security(run, address, pending) != DNS_INSECURE)
        return DNS_INSECURE;
    alias = need_dns(run, host->name, DNS_CNAME);
    *pending = *pending || !alias;
    if (!alias || (alias->status != DNS_OK && alias->status != DNS_UNKNOWN))
        return DNS_INSECURE;
    if (alias->status == DNS_OK)
        return need_security(run, alias, pending);
    *trouble = alias->trouble;
    return DNS_UNDECIDED;
}

/* The host's own name is asked for in any case, so that nothing waits for the other. */
static void find_tlsa(struct run *run, struct dane *dane, const struct mx_host *host)
{
    const char *end = end_of_chain(host);
    const struct dns_answer *own, *other;
    bool pending = false;

    if (end && !can_have_tlsa(run, end))
        end = NULL;
    dane->has_no_name = !end && !can_have_tlsa(run, host->name);
    if (dane->has_no_name)
        return;
    if (!can_have_tlsa(run, host->name)) {
        dane->tlsa = ask(run, dane, name_lower(run_arena(run), end));
        return;
    }
    own = ask(run, dane, host->name);
    dane->tlsa = own;
    if (own && own->status == DNS_OK)
        dane->alias = security_of_alias(run, host, &dane->trouble, &pending);
    if (pending)
        dane->tlsa = NULL;
    if (pending || dane->alias == DNS_SECURE || dane->alias == DNS_UNDECIDED)
        return;
    if (!end)
        return;
    other = ask(run, dane, name_lower(run_arena(run), end));
    dane->tlsa = own ? other : NULL;
    if (own && other && dns_answer_is_negative(other))
        dane->tlsa = ask(run, dane, host->name);
}

static enum dns_security note_weakest_security(struct dane *dane, enum dns_security so_far, enum dns_security security,
                                               const char *what)
{
    enum dns_security both = security_of_both(so_far, security);

    if (both != so_far)
        dane->weak_spot = what;
    return both;
}

static enum dns_security note_weakest(struct run *run, struct dane *dane, enum dns_security so_far,
                                      const struct dns_answer *answer, const char *what, bool *pending)
{
    return note_weakest_security(dane, so_far, need_security(run, answer, pending), what);
}

static enum dns_security security_of_address(struct run *run, struct dane *dane, const struct mx_host *host,
                                             bool *pending)
{
    const struct inventory *mail = need_inventory(run);
    enum dns_security weakest = note_weakest(run, dane, DNS_SECURE, mail->mx, "the MX records", pending);

    if (dane->alias == DNS_SECURE || dane->alias == DNS_UNDECIDED)
        return note_weakest_security(dane, weakest, dane->alias, "the alias records of the host");
    if (host->a->status == DNS_OK)
        weakest = note_weakest(run, dane, weakest, host->a, "the addresses of the host", pending);
    if (host->aaaa->status == DNS_OK)
        weakest = note_weakest(run, dane, weakest, host->aaaa, "the addresses of the host", pending);
    return weakest;
}

static enum dane_state state_of(struct run *run, struct dane *dane, const struct mx_host *host)
{
    bool pending = false;
    enum dns_security security;

    if (host->is_literal || host->is_placeholder)
        return DANE_NO_HOST;
    if (dane->has_no_name)
        return DANE_NO_NAME;
    if (!host->a || !host->aaaa || !dane->tlsa)
        return DANE_PENDING;
    if (host->a->status != DNS_OK && host->aaaa->status != DNS_OK) {
        if (!host->a->chain_loops && !host->aaaa->chain_loops) /* a ring of aliases is a fact */
            dane->trouble = host->a->status == DNS_UNKNOWN ? host->a->trouble : host->aaaa->trouble;
        return DANE_NO_HOST;
    }
    if (dns_answer_is_negative(dane->tlsa))
        return DANE_NO_RECORDS;
    security = security_of_address(run, dane, host, &pending);
    if (pending)
        return DANE_PENDING;
    if (dane->tlsa->status == DNS_UNKNOWN && security != DNS_INSECURE) {
        dane->trouble = dane->tlsa->trouble;
        return DANE_FAILED;
    }
    if (dane->tlsa->status == DNS_OK) {
        list_records(run, dane);
        security = note_weakest(run, dane, security, dane->tlsa, "the TLSA records", &pending);
    }
    if (pending)
        return DANE_PENDING;
    if (security == DNS_SECURE)
        return DANE_SECURE;
    if (!dane->trouble.reason && security == DNS_BOGUS) {
        dane->trouble = trouble_of(REASON_DNSSEC_BOGUS);
    } else if (!dane->trouble.reason) {
        const struct dns_answer *answers[] = {need_inventory(run)->mx, host->a, host->aaaa, dane->tlsa};

        dane->trouble = need_unvalidated(run, answers, sizeof answers / sizeof *answers);
    }
    return security == DNS_INSECURE ? DANE_INSECURE : DANE_UNDECIDED;
}

const struct dane *need_dane(struct run *run, const struct mx_host *host)
{
    struct dane *dane = ARENA_NEW(run_arena(run), struct dane);

    dane->host = host->name;
    dane->weak_spot = "";
    dane->alias = DNS_INSECURE;
    if (!host->is_literal && !host->is_placeholder)
        find_tlsa(run, dane, host);
    dane->state = state_of(run, dane, host);
    return dane;
}

/* ---- matching ---- */

const char *dane_key_digest(struct arena *arena, struct str der)
{
    unsigned char digest[TLS_DANE_DIGEST];

    return tls_dane_key_digest(der, digest) ? hex_text(arena, (struct str){(const char *)digest, sizeof digest}) : NULL;
}

static const char *listed(struct arena *arena, const char *list, const char *item)
{
    return *list ? str_printf(arena, "%s, %s", list, item) : item;
}

struct dane_match dane_match(struct arena *arena, const struct dane *dane, const struct tls_session *session,
                             const char *domain, int64_t now)
{
    const char *names[] = {dane->base, dane->host, domain};
    struct tls_dane question = {session->chain, session->chain_count, names, sizeof names / sizeof *names, now};
    const struct dns_record **records = ARENA_ARRAY(arena, const struct dns_record *, dane->count + 1);
    const char **why = ARENA_ARRAY(arena, const char *, dane->count + 1);
    struct dane_match match = {.matched_text = "", .unmatched_text = "", .why = ""};
    size_t count = 0;

    for (size_t i = 0; i < dane->count; i++)
        if (dane->records[i].fault == TLSA_USABLE)
            records[count++] = dane->records[i].record;
    tls_dane_match(&question, records, count, why);
    x509_demand_memory(arena);
    for (size_t i = 0; i < count; i++) {
        const char *label = dane_record_label(arena, records[i]);

        if (why[i]) {
            match.unmatched++;
            match.unmatched_text = listed(arena, match.unmatched_text, label);
            match.why = why[i];
            match.out_of_time |= tls_dane_is_about_dates(why[i]);
        } else {
            match.matching++;
            match.matched_text = listed(arena, match.matched_text, label);
            match.by_end_entity |= records[i]->tlsa.usage == DANE_EE;
        }
    }
    return match;
}

struct pair {
    const struct dane *dane;
    const struct smtp_session *session;
};

static const void *derive_match(struct run *run, const void *argument)
{
    const struct pair *pair = argument;
    const int64_t *now = need_now(run);
    struct dane_match *match;

    if (!now)
        return NULL;
    match = ARENA_NEW(run_arena(run), struct dane_match);
    *match = dane_match(run_arena(run), pair->dane, pair->session->tls, run_target(run)->domain, *now);
    match->tlsa = pair->dane->tlsa;
    return match;
}

const struct dane_match *need_dane_match(struct run *run, const struct dane *dane, const struct smtp_session *session)
{
    static const struct derivation matching = {"TLSA records that match", derive_match};
    const struct pair pair = {dane, session};
    const char *key = str_printf(run_arena(run), "%s %s", dane->owner, session->key);
    const struct dane_match *known = derived_by_audit(run, &matching, key);

    return known && known->tlsa == dane->tlsa ? known : need_derived(run, &matching, key, &pair);
}

/* ---- why nothing matches ---- */

static bool is_matched(const struct tls_dane *question, const struct dns_record *record)
{
    const char *why;

    tls_dane_match(question, &record, 1, &why);
    return !why;
}

/* Expired, or another host's: to publish its key would make a mishap last. */
static bool is_not_meant_to_be_shown(const struct tls_session *session, int64_t now)
{
    const struct x509_facts *leaf = tls_session_leaf(session);

    return leaf &&
           (now < leaf->not_before || now > leaf->not_after || (leaf->dns_name_count > 0 && !session->name_matches));
}

static const char *record_of_leaf(struct arena *arena, const struct tls_session *session)
{
    const char *digest = session->chain_count ? dane_key_digest(arena, session->chain[0].der) : NULL;

    return digest ? str_printf(arena, "3 1 1 %s", digest) : NULL;
}

static bool ends_below_root(const struct tls_session *session)
{
    const struct x509_facts *last = session->chain_count ? session->chain[session->chain_count - 1].facts : NULL;

    return last && !last->self_issued;
}

struct dane_diagnosis dane_diagnose(struct arena *arena, const struct dane *dane, const struct tls_session *session,
                                    const char *domain, int64_t now)
{
    const char *names[] = {dane->base, dane->host, domain};
    struct tls_dane question = {session->chain, session->chain_count, names, sizeof names / sizeof *names, now};
    bool mishap = is_not_meant_to_be_shown(session, now);
    struct dane_diagnosis found = {mishap ? DANE_BAD_CERTIFICATE : DANE_OTHER_KEY,
                                   mishap ? NULL : record_of_leaf(arena, session)};

    for (size_t i = 0; i < dane->count; i++) {
        struct dns_record swapped = *dane->records[i].record;
        int place = dane->records[i].fault == TLSA_USABLE ? tls_dane_place(&question, &swapped) : -1;
        bool is_shown = place >= 0, by_authority = swapped.tlsa.usage != DANE_EE;

        if (dane->records[i].fault != TLSA_USABLE)
            continue;
        swapped.tlsa.usage = by_authority ? DANE_EE : DANE_TA;
        if (is_shown && (place == 0) == by_authority && is_matched(&question, &swapped))
            return (struct dane_diagnosis){DANE_SWAPPED_USAGE, record_text(arena, &swapped)};
        if (is_shown && by_authority)
            return (struct dane_diagnosis){DANE_BAD_CERTIFICATE, NULL};
        if (by_authority && !mishap && ends_below_root(session))
            found.cause = DANE_NOT_SENT;
    }
    x509_demand_memory(arena);
    return found;
}
