/* reports/evidence_text.c - evidence for people: DNS answers as records, SMTP sessions as a dialogue. */

#include "reports/evidence_text.h"

#include "core/base/arena.h"
#include "core/base/ip.h"
#include "core/base/str.h"
#include "core/facts/evidence.h"
#include "core/facts/https_response.h"
#include "core/facts/record_text.h"
#include "core/facts/signed_reply.h"
#include "core/facts/smtp_session.h"
#include "core/facts/vantage.h"
#include "core/records/dkim_mend.h"
#include "reports/sink.h"
#include "reports/words.h"

static void line(struct sink *sink, const char *text)
{
    sink_text(sink, text);
    sink_literal(sink, "\n");
}

static void quoted(struct sink *sink, const char *text) /* what a peer said, and nothing but */
{
    sink_quote(sink, text);
    sink_literal(sink, "\n");
}

static const char *answer_status(struct arena *arena, const struct dns_answer *answer, enum dns_type type)
{
    switch (answer->status) {
    case DNS_OK:
        return NULL;
    case DNS_NODATA:
        return str_printf(arena, "the name exists, but has no %s record", dns_type_name(type));
    case DNS_NXDOMAIN:
        return "the name does not exist (NXDOMAIN)";
    case DNS_UNKNOWN:
        break;
    }
    return str_printf(arena, "not known: %s", answer->trouble.why ? answer->trouble.why : "?");
}

static const char *security_text(enum dns_security security)
{
    switch (security) {
    case DNS_UNDECIDED:
        return "DNSSEC not decided";
    case DNS_INSECURE:
        return "not signed";
    case DNS_SECURE:
        return "DNSSEC secure";
    case DNS_BOGUS:
        break;
    }
    return "DNSSEC bogus";
}

/* A private key that somebody published is not to be published once more. */
static void show_record(struct sink *sink, struct arena *arena, const struct dns_record *r)
{
    unsigned long ttl_s = (unsigned long)r->ttl_s;

    if (r->type == DNS_TXT && dkim_has_private_key(arena, r->txt.joined))
        line(sink, str_printf(arena, "TXT a private key, not shown  (TTL %lu)", ttl_s));
    else
        quoted(sink,
               str_printf(arena, "%s %s  (TTL %lu)", dns_type_name(r->type), record_text(arena, r), ttl_s));
}

static void dns_text(struct sink *sink, struct arena *arena, const struct evidence *evidence)
{
    const struct dns_answer *answer = evidence->value;
    const char *status = answer_status(arena, answer, evidence->key.type);

    for (size_t i = 0; i < answer->chain_count; i++)
        quoted(sink, str_printf(arena, "%s. CNAME %s.", answer->chain[i].owner, answer->chain[i].target));
    for (size_t i = 0; i < answer->count; i++)
        show_record(sink, arena, &answer->records[i]);
    if (status)
        line(sink, status);
    if (answer->extended_error >= 0)
        line(sink, str_printf(arena, "extended error %d (RFC 8914)", answer->extended_error));
    if (answer->plan)
        line(sink, str_printf(arena, "by the plan: %s", answer->plan));
    if (answer->server && *answer->server)
        line(sink, str_printf(arena, "answered by %s over %s, %s", answer->server, answer->tcp ? "TCP" : "UDP",
                              security_text(answer->security)));
}

static void reply_text(struct sink *sink, const struct smtp_reply *reply)
{
    for (size_t i = 0; i < reply->line_count; i++) {
        sink_literal(sink, "S: ");
        sink_bytes(sink, reply->lines[i]);
        sink_literal(sink, "\n");
    }
}

static void command(struct sink *sink, const char *verb, const char *argument, const struct smtp_reply *reply)
{
    if (reply->line_count == 0)
        return;
    sink_literal(sink, "C: ");
    sink_quote(sink, verb);
    if (argument) {
        sink_literal(sink, " ");
        sink_quote(sink, argument);
    }
    sink_literal(sink, "\n");
    reply_text(sink, reply);
}

static void tls_text(struct sink *sink, struct arena *arena, const struct tls_session *tls)
{
    if (!tls->established) {
        line(sink, str_printf(arena, "TLS handshake failed: %s", tls->error ? tls->error : "?"));
        return;
    }
    line(sink, str_printf(arena, "%s %s, %zu %s, chain: %s, name %s", tls->protocol ? tls->protocol : "TLS",
                          tls->cipher ? tls->cipher : "", tls->chain_count,
                          tls->chain_count == 1 ? "certificate" : "certificates",
                          tls->verify_text ? tls->verify_text : "?", tls->name_matches ? "matches" : "does not match"));
}

