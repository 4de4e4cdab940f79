/* probes/expect.c - is it as the user says that it must be?
 *
 * What differs is drift: a failure with what was expected and what was seen.  What could not be seen is no drift.
 */
#include <string.h>

#include "core/base/arena.h"
#include "core/base/base64.h"
#include "core/base/limits.h"
#include "core/base/list_text.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/base/x509_mark.h"
#include "core/derive/absence.h"
#include "core/derive/dmarc.h"
#include "core/derive/inventory.h"
#include "core/derive/reverse.h"
#include "core/derive/run.h"
#include "core/derive/spf.h"
#include "core/facts/expectation.h"
#include "core/facts/target.h"
#include "core/records/dkim_key.h"
#include "core/result/finding.h"
#include "core/result/probe.h"

enum { SHOWN = 8 };

static struct finding *settled(struct run *run, const struct expectation *e, struct finding *f, const char *key)
{
    f->place = e->where;
    return key ? finding_rests_on(run, f, key) : f;
}

static void differs(struct run *run, const struct expectation *e, enum check_id check, struct subject about,
                    const char *seen, const char *key)
{
    settled(run, e, finding(run, check, FAIL, about, "expected %s; seen: %s", e->text, seen), key);
}

static void agrees(struct run *run, const struct expectation *e, enum check_id check, struct subject about,
                   const char *key)
{
    settled(run, e, finding(run, check, PASS, about, "as expected: %s", e->text), key);
}

static void cannot_tell(struct run *run, const struct expectation *e, enum check_id check, struct subject about,
                        const struct trouble *trouble, const char *key)
{
    settled(run, e, finding_unknown(run, check, about, trouble, "%s", e->text), key);
}

/* The answer, an absence confirmed; NULL: on its way, or nothing can be told and that was said. */
static const struct dns_answer *see(struct run *run, const struct expectation *e, enum check_id check,
                                    struct subject about, const char *name, enum dns_type type)
{
    const struct dns_answer *answer = need_confirmed(run, name, type).answer;

    if (!answer)
        return NULL;
    if (answer->status == DNS_UNKNOWN) {
        cannot_tell(run, e, check, about, &answer->trouble, answer->key);
        return NULL;
    }
    return answer;
}

static bool has_mx(const struct dns_answer *answer, const struct expected_mx *expected)
{
    for (size_t i = 0; i < answer->count; i++)
        if (answer->records[i].mx.preference == expected->preference &&
            name_equal(answer->records[i].mx.host, expected->host))
            return true;
    return false;
}

static void expect_mx(struct run *run, const struct expectation *e)
{
    struct subject about = subject_domain(run_target(run)->domain);
    const struct dns_answer *answer = see(run, e, EXPECT_MX, about, run_target(run)->domain, DNS_MX);
    struct list_text seen = list_text(run_arena(run), ", ", SHOWN);
    size_t found = 0;

    if (!answer)
        return;
    for (size_t i = 0; i < e->mx_count; i++)
        found += has_mx(answer, &e->mx[i]);
    for (size_t i = 0; i < answer->count; i++)
        list_add(&seen, str_printf(run_arena(run), "%u %s", answer->records[i].mx.preference,
                                   answer->records[i].mx.host[0] ? answer->records[i].mx.host : "."));
    if (found == e->mx_count && answer->count == e->mx_count)
        agrees(run, e, EXPECT_MX, about, answer->key);
    else
        differs(run, e, EXPECT_MX, about, answer->count ? list_end(&seen) : "no MX record", answer->key);
}

/* Of one address; false: on its way, or not known: *trouble. */
static bool spf_passes(struct run *run, const struct ip *ip, bool *passes, const struct spf_result **out,
                       const struct trouble **trouble)
{
    struct spf_question question = spf_question_of(run, ip, run_target(run)->domain, run_target(run)->domain);

    *out = need_spf(run, &question);
    if (*out && (*out)->word == SPF_TEMPERROR && !*trouble)
        *trouble = &(*out)->trouble;
    *passes = *out && (*out)->word == SPF_PASS;
    return *out && (*out)->word != SPF_TEMPERROR;
}

static void expect_spf(struct run *run, const struct expectation *e)
{
    bool is_wanted = e->kind == EXPECT_KIND_SPF_ALLOWS, is_pending = false, passes;
    unsigned count = 1U << ip_network_host_bits(&e->network);
    struct ip first = ip_network_nth(&e->network, 0);
    struct subject about = count == 1 ? subject_address(&first) : subject_network(e->network_text);
    struct list_text seen = list_text(run_arena(run), ", ", SHOWN);
    const struct trouble *trouble = NULL;
    const struct spf_result *result;
    const char *key = NULL;

    for (unsigned n = 0; n < count; n++) {
        struct ip ip = ip_network_nth(&e->network, n);
        bool is_known = spf_passes(run, &ip, &passes, &result, &trouble);

        is_pending = is_pending || !result;
        if (is_known && passes != is_wanted)
            list_add(&seen, str_printf(run_arena(run), "%s for %s", spf_word_text(result->word),
                                       ip_text(run_arena(run), &ip)));
        if (result && result->evidence_count && !key)
            key = result->evidence[0];
    }
    if (is_pending)
        return;
    if (seen.count)
        differs(run, e, EXPECT_SPF, about, list_end(&seen), key);
    else if (trouble)
        cannot_tell(run, e, EXPECT_SPF, about, trouble, key);
    else
        agrees(run, e, EXPECT_SPF, about, key);
}

