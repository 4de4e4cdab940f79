/* probes/dnsbl.c - is a mail address, or a name that mail comes with, on a blocklist?  (checks.md, section 13; RFC
 * 5782)
 *
 * No list is believed before its test points: a dead one lists the whole world, and one that does not like whoever asks
 * answers with an error code. */
#include "core/records/dnsbl.h"

#include "core/base/arena.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/derive/inventory.h"
#include "core/derive/run.h"
#include "core/facts/target.h"
#include "core/result/finding.h"
#include "core/result/probe.h"
#include "probes/unaddressed.h"

/* ---- is the list itself sound? ---- */

enum usability { USABILITY_PENDING, USABLE, IGNORED, USABILITY_UNKNOWN };

static struct trouble refusal(const struct ip *answer)
{
    struct trouble trouble = trouble_of(REASON_LIST_REFUSED);

    trouble.why = dnsbl_refusal_text(answer);
    return trouble;
}

/* Trouble, reason none where the answer is a listing or none. */
static struct trouble trouble_of_answer(const struct dns_answer *answer)
{
    if (answer->status == DNS_UNKNOWN)
        return answer->trouble;
    for (size_t i = 0; i < answer->count; i++)
        if (dnsbl_judge(&answer->records[i].ip) == DNSBL_REFUSED)
            return refusal(&answer->records[i].ip);
    return (struct trouble){0};
}

static bool is_nonsense(const struct dns_answer *answer)
{
    for (size_t i = 0; i < answer->count; i++)
        if (dnsbl_judge(&answer->records[i].ip) == DNSBL_NONSENSE)
            return true;
    return false;
}

static enum usability judge_list(struct run *run, struct subject subject, const struct dns_answer *listed,
                                 const struct dns_answer *unlisted)
{
    struct trouble trouble = trouble_of_answer(listed);
    enum usability usability = IGNORED;
    struct finding *f;

    if (!trouble.reason)
        trouble = trouble_of_answer(unlisted);
    if (trouble.reason) {
        f = finding_unknown(run, DNSBL_USABLE, subject, &trouble, "test of the list");
        finding_worst(f, NOTE);
        usability = USABILITY_UNKNOWN;
    } else if (is_nonsense(listed) || is_nonsense(unlisted)) {
        f = finding(run, DNSBL_USABLE, NOTE, subject,
                    "list ignored: it answers with addresses that no list has, outside 127.0.0.0/8");
    } else if (unlisted->status == DNS_OK) {
        f = finding(run, DNSBL_USABLE, NOTE, subject,
                    "list ignored: it lists what no list does; lists that are given up often list everything");
    } else if (listed->status != DNS_OK) {
        f = finding(run, DNSBL_USABLE, NOTE, subject,
                    "list ignored: it does not list the test entry that every list has");
    } else {
        f = finding(run, DNSBL_USABLE, PASS, subject, "lists its test entry, and not the other one");
        usability = USABLE;
    }
    finding_rests_on(run, finding_rests_on(run, f, listed->key), unlisted->key);
    if (usability == USABILITY_UNKNOWN)
        finding_worst(finding_follows(finding_unknown(run, DNSBL_LISTED, subject, &trouble, "the list was not asked"),
                                      DNSBL_USABLE),
                      NOTE);
    if (usability == IGNORED)
        finding(run, DNSBL_LISTED, SKIPPED, subject, "list ignored: see dnsbl.usable");
    return usability;
}

static enum usability test_list(struct run *run, struct subject subject, const char *listed_name,
                                const char *unlisted_name)
{
    const struct dns_answer *listed = listed_name ? need_dnsbl(run, listed_name) : NULL;
    const struct dns_answer *unlisted = unlisted_name ? need_dnsbl(run, unlisted_name) : NULL;

    return listed && unlisted ? judge_list(run, subject, listed, unlisted) : USABILITY_PENDING;
}

static enum usability test_addresses(struct run *run, const struct dnsbl *list, enum dnsbl_kind kind)
{
    struct ip listed = dnsbl_test_ip(kind, true), unlisted = dnsbl_test_ip(kind, false);
    const char *label = kind == DNSBL_IPV6 ? str_printf(run_arena(run), "%s (IPv6)", list->label) : list->label;

    return test_list(run, subject_list(label), dnsbl_question(run_arena(run), list, &listed),
                     dnsbl_question(run_arena(run), list, &unlisted));
}

static enum usability test_names(struct run *run, const struct dnsbl *list)
{
    return test_list(run, subject_list(list->label), dnsbl_question_for_name(run_arena(run), list, list->listed),
                     dnsbl_question_for_name(run_arena(run), list, list->unlisted));
}

/* ---- who is on it? ---- */

static const char *codes_text(struct run *run, const struct dnsbl *list, const struct dns_answer *answer)
{
    const char *text = "";

    for (size_t i = 0; i < answer->count; i++) {
        const struct ip *ip = &answer->records[i].ip;
        const char *meaning = dnsbl_meaning(list, ip);

        text = str_printf(run_arena(run), "%s%s%s%s%s", text, i ? "; " : "", ip_text(run_arena(run), ip),
                          meaning ? ", " : "", meaning ? meaning : "");
    }
    return text;
}

