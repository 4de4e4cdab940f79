/* probes/ns.c - do all name servers of the domain and of the reverse zones say the same?  (checks.md, ns.consistent) */
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/dns.h"
#include "core/finding.h"
#include "core/inventory.h"
#include "core/name.h"
#include "core/probe.h"
#include "core/record_text.h"
#include "core/run.h"
#include "core/str.h"
#include "core/target.h"
#include "probes/zone.h"

enum { QUESTIONS_MAX = 20, ZONES_MAX = 16 };

struct question {
    const char *name;
    enum dns_type type;
};

/* A zone, and the questions in it that receivers ask. */
struct zone {
    const char *name;
    struct question questions[QUESTIONS_MAX];
    size_t count;
};

/* What each server said. */
struct poll {
    size_t asked, answered;
    bool pending, differs, serial_differs;
    const char *silent; /* "ns1.example.org (192.0.2.53): no answer", joined */
    const char *said;   /* what differs, server by server */
    struct trouble trouble;
};

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* A set has no order, and anycast servers rotate it. */
static const char *set_text(struct run *run, const struct dns_answer *answer)
{
    const char **texts = ARENA_ARRAY(run_arena(run), const char *, answer->count + 1);
    const char *all = answer->count ? NULL : "none";

    for (size_t i = 0; i < answer->count; i++)
        texts[i] = answer->records[i].type == DNS_SOA ? str_printf(run_arena(run), "serial %u", (unsigned)answer->records[i].soa.serial)
                                                      : name_lower(run_arena(run), record_text(run_arena(run), &answer->records[i]));
    qsort(texts, answer->count, sizeof *texts, by_text);
    for (size_t i = 0; i < answer->count; i++)
        all = all ? str_printf(run_arena(run), "%s, %s", all, texts[i]) : texts[i];
    return all;
}

static const char *append(struct run *run, const char *list, const char *more)
{
    return list ? str_printf(run_arena(run), "%s; %s", list, more) : more;
}

static const char *server_text(struct run *run, const struct zone_server *server)
{
    return str_printf(run_arena(run), "%s (%s)", server->host, ip_text(run_arena(run), &server->ip));
}

static void ask_all(struct run *run, const struct zone *zone, const struct question *question, const struct zone_servers *servers, struct poll *poll)
{
    const char *first = NULL, *said = NULL;
    bool differs = false;

    for (size_t i = 0; i < servers->count; i++) {
        const struct dns_answer *answer = need_dns_at(run, &servers->at[i].ip, question->name, question->type);
        const char *text;

        poll->pending |= !answer;
        if (!answer || answer->status == DNS_UNKNOWN)
            continue; /* silence is judged by the zone's SOA, once */
        text = set_text(run, answer);
        differs |= first && strcmp(first, text) != 0;
        first = first ? first : text;
        said = append(run, said, str_printf(run_arena(run), "%s: %s", server_text(run, &servers->at[i]), text));
    }
    if (!differs)
        return;
    if (question->type == DNS_SOA)
        poll->serial_differs = true;
    else
        poll->differs = true;
    poll->said = append(run, poll->said, str_printf(run_arena(run), "%s of %s: %s", dns_type_name(question->type), question->name, said));
    (void)zone;
}

static void ask_soa(struct run *run, const struct zone *zone, const struct zone_servers *servers, struct poll *poll)
{
    for (size_t i = 0; i < servers->count; i++) {
        const struct dns_answer *soa = need_dns_at(run, &servers->at[i].ip, zone->name, DNS_SOA);

        poll->pending |= !soa;
        if (!soa)
            continue;
        poll->asked++;
        if (soa->status == DNS_OK) {
            poll->answered++;
            continue;
        }
        poll->trouble = soa->status == DNS_UNKNOWN ? soa->trouble : trouble_of(REASON_PROTOCOL);
        poll->silent = append(run, poll->silent,
                              str_printf(run_arena(run), "%s: %s", server_text(run, &servers->at[i]),
                                         soa->status == DNS_UNKNOWN ? soa->trouble.why : "does not know the zone"));
    }
}