static void expect_dmarc(struct run *run, const struct expectation *e)
{
    struct subject about = subject_domain(run_target(run)->domain);
    const struct dmarc *dmarc = need_dmarc(run, run_target(run)->domain);
    const struct dmarc_view *walk = &dmarc->walk;
    enum dmarc_policy policy;
    const char *key;

    if (!dmarc->complete)
        return;
    if (walk->trouble) {
        cannot_tell(run, e, EXPECT_DMARC, about, walk->trouble, walk->trouble_key);
        return;
    }
    key = walk->source ? walk->source->answer->key : dmarc->steps[0].answer ? dmarc->steps[0].answer->key : NULL;
    policy = walk->source && walk->source->record->testing ? dmarc_policy_weakened(walk->policy) : walk->policy;
    if (walk->source && policy != DMARC_UNSAID && policy >= dmarc_policy_of(str_of(e->word)))
        agrees(run, e, EXPECT_DMARC, about, key);
    else if (walk->source && policy != DMARC_UNSAID)
        differs(run, e, EXPECT_DMARC, about, dmarc_policy_word(policy), key);
    else if (see(run, e, EXPECT_DMARC, about, str_printf(run_arena(run), "_dmarc.%s", run_target(run)->domain),
                 DNS_TXT))
        differs(run, e, EXPECT_DMARC, about, "no policy that counts", key);
}

static void expect_ptr(struct run *run, const struct expectation *e)
{
    struct subject about = subject_address_name(&e->ip, e->name);
    struct reverse reverse = need_reverse(run, &e->ip);
    struct list_text seen = list_text(run_arena(run), ", ", SHOWN);
    bool found = false;

    if (reverse.state == REVERSE_PENDING)
        return;
    if (reverse.state == REVERSE_UNDECIDED) {
        cannot_tell(run, e, EXPECT_PTR, about, &reverse.trouble, reverse.ptr->key);
        return;
    }
    for (size_t i = 0; reverse.state == REVERSE_NAMES && i < reverse.ptr->count; i++) {
        found = found || name_equal(reverse.ptr->records[i].name, e->name);
        list_add(&seen, reverse.ptr->records[i].name);
    }
    if (found)
        agrees(run, e, EXPECT_PTR, about, reverse.ptr->key);
    else
        differs(run, e, EXPECT_PTR, about, seen.count ? list_end(&seen) : "no PTR record", reverse.ptr->key);
}

/* The SHA-256 of the key in this record, in hex; NULL: it has none. */
static const char *key_digest(struct run *run, struct str text)
{
    struct dkim_key key = dkim_key_parse(run_arena(run), text);
    const struct tag *p = taglist_find(&key.tags, "p");
    struct str bytes;

    if (!p || key.revoked || !base64_decode(run_arena(run), p->value, &bytes))
        return NULL;
    return x509_sha256(run_arena(run), bytes);
}

static void expect_dkim(struct run *run, const struct expectation *e)
{
    const char *domain = run_target(run)->domain;
    struct subject about = subject_selector(e->name, domain);
    const char *owner = str_printf(run_arena(run), "%s._domainkey.%s", e->name, domain);
    const struct dns_answer *answer = see(run, e, EXPECT_DKIM, about, owner, DNS_TXT);
    struct list_text seen = list_text(run_arena(run), ", ", SHOWN);

    if (!answer)
        return;
    for (size_t i = 0; i < answer->count; i++) {
        const char *digest = key_digest(run, answer->records[i].txt.joined);

        if (digest && strcmp(digest, e->word) == 0) {
            agrees(run, e, EXPECT_DKIM, about, answer->key);
            return;
        }
        list_add(&seen, digest ? str_printf(run_arena(run), "sha256:%s", digest) : "a record without a key");
    }
    differs(run, e, EXPECT_DKIM, about, answer->count ? list_end(&seen) : "no key record", answer->key);
}

static void expect_tlsa(struct run *run, const struct expectation *e)
{
    struct subject about = subject_host(e->name);
    const struct dns_answer *answer =
        see(run, e, EXPECT_TLSA, about, str_printf(run_arena(run), "_25._tcp.%s", e->name), DNS_TLSA);

    if (!answer)
        return;
    if (answer->count)
        agrees(run, e, EXPECT_TLSA, about, answer->key);
    else
        differs(run, e, EXPECT_TLSA, about, "no TLSA record", answer->key);
}