/* Where an owner has said that a range sends no mail, there is nothing to stop.  (checks.md, section 13) */
static void advise(struct run *run, struct finding *f, const struct dnsbl *list, const struct dns_answer *answer)
{
    size_t by_policy = 0;
    const char *stop;

    for (size_t i = 0; i < answer->count; i++)
        by_policy += dnsbl_is_policy(list, &answer->records[i].ip);
    stop = by_policy == 0 ? "Stop what got it listed, then ask for removal"
           : by_policy < answer->count
               ? "Stop what got it listed, then ask for removal; from the part for ranges that send no mail the "
                 "owner of the range, or you for a fixed address, can take it"
               : "The owner of the range says that it sends no mail, so nothing has to be stopped: the owner, or you "
                 "for a fixed address of a mail server, can take the address from the list; or send through the "
                 "owner's relay";
    if (by_policy == answer->count)
        finding_cause(f, CAUSE_LISTED_BY_POLICY);
    finding_remedy(run, f, "%s: %s. The list is used by %s.", stop, list->removal, list->users);
}

static void judge_answer(struct run *run, const struct dnsbl *list, struct subject subject,
                         const struct dns_answer *answer, enum status severity)
{
    struct trouble trouble = trouble_of_answer(answer);
    struct finding *f;

    if (!trouble.reason && is_nonsense(answer)) {
        trouble = trouble_of(REASON_PROTOCOL);
        trouble.side = SIDE_RESOLVER;
    }
    if (trouble.reason) {
        f = finding_worst(finding_unknown(run, DNSBL_LISTED, subject, &trouble, "%s", list->label), NOTE);
    } else if (answer->status == DNS_OK) {
        f = finding(run, DNSBL_LISTED, severity, subject, "listed: %s", codes_text(run, list, answer));
        if (list->removal)
            advise(run, f, list, answer);
    } else {
        f = finding(run, DNSBL_LISTED, PASS, subject, "not listed");
    }
    finding_rests_on(run, f, answer->key);
}

static enum status severity_of(const struct dnsbl *list, const struct mail_address *a)
{
    return list->severity == FAIL && !address_is_sender(a) ? WARN : list->severity;
}

static bool is_on_kind(const struct mail_address *a, enum dnsbl_kind kind)
{
    return !ip_special(&a->ip) && a->ip.family == (kind == DNSBL_IPV4 ? IP_V4 : IP_V6);
}

static size_t judge_addresses(struct run *run, const struct dnsbl *list, enum dnsbl_kind kind)
{
    const struct inventory *mail = need_inventory(run);
    enum usability usability = USABILITY_PENDING;
    size_t count = 0;

    for (size_t i = 0; i < mail->address_count; i++) {
        const struct mail_address *a = &mail->addresses[i];
        const struct dns_answer *answer;

        if (!is_on_kind(a, kind))
            continue;
        if (count++ == 0) /* a list that nothing is asked of needs no test */
            usability = test_addresses(run, list, kind);
        if (usability != USABLE)
            return count;
        answer = need_dnsbl(run, dnsbl_question(run_arena(run), list, &a->ip));
        if (answer)
            judge_answer(run, list, subject_listing(&a->ip, list->label), answer, severity_of(list, a));
    }
    return count;
}

static void judge_name(struct run *run, const struct dnsbl *list, const char *name)
{
    const char *question = dnsbl_question_for_name(run_arena(run), list, name);
    const struct dns_answer *answer = question ? need_dnsbl(run, question) : NULL;

    if (answer)
        judge_answer(run, list, subject_domain_listing(name, list->label), answer, list->severity);
}

static bool is_among(const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (name_equal(names[i], name))
            return true;
    return false;
}

/* Names that a receiver sees: the domain, those of MAIL FROM, those that senders say in HELO.  An
 * address is no name, and lists of names answer with an error where they are asked for one. */
static void judge_names(struct run *run, const struct dnsbl *list)
{
    const struct target *target = run_target(run);
    const char **names = ARENA_ARRAY(run_arena(run), const char *, target->mail_from_count + target->sender_count + 1);
    size_t count = 0;

    names[count++] = target->domain;
    for (size_t i = 0; i < target->mail_from_count; i++)
        if (!is_among(target->mail_froms[i], names, count))
            names[count++] = target->mail_froms[i];
    for (size_t i = 0; i < target->sender_count; i++) {
        const char *helo = target->senders[i].helo ? name_compared(run_arena(run), target->senders[i].helo) : NULL;

        if (helo && name_is_host(helo) && !is_among(helo, names, count))
            names[count++] = name_lower(run_arena(run), helo);
    }
    if (test_names(run, list) != USABLE)
        return;
    for (size_t i = 0; i < count; i++)
        judge_name(run, list, names[i]);
}

static void probe_dnsbl(struct run *run)
{
    static const char off[] =
        "no blocklist was asked: with several domains, and through public resolvers, only those are that were named";
    const struct target *target = run_target(run);
    const struct inventory *mail = need_inventory(run);
    size_t judged = 0, of_addresses = 0;

    for (size_t i = 0; i < target->dnsbl_count; i++) {
        struct dnsbl list = dnsbl_of(run_arena(run), target->dnsbls[i]);

        of_addresses += (list.kinds & DNSBL_DOMAIN) == 0;
        if (list.kinds & DNSBL_IPV4)
            judged += judge_addresses(run, &list, DNSBL_IPV4);
        if (list.kinds & DNSBL_IPV6)
            judged += judge_addresses(run, &list, DNSBL_IPV6);
        if (list.kinds & DNSBL_DOMAIN)
            judge_names(run, &list);
    }
    if (!target->dnsbl_count) {
        finding(run, DNSBL_USABLE, SKIPPED, subject_domain(target->domain), "%s", off);
        finding(run, DNSBL_LISTED, SKIPPED, subject_domain(target->domain), "%s", off);
    } else if (mail->complete && of_addresses && !judged) {
        judge_without_address(run, mail, DNSBL_LISTED, "no public server address is known");
    }
}

const struct probe dnsbl_probe = {
    .name = "dnsbl",
    .summary = "server addresses and the domain on blocklists, each tested first",
    .groups = "dnsbl",
    .run = probe_dnsbl,
};