static void judge_zone(struct run *run, const struct zone *zone)
{
    struct zone_servers servers = need_zone_servers(run, zone->name);
    struct poll poll = {.pending = servers.pending};
    struct finding *f;

    if (!servers.pending && servers.trouble.reason) {
        finding_worst(finding_unknown(run, NS_CONSISTENT, zone->name, &servers.trouble, "no answer for the name servers"), WARN);
        return;
    }
    ask_soa(run, zone, &servers, &poll);
    ask_all(run, zone, &(struct question){zone->name, DNS_SOA}, &servers, &poll);
    for (size_t i = 0; i < zone->count; i++)
        ask_all(run, zone, &zone->questions[i], &servers, &poll);
    if (poll.pending)
        return;
    if (!poll.asked) {
        finding(run, NS_CONSISTENT, SKIPPED, zone->name, "no name server has an address that can be asked");
        return;
    }
    if (!poll.answered) {
        poll.trouble.side = SIDE_TARGET;
        f = finding_worst(finding_unknown(run, NS_CONSISTENT, zone->name, &poll.trouble, "none of %zu name servers answers", poll.asked), WARN);
    } else if (poll.differs) {
        f = finding(run, NS_CONSISTENT, WARN, zone->name, "the name servers disagree: %s", poll.said);
    } else if (poll.silent) {
        f = finding(run, NS_CONSISTENT, WARN, zone->name, "%zu of %zu name servers answer for the zone; %s", poll.answered, poll.asked, poll.silent);
    } else if (poll.serial_differs) {
        f = finding(run, NS_CONSISTENT, NOTE, zone->name, "the same records, but different serial numbers: %s", poll.said);
    } else {
        f = finding(run, NS_CONSISTENT, PASS, zone->name, "%zu name server%s agree%s", poll.answered, poll.answered == 1 ? "" : "s",
                    poll.answered == 1 ? "s" : "");
    }
    for (size_t i = 0; i < servers.count; i++)
        finding_rests_on(run, f, need_dns_at(run, &servers.at[i].ip, zone->name, DNS_SOA)->key);
}

static void add_question(struct zone *zones, size_t *count, const char *zone, const char *name, enum dns_type type)
{
    size_t at = 0;

    while (at < *count && !name_equal(zones[at].name, zone))
        at++;
    if (at == ZONES_MAX)
        return;
    if (at == *count)
        zones[(*count)++] = (struct zone){.name = zone};
    if (zones[at].count < QUESTIONS_MAX)
        zones[at].questions[zones[at].count++] = (struct question){name, type};
}

static void probe_ns(struct run *run)
{
    const char *domain = run_target(run)->domain;
    const struct inventory *mail = need_inventory(run);
    struct zone *zones = ARENA_ARRAY(run_arena(run), struct zone, ZONES_MAX);
    struct trouble trouble;
    const char *zone = need_zone_of(run, domain, &trouble);
    size_t count = 0;

    if (zone && mail->kind != MX_NO_DOMAIN) {
        add_question(zones, &count, zone, domain, DNS_MX);
        add_question(zones, &count, zone, domain, DNS_TXT);
    } else if (zone) {
        finding(run, NS_CONSISTENT, SKIPPED, domain, "the domain does not exist");
    } else if (trouble.reason) {
        finding_worst(finding_unknown(run, NS_CONSISTENT, domain, &trouble, "no answer for SOA"), WARN);
    }
    for (size_t i = 0; i < mail->address_count; i++) {
        const char *reverse = ip_reverse_name(run_arena(run), &mail->addresses[i].ip);
        const char *reverse_zone = ip_special(&mail->addresses[i].ip) ? NULL : need_zone_of(run, reverse, &trouble);

        if (reverse_zone)
            add_question(zones, &count, reverse_zone, reverse, DNS_PTR);
        else if (!ip_special(&mail->addresses[i].ip) && trouble.reason)
            finding_follows(finding_worst(finding_unknown(run, NS_CONSISTENT, reverse, &trouble, "no answer for SOA"), WARN), PTR_EXISTS);
    }
    for (size_t i = 0; i < count; i++)
        judge_zone(run, &zones[i]);
}

const struct probe ns_probe = {
    .name = "ns",
    .summary = "the name servers of the domain and of the reverse zones, compared",
    .groups = "ns",
    .run = probe_ns,
};