static bool is_declared(const struct inventory *mail, const struct ip *ip)
{
    for (size_t i = 0; i < mail->address_count; i++)
        if (mail->addresses[i].origin == SENDER_DECLARED && ip_equal(&mail->addresses[i].ip, ip))
            return true;
    return false;
}

static bool is_declared_range(const struct inventory *mail, const struct ip_network *network)
{
    unsigned bits = ip_network_host_bits(network);
    bool all = bits < 32 && 1U << bits <= EXPECTED_ADDRESSES;

    for (unsigned n = 0; all && n < 1U << bits; n++) {
        struct ip ip = ip_network_nth(network, n);

        all = is_declared(mail, &ip);
    }
    return all;
}

/* Whom it lets pass no list can name. */
static bool is_open_term(struct run *run, const struct spf_node *node, const struct spf_term *term)
{
    bool names_hosts = term->kind == SPF_TERM_A || term->kind == SPF_TERM_MX;

    return term->kind == SPF_TERM_ALL || term->kind == SPF_TERM_PTR || term->kind == SPF_TERM_EXISTS ||
           (names_hosts && !spf_static_target(run, node->domain, term));
}

/* What lets pass whoever fits: no list of senders is complete beside that. */
static void list_open_terms(struct run *run, const struct spf_tree *tree, struct list_text *seen)
{
    for (size_t i = 0; i < tree->count; i++) {
        const struct spf_node *node = &tree->nodes[i];
        const struct spf_record *record = node->state == SPF_NODE_RECORD ? node->source->record : NULL;

        if (!node->grants)
            continue;
        if (node->state == SPF_NODE_DEPENDS)
            list_add(seen, str_printf(run_arena(run), "include:%s", node->domain));
        for (size_t k = 0; record && k < record->count; k++)
            if (spf_term_passes(&record->terms[k]) && is_open_term(run, node, &record->terms[k]))
                list_add(seen, str_printf(run_arena(run), "%s (of %s)",
                                          spf_term_text(run_arena(run), &record->terms[k]), node->domain));
    }
}

static void expect_senders(struct run *run, const struct expectation *e)
{
    const char *domain = run_target(run)->domain;
    struct subject about = subject_domain(domain);
    const struct inventory *mail = need_inventory(run);
    const struct spf_addresses *named = need_spf_addresses_of_all(run, domain);
    const struct spf_tree *tree = need_spf_tree(run, &(struct spf_question){.domain = domain});
    struct list_text seen = list_text(run_arena(run), ", ", SHOWN);
    const char *key = str_printf(run_arena(run), "dns:%s/TXT", domain);

    if (!mail->complete || !named->complete)
        return;
    for (size_t i = 0; i < named->single_count; i++) {
        const struct spf_origin *single = &named->singles[i];

        if (!is_declared(mail, &single->ip))
            list_add(&seen, str_printf(run_arena(run), "%s (%s)", ip_text(run_arena(run), &single->ip), single->term));
    }
    for (size_t i = 0; i < named->range_count + named->ranges_left_out; i++) {
        const struct spf_range *range = &named->ranges[i];

        if (!is_declared_range(mail, &range->network))
            list_add(&seen, str_printf(run_arena(run), "%s (of %s)", ip_network_text(run_arena(run), &range->network),
                                       range->domain));
    }
    if (named->singles_left_out)
        list_add(&seen, str_printf(run_arena(run), "%zu more addresses", named->singles_left_out));
    list_open_terms(run, tree, &seen);
    if (seen.count)
        differs(run, e, EXPECT_SENDERS, about, str_printf(run_arena(run), "SPF names %s, too", list_end(&seen)), key);
    else if (named->trouble || named->doubt_count)
        cannot_tell(run, e, EXPECT_SENDERS, about, named->trouble ? named->trouble : named->doubts[0].trouble, key);
    else
        agrees(run, e, EXPECT_SENDERS, about, key);
}

static void probe_expect(struct run *run)
{
    static void (*const judges[])(struct run *, const struct expectation *) = {
        [EXPECT_KIND_MX] = expect_mx,          [EXPECT_KIND_SPF_ALLOWS] = expect_spf,
        [EXPECT_KIND_SPF_DENIES] = expect_spf, [EXPECT_KIND_DMARC] = expect_dmarc,
        [EXPECT_KIND_PTR] = expect_ptr,        [EXPECT_KIND_DKIM] = expect_dkim,
        [EXPECT_KIND_TLSA] = expect_tlsa,      [EXPECT_KIND_SENDERS] = expect_senders,
    };
    const struct target *target = run_target(run);

    for (size_t i = 0; i < target->expectation_count; i++)
        judges[target->expectations[i].kind](run, &target->expectations[i]);
}

const struct probe expect_probe = {
    .name = "expect",
    .summary = "what the user says that must be so",
    .groups = "expect",
    .run = probe_expect,
};