static void smtp_text(struct sink *sink, struct arena *arena, const struct smtp_session *session)
{
    if (session->connect_ms >= 0)
        line(sink, str_printf(arena, "connected after %s", elapsed_text(arena, session->connect_ms)));
    reply_text(sink, &session->greeting);
    command(sink, "EHLO", session->our_name, &session->ehlo);
    command(sink, "HELO", session->our_name, &session->helo);
    command(sink, "STARTTLS", NULL, &session->starttls);
    if (session->injected.len) {
        sink_literal(sink, "before the handshake: ");
        sink_bytes(sink, session->injected);
        sink_literal(sink, "\n");
    }
    if (session->tls)
        tls_text(sink, arena, session->tls);
    command(sink, "EHLO", session->our_name, &session->ehlo_tls);
    if (session->unasked.line_count) {
        line(sink, "inside TLS, before anything was said there:");
        reply_text(sink, &session->unasked);
    }
    command(sink, "MAIL FROM:<>", NULL, &session->mail);
    command(sink, "RCPT TO", NULL, &session->rcpt);
    command(sink, "QUIT", NULL, &session->quit);
    if (session->end != SMTP_END_OK)
        line(sink, str_printf(arena, "ended %s: %s%s%s", smtp_state_during(session->state), smtp_end_name(session->end),
                              session->trouble.why ? ", " : "", session->trouble.why ? session->trouble.why : ""));
}

static void field_text(struct sink *sink, const char *name, struct str value)
{
    if (!value.at)
        return;
    sink_text(sink, name);
    sink_literal(sink, ": ");
    sink_bytes(sink, value);
    sink_literal(sink, "\n");
}

/* A logo is somebody else's drawing, and may be made to do harm: it has no place in a report.  (threats.md B2) */
static bool is_picture(const struct https_response *response)
{
    static const char tag[] = "<svg";

    if (str_starts_nocase(response->content_type, "image/"))
        return true;
    for (size_t i = 0; i < response->body.len; i++)
        if (str_starts_nocase((struct str){response->body.at + i, response->body.len - i}, tag))
            return true;
    return false;
}

static void https_text(struct sink *sink, struct arena *arena, const struct https_response *response)
{
    if (response->connect_ms >= 0)
        line(sink, str_printf(arena, "connected to %s after %s", ip_text(arena, &response->ip),
                              elapsed_text(arena, response->connect_ms)));
    if (response->tls)
        tls_text(sink, arena, response->tls);
    if (response->status)
        line(sink, str_printf(arena, "status %d", response->status));
    field_text(sink, "Content-Type", response->content_type);
    field_text(sink, "Content-Encoding", response->content_encoding);
    field_text(sink, "Location", response->location);
    field_text(sink, "Date", response->date);
    if (response->body.len && is_picture(response)) {
        line(sink, str_printf(arena, "%zu octets, which are not shown", response->body.len));
    } else if (response->body.len) {
        sink_bytes(sink, response->body);
        sink_literal(sink, "\n");
    }
    if (response->end != HTTPS_END_OK)
        line(sink, str_printf(arena, "ended: %s%s%s", https_end_name(response->end), response->trouble.why ? ", " : "",
                              response->trouble.why ? response->trouble.why : ""));
}

static void vantage_text(struct sink *sink, struct arena *arena, const struct vantage *vantage)
{
    line(sink, str_printf(arena, "host %s%s", vantage->host ? vantage->host : "?",
                          vantage->host_is_fqdn ? "" : " (not a full name)"));
    for (size_t i = 0; i < vantage->address_count; i++)
        line(sink, str_printf(arena, "address %s", ip_text(arena, &vantage->addresses[i])));
    for (size_t i = 0; i < vantage->resolver_count; i++)
        line(sink, str_printf(arena, "resolver %s", vantage->resolvers[i]));
    line(sink, str_printf(arena, "IPv4 %s, IPv6 %s", vantage->ipv4_route ? "has a route" : "has no route",
                          vantage->ipv6_route ? "has a route" : "has no route"));
}

static void signed_text(struct sink *sink, struct arena *arena, const struct signed_reply *reply)
{
    if (reply->trouble.reason)
        line(sink, str_printf(arena, "unknown: %s", reply->trouble.why));
    for (size_t i = 0; i < reply->count; i++)
        line(sink, wire_record_text(arena, &reply->records[i]));
}

void evidence_text(struct sink *sink, struct arena *arena, const struct evidence *evidence)
{
    if (!evidence->known) {
        sink_literal(sink, "not known\n");
        return;
    }
    switch (evidence->key.kind) {
    case EVIDENCE_DNS:
        dns_text(sink, arena, evidence);
        break;
    case EVIDENCE_DNSSEC:
        signed_text(sink, arena, evidence->value);
        break;
    case EVIDENCE_SMTP:
    case EVIDENCE_CONNECT:
        smtp_text(sink, arena, evidence->value);
        break;
    case EVIDENCE_HTTPS:
        https_text(sink, arena, evidence->value);
        break;
    case EVIDENCE_VANTAGE:
        vantage_text(sink, arena, evidence->value);
        break;
    case EVIDENCE_NOW:
        line(sink, time_text(arena, *(const int64_t *)evidence->value));
        break;
    case EVIDENCE_KIND_COUNT:
        break;
    }
}
