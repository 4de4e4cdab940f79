/* probes/dmarc_reports.c - has a report destination outside the organisation agreed to get the reports?  (RFC 9990 4;
 * RFC 9991 5; RFC 7489 7.1) */
#include <string.h>

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/derive/absence.h"
#include "core/derive/run.h"
#include "core/result/finding.h"
#include "probes/dmarc.h"

enum { NAME_OCTETS_MAX = 253 };

/* The organisation that publishes the record. */
static const char *publisher(const struct from_domain *from)
{
    const struct dmarc_step *source = from->source;

    return source->record->psd == DMARC_PSD_YES && source != &from->dmarc->steps[0] ? source->name
                                                                                    : from->dmarc->walk.org_domain;
}

static bool is_override_elsewhere(struct run *run, const struct dns_answer *answer, const char *host)
{
    for (size_t i = 0; i < answer->count; i++) {
        struct dmarc_record r;

        if (!dmarc_is_record(answer->records[i].txt.joined))
            continue;
        r = dmarc_record_parse(run_arena(run), answer->records[i].txt.joined);
        for (size_t k = 0; k < r.rua_count; k++)
            if (!r.rua[k].host || !name_equal(r.rua[k].host, host))
                return true;
    }
    return false;
}

static bool has_record(const struct dns_answer *answer)
{
    for (size_t i = 0; i < answer->count; i++)
        if (dmarc_is_record(answer->records[i].txt.joined))
            return true;
    return false;
}

static void refuse(struct run *run, const char *host, const char *owner, const struct dns_answer *answer)
{
    struct finding *f = finding(run, DMARC_AUTHORIZED, WARN, subject_host(host),
                                "%s has no record that lets reports come: receivers send none there", owner);

    finding_remedy(run, f,
                   "Ask whoever runs %s to publish this record; or have the reports sent to an address of your own.",
                   host);
    finding_record(run, f, "%s. 3600 IN TXT \"v=DMARC1\"", owner);
    finding_rests_on(run, f, answer->key);
}

static void judge_destination(struct run *run, const struct from_domain *from, const char *host,
                              const struct dmarc *destination)
{
    const char *owner = str_printf(run_arena(run), "%s._report._dmarc.%s", from->source->name, host);
    const struct dns_answer *answer;
    struct finding *f;

    if (strlen(owner) > NAME_OCTETS_MAX) {
        finding_cause(finding(run, DMARC_AUTHORIZED, WARN, subject_host(host),
                              "the name that would let reports come is longer than DNS allows"),
                      CAUSE_DMARC_LONG_NAME);
        return;
    }
    answer = need_confirmed(run, owner, DNS_TXT).answer;
    if (!answer)
        return;
    if (answer->status == DNS_UNKNOWN) {
        finding_rests_on(
            run,
            finding_unknown(run, DMARC_AUTHORIZED, subject_host(host), &answer->trouble, "no answer for %s", owner),
            answer->key);
    } else if (has_record(answer)) {
        if (is_override_elsewhere(run, answer, host))
            f = finding_cause(finding(run, DMARC_AUTHORIZED, WARN, subject_host(host),
                                      "%s sends the reports on to another host, which ends them", owner),
                              CAUSE_DMARC_SENT_ON);
        else
            f = finding(run, DMARC_AUTHORIZED, PASS, subject_host(host), "%s lets reports come", owner);
        finding_rests_on(run, f, answer->key);
    } else if (destination->walk.trouble) {
        f = finding_unknown(run, DMARC_AUTHORIZED, subject_host(host), destination->walk.trouble,
                            "whose host it is could not be found out");
        finding_rests_on(run, f, destination->walk.trouble_key);
    } else if (answer->status == DNS_OK) {
        refuse(run, host, owner, answer);
    } else {
        refuse(run, host, owner, answer);
    }
}

/* Destinations of both tags, each host once. */
static size_t collect_hosts(const struct dmarc_record *r, const char *hosts[2 * DMARC_URIS_MAX])
{
    size_t count = 0;

    for (size_t i = 0; i < r->rua_count + r->ruf_count; i++) {
        const struct dmarc_uri *uri = i < r->rua_count ? &r->rua[i] : &r->ruf[i - r->rua_count];
        bool repeated = !uri->host;

        for (size_t k = 0; k < count && !repeated; k++)
            repeated = name_equal(hosts[k], uri->host);
        if (!repeated)
            hosts[count++] = uri->host;
    }
    return count;
}

void judge_report_authorization(struct run *run, const struct from_domain *from)
{
    const char *hosts[2 * DMARC_URIS_MAX], *own = publisher(from);
    size_t count = collect_hosts(from->record, hosts), outside = 0;
    bool complete = true;

    for (size_t i = 0; i < count; i++) {
        const struct dmarc *destination;

        if (name_equal(hosts[i], own) || name_equal(hosts[i], from->source->name))
            continue;
        destination = need_dmarc(run, hosts[i]);
        complete = complete && destination->complete;
        if (!destination->complete || (!destination->walk.trouble && name_equal(destination->walk.org_domain, own)))
            continue;
        outside++;
        judge_destination(run, from, hosts[i], destination);
    }
    if (complete && outside == 0)
        finding(run, DMARC_AUTHORIZED, SKIPPED, subject_domain(from->name),
                count ? "no report destination outside the organisation" : "no report destination");
}
