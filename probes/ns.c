/* probes/ns.c - do all name servers of the domain and of the reverse zones say the same?  (checks.md, ns.consistent) */
#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/derive/answering.h"
#include "core/derive/inventory.h"
#include "core/derive/run.h"
#include "core/derive/zone.h"
#include "core/facts/dns_answer.h"
#include "core/facts/record_text.h"
#include "core/facts/target.h"
#include "core/result/finding.h"
#include "core/result/probe.h"

enum { QUESTIONS_MAX = 20, ZONES_MAX = 16 };

/* A zone, and the questions in it that receivers ask. */
struct zone {
    const char *name;
    struct question questions[QUESTIONS_MAX];
    size_t count;
    bool on_suspicion; /* of no concern to us while it is in order */
};

struct zones {
    struct zone *at; /* ZONES_MAX */
    size_t count;
    const char **left_out; /* the names of more */
    size_t left_out_count;
};

/* What the servers said. */
struct comparison {
    bool differs, serial_differs;
    const char *said; /* what differs, server by server */
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
        texts[i] = answer->records[i].type == DNS_SOA
                       ? str_printf(run_arena(run), "serial %u", (unsigned)answer->records[i].soa.serial)
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

/* What each of them says; NULL: the same. */
static const char *difference(struct run *run, const struct question *question, const struct zone_servers *servers)
{
    const char **texts = ARENA_ARRAY(run_arena(run), const char *, servers->count + 1);
    const char *first = NULL, *said = NULL;
    bool differs = false;

    for (size_t i = 0; i < servers->count; i++) {
        const struct dns_answer *answer = need_dns_at(run, &servers->at[i].ip, question->name, question->type);

        if (!answer || answer->status == DNS_UNKNOWN)
            continue; /* answering.c judges silence */
        texts[i] = set_text(run, answer);
        differs = differs || (first && strcmp(first, texts[i]) != 0);
        first = first ? first : texts[i];
    }
    for (size_t i = 0; differs && i < servers->count; i++)
        if (texts[i])
            said = append(run, said,
                          str_printf(run_arena(run), "%s: %s", zone_server_text(run, &servers->at[i]), texts[i]));
    return said;
}

static void compare(struct run *run, const struct question *question, const struct zone_servers *servers,
                    struct comparison *c)
{
    const char *said = difference(run, question, servers);

    if (!said)
        return;
    if (question->type == DNS_SOA)
        c->serial_differs = true;
    else
        c->differs = true;
    c->said = append(run, c->said,
                     str_printf(run_arena(run), "%s of %s: %s", dns_type_name(question->type), question->name, said));
}

static struct finding *judge_answering(struct run *run, const struct zone *zone, const struct zone_answering *answering,
                                       const struct comparison *c)
{
    size_t count = answering->answering;
    struct finding *f;

    switch (answering->state) {
    case ANSWERING_PENDING:
        return NULL;
    case ANSWERING_NONE:
        f = finding_unknown(run, NS_CONSISTENT, subject_zone(zone->name), &answering->trouble, "%s",
                            answering->servers == 1
                                ? "the only name server does not answer"
                                : str_printf(run_arena(run), "none of %zu name servers answers", answering->servers));
        return finding_worst(f, WARN);
    case ANSWERING_UNDECIDED:
        f = finding_unknown(run, NS_CONSISTENT, subject_zone(zone->name), &answering->trouble,
                            "not all questions to the name servers were answered (%s)", answering->text);
        /* A network that loses these questions loses others: no verdict of this audit is more than luck. */
        return finding_worst(f, answering->trouble.side == SIDE_NETWORK ? FAIL : WARN);
    case ANSWERING_SOMETIMES:
        f = finding(run, NS_CONSISTENT, WARN, subject_zone(zone->name), "the name servers %s", answering->text);
        return finding_remedy(run, finding_cause(f, CAUSE_NS_FLAPS),
                              "Find out what loses the questions: a server that is overloaded, a limit on its rate of "
                              "replies, or the way to it.");
    case ANSWERING_SOME:
        return finding(run, NS_CONSISTENT, WARN, subject_zone(zone->name),
                       "%zu of %zu name servers answer for the zone; %s", count, answering->servers, answering->text);
    case ANSWERING_MOSTLY:
        return finding(run, NS_CONSISTENT, NOTE, subject_zone(zone->name), "a question was lost, perhaps by chance: %s",
                       answering->text);
    case ANSWERING_ALL:
        break;
    }
    if (zone->on_suspicion)
        return NULL;
    if (c->serial_differs)
        return finding(run, NS_CONSISTENT, NOTE, subject_zone(zone->name),
                       "the same records, but different serial numbers: %s", c->said);
    return finding(run, NS_CONSISTENT, PASS, subject_zone(zone->name), "%zu name server%s agree%s%s", count,
                   count == 1 ? "" : "s", count == 1 ? "s" : "",
                   answering->out_of_reach
                       ? str_printf(run_arena(run), "; %zu more cannot be reached from here", answering->out_of_reach)
                       : "");
}

static void judge_zone(struct run *run, const struct zone *zone)
{
    struct zone_servers servers = need_zone_servers(run, zone->name);
    struct zone_answering answering;
    struct comparison c = {0};
    struct finding *f;

    if (!servers.pending && servers.trouble.reason) {
        finding_worst(finding_unknown(run, NS_CONSISTENT, subject_zone(zone->name), &servers.trouble,
                                      "no answer for the name servers"),
                      WARN);
        return;
    }
    if (!servers.pending && servers.count == 0) {
        finding(run, NS_CONSISTENT, SKIPPED, subject_zone(zone->name),
                "no name server has an address that can be asked");
        return;
    }
    answering = need_zone_answering(run, zone->name, &servers, zone->questions, zone->count);
    compare(run, &(struct question){zone->name, DNS_SOA}, &servers, &c);
    for (size_t i = 0; i < zone->count; i++)
        if (zone->questions[i].type != DNS_A &&
            zone->questions[i].type != DNS_AAAA) /* of many addresses servers hand out some */
            compare(run, &zone->questions[i], &servers, &c);
    if (c.differs)
        f = finding(run, NS_CONSISTENT, WARN, subject_zone(zone->name), "the name servers disagree: %s", c.said);
    else
        f = judge_answering(run, zone, &answering, &c);
    for (size_t i = 0; f && i < answering.key_count; i++)
        finding_rests_on(run, f, answering.keys[i]);
}

static void leave_out(struct zones *zones, const char *zone)
{
    for (size_t i = 0; i < zones->left_out_count; i++)
        if (name_equal(zones->left_out[i], zone))
            return;
    zones->left_out[zones->left_out_count++] = zone;
}

static struct zone *add_question(struct zones *zones, const char *zone, const char *name, enum dns_type type)
{
    struct zone *at = zones->at, *end = at + zones->count;

