/* probes/tls_view.c - walks an SMTP session as far as its handshake.  (checks.md, section 7) */
#include "probes/tls_view.h"

#include "core/derive/run.h"
#include "probes/mail.h"

static struct tls_view skipped(struct tls_view v, const char *why)
{
    v.kind = TLS_VIEW_SKIPPED;
    v.why = why;
    return v;
}

static struct tls_view undecided(struct tls_view v, struct trouble trouble, enum check_id cause)
{
    v.kind = TLS_VIEW_UNDECIDED;
    v.trouble = trouble;
    v.cause = cause;
    return v;
}

/* A reply that ended the way to the handshake: trouble, or a verdict that another check has. */
static struct tls_view stopped(struct run *run, struct tls_view v, const struct smtp_reply *reply, enum check_id cause,
                               const char *why)
{
    struct trouble trouble = reply->code ? reply_trouble(run, v.session, reply) : v.trouble;

    if (!trouble.reason && !reply->code)
        return skipped(v, "no usable reply: see smtp.protocol");
    return trouble.reason ? undecided(v, trouble, cause) : skipped(v, why);
}

struct tls_view need_tls_view(struct run *run, const char *mx_host, const struct ip *ip)
{
    struct tls_view v = {.subject = subject_host_ip(run, mx_host, ip)};
    const struct smtp_session *s = need_judged_session(run, mx_host, ip, &v.trouble);
    struct trouble masked;

    v.session = s;
    if (!s)
        return v;
    if (s->end == SMTP_END_NOT_CONTACTED)
        return skipped(v, "no public address: see ip.public");
    if (s->connect_ms < 0)
        return v.trouble.reason ? undecided(v, v.trouble, SMTP_REACHABLE)
                                : skipped(v, "no connection: see smtp.reachable");
    if (s->end == SMTP_END_INJECTION)
        return skipped(v, "no handshake was begun: see smtp.starttls_injection");
    if (s->greeting.code != 220)
        return stopped(run, v, &s->greeting, BANNER_GREETING, "no greeting with 220: see banner.greeting");
    if (s->ehlo.code != 250)
        return stopped(run, v, &s->ehlo, SMTP_EHLO_ACCEPTED, "no EHLO: see smtp.ehlo");
    masked = reply_trouble(run, s, &s->ehlo);
    if (masked.reason)
        return undecided(v, masked, BANNER_GREETING);
    if (!smtp_keyword(&s->ehlo, "STARTTLS", NULL))
        return skipped(v, "STARTTLS is not offered: see smtp.starttls");
    if (s->starttls.code != 220)
        return stopped(run, v, &s->starttls, SMTP_STARTTLS_OFFERED, "STARTTLS is refused: see smtp.starttls");
    if (!s->tls)
        return undecided(v, v.trouble.reason ? v.trouble : trouble_of(REASON_CONNECTION_LOST), TLS_HANDSHAKE);
    v.kind = TLS_VIEW_SEEN;
    return v;
}
