/* probes/sts.c - follows a domain's MTA-STS as a sender does: record, policy host, policy.  (RFC 8461 3) */
#include "probes/sts.h"

#include "core/arena.h"
#include "core/limits.h"
#include "core/run.h"
#include "core/str.h"
#include "core/target.h"
#include "probes/mail.h"

/* ---- the record ---- */

static enum sts_step faulty(struct sts *sts, const char *fault)
{
    sts->fault = fault;
    return STS_FAULTY;
}

static enum sts_step undecided(struct sts *sts, const struct trouble *trouble)
{
    sts->trouble = *trouble;
    return STS_UNDECIDED;
}

/* RFC 8461 3.1: what does not begin with "v=STSv1;" is dropped, and then there must be one. */
static enum sts_step look_at_record(struct sts *sts)
{
    struct str text = {NULL, 0}, odd = {NULL, 0};
    size_t count = 0;
    const char *why;

    if (!sts->txt)
        return STS_PENDING;
    if (sts->txt->status == DNS_UNKNOWN)
        return undecided(sts, &sts->txt->trouble);
    for (size_t i = 0; i < sts->txt->count; i++) {
        struct str joined = sts->txt->records[i].txt.joined;

        if (sts_record_is_one(joined)) {
            text = joined;
            count++;
        } else if (sts_record_seems_one(joined)) {
            odd = joined;
        }
    }
    if (count > 1)
        return faulty(sts, "there are several records, so senders ignore all of them");
    if (count == 0 && odd.at)
        return faulty(sts, "the record does not begin with \"v=STSv1;\", so senders ignore it");
    if (count == 0)
        return STS_ABSENT;
    return sts_record_parse(text, &sts->record, &why) ? STS_SOUND : faulty(sts, why);
}

/* ---- the policy host and its response ---- */

static size_t collect_addresses(const struct sts *sts, struct ip *out)
{
    const struct dns_answer *answers[] = {sts->a, sts->aaaa};
    size_t count = 0;

    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
        for (size_t k = 0; answers[i] && answers[i]->status == DNS_OK && k < answers[i]->count && count < ADDRESSES_MAX; k++)
            out[count++] = answers[i]->records[k].ip;
    return count;
}

static enum sts_step look_at_host(struct run *run, struct sts *sts)
{
    struct ip *addresses = ARENA_ARRAY(run_arena(run), struct ip, ADDRESSES_MAX);
    size_t count;

    if (!sts->a || !sts->aaaa)
        return STS_PENDING;
    count = collect_addresses(sts, addresses);
    if (count > 0) {
        sts->response = need_https(run, sts->url, addresses, count);
        return sts->response ? STS_SOUND : STS_PENDING;
    }
    if (sts->a->status != DNS_UNKNOWN && sts->aaaa->status != DNS_UNKNOWN)
        return faulty(sts, str_printf(run_arena(run), sts->a->status == DNS_NXDOMAIN ? "the host %s does not exist"
                                                                                     : "the host %s has no address",
                                      sts->host));
    if (sts->a->chain_loops || sts->aaaa->chain_loops)
        return faulty(sts, str_printf(run_arena(run), "the policy host is an alias that leads in a circle: %s",
                                      alias_chain_text(run, sts->a->chain_loops ? sts->a : sts->aaaa)));
    return undecided(sts, sts->a->status == DNS_UNKNOWN ? &sts->a->trouble : &sts->aaaa->trouble);
}

static const char *certificate_fault(struct run *run, const struct https_response *response)
{
    const struct tls_session *tls = response->tls;

    if (tls && tls->verify_error)
        return str_printf(run_arena(run), "the certificate is not valid: %s", tls->verify_text);
    if (tls && !tls->name_matches)
        return "the certificate is another host's: it does not have the name of the policy host";
    return "the certificate is not valid";
}

static bool is_coded(const struct https_response *response)
{
    return response->content_encoding.len > 0 && !str_equal_nocase(response->content_encoding, str_of("identity"));
}

/* RFC 8461 3.3: 200, no redirect; and a coding that nobody asked for leaves no policy to read. */
static enum sts_step look_at_answer(struct run *run, struct sts *sts)
{
    const struct https_response *response = sts->response;
    struct arena *arena = run_arena(run);

    if (response->status / 100 == 3)
        return faulty(sts, str_printf(arena, "answered with status %d, a redirect%s%s, which senders must not follow", response->status,
                                      response->location.len ? " to " : "", str_text(arena, response->location)));
    if (response->status != 200)
        return faulty(sts, str_printf(arena, "answered with status %d", response->status));
    if (is_coded(response))
        return faulty(sts, str_printf(arena, "answered with the content coding %s, which nobody asked for",
                                      str_text(arena, response->content_encoding)));
    return STS_SOUND;
}

static enum sts_step look_at_response(struct run *run, struct sts *sts)
{
    const struct https_response *response = sts->response;

    switch (response->end) {
    case HTTPS_END_OK:
        return look_at_answer(run, sts);
    case HTTPS_END_TOO_LARGE:
        if (response->status != 200)
            return look_at_answer(run, sts);
        return faulty(sts, str_printf(run_arena(run), "the response is longer than %d octets", HTTPS_BODY_BYTES));
    case HTTPS_END_REFUSED:
        return faulty(sts, "the policy host refuses connections on port 443");
    case HTTPS_END_CERTIFICATE:
        return faulty(sts, certificate_fault(run, response));
    case HTTPS_END_NOT_CONTACTED:
        return faulty(sts, "the policy host has no public address");
    case HTTPS_END_TLS:
    case HTTPS_END_HEADERS:
    case HTTPS_END_PROTOCOL:
        return faulty(sts, response->trouble.why);
    case HTTPS_END_TIMEOUT:
    case HTTPS_END_UNREACHABLE:
    case HTTPS_END_LOST:
    case HTTPS_END_LOCAL:
    case HTTPS_END_BUDGET:
    case HTTPS_END_COUNT:
        break;
    }
    return undecided(sts, &response->trouble);
}

const struct sts *need_sts(struct run *run)
{
    struct arena *arena = run_arena(run);
    struct sts *sts = ARENA_NEW(arena, struct sts);
    const char *domain = run_target(run)->domain, *why;

    sts->host = str_printf(arena, "mta-sts.%s", domain);
    sts->url = str_printf(arena, "https://%s/.well-known/mta-sts.txt", sts->host);
    sts->txt = need_dns(run, str_printf(arena, "_mta-sts.%s", domain), DNS_TXT);
    sts->a = need_dns(run, sts->host, DNS_A);
    sts->aaaa = need_dns(run, sts->host, DNS_AAAA);
    sts->fetch_step = sts->policy_step = STS_ABSENT;
    sts->record_step = look_at_record(sts);
    if (sts->record_step != STS_SOUND)
        return sts;
    sts->fetch_step = look_at_host(run, sts);
    if (sts->fetch_step == STS_SOUND)
        sts->fetch_step = look_at_response(run, sts);
    if (sts->fetch_step != STS_SOUND)
        return sts;
    sts->policy_step = sts_policy_parse(arena, sts->response->body, &sts->policy, &why) ? STS_SOUND : faulty(sts, why);
    return sts;
}

bool need_bound_by_sts(struct run *run, const char *mx_host, bool *pending)
{
    const struct sts *sts = need_sts(run);

    *pending = sts->record_step == STS_PENDING || sts->fetch_step == STS_PENDING;
    return sts->policy_step == STS_SOUND && sts->policy.mode == STS_ENFORCE && sts_policy_covers(&sts->policy, mx_host);
}