    while (at < end && !name_equal(at->name, zone))
        at++;
    if (at == zones->at + ZONES_MAX) {
        leave_out(zones, zone);
        return NULL;
    }
    if (at == end) {
        *at = (struct zone){.name = zone};
        zones->count++;
    }
    if (at->count < QUESTIONS_MAX)
        at->questions[at->count++] = (struct question){name, type};
    return at;
}

/* The MX hosts' zones are often a provider's, and looked at only where a question about a host was lost. */
static void add_suspicious_hosts(struct run *run, const struct inventory *mail, struct zones *zones)
{
    size_t regular = zones->count;

    for (size_t i = 0; i < mail->host_count; i++) {
        const struct mx_host *host = &mail->hosts[i];
        bool a_lost = host->a && was_lost(host->a), aaaa_lost = host->aaaa && was_lost(host->aaaa);
        struct trouble trouble;
        const char *zone = a_lost || aaaa_lost ? need_zone_of(run, host->name, &trouble) : NULL;
        struct zone *added = zone ? add_question(zones, zone, host->name, a_lost ? DNS_A : DNS_AAAA) : NULL;

        if (added)
            added->on_suspicion = added >= zones->at + regular;
    }
}

static void judge_left_out_zones(struct run *run, const struct zones *zones)
{
    struct trouble budget = trouble_of(REASON_BUDGET);

    if (!zones->left_out_count)
        return;
    budget.why = "there are more than one audit looks at";
    finding_worst(finding_unknown(run, NS_CONSISTENT, subject_domain(run_target(run)->domain), &budget,
                                  "not compared: %zu more zone%s", zones->left_out_count,
                                  zones->left_out_count == 1 ? "" : "s"),
                  WARN);
}

static void probe_ns(struct run *run)
{
    const char *domain = run_target(run)->domain;
    const struct inventory *mail = need_inventory(run);
    struct zones zones = {.at = ARENA_ARRAY(run_arena(run), struct zone, ZONES_MAX),
                          .left_out =
                              ARENA_ARRAY(run_arena(run), const char *, mail->address_count + mail->host_count + 1)};
    struct trouble trouble;
    const char *zone = need_zone_of(run, domain, &trouble);

    if (zone && mail->kind != MX_NO_DOMAIN) {
        add_question(&zones, zone, domain, DNS_MX);
        add_question(&zones, zone, domain, DNS_TXT);
    } else if (zone) {
        finding(run, NS_CONSISTENT, SKIPPED, subject_domain(domain), "the domain does not exist");
    } else if (trouble.reason) {
        finding_worst(finding_unknown(run, NS_CONSISTENT, subject_domain(domain), &trouble, "no answer for SOA"), WARN);
    }
    for (size_t i = 0; i < mail->address_count; i++) {
        const char *reverse = ip_reverse_name(run_arena(run), &mail->addresses[i].ip);
        const char *reverse_zone = ip_special(&mail->addresses[i].ip) ? NULL : need_zone_of(run, reverse, &trouble);

        if (reverse_zone)
            add_question(&zones, reverse_zone, reverse, DNS_PTR);
        else if (!ip_special(&mail->addresses[i].ip) && trouble.reason)
            finding_follows(
                finding_worst(finding_unknown(run, NS_CONSISTENT, subject_zone(reverse), &trouble, "no answer for SOA"),
                              WARN),
                PTR_EXISTS);
    }
    add_suspicious_hosts(run, mail, &zones);
    for (size_t i = 0; i < zones.count; i++)
        judge_zone(run, &zones.at[i]);
    judge_left_out_zones(run, &zones);
}

const struct probe ns_probe = {
    .name = "ns",
    .summary = "the name servers of the domain and of the reverse zones, compared",
    .groups = "ns",
    .run = probe_ns,
};
