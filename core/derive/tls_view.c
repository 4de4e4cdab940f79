/* core/derive/tls_view.c - walks an SMTP session as far as its handshake. */
#include "core/derive/tls_view.h"

#include "core/derive/run.h"
#include "core/derive/session.h"

static struct tls_view skipped(struct tls_view v, enum tls_stop stop)
{
    v.kind = TLS_VIEW_SKIPPED;
    v.stop = stop;
    return v;
}

static struct tls_view undecided(struct tls_view v, struct trouble trouble, enum tls_stop stop)
{
    v.kind = TLS_VIEW_UNDECIDED;
    v.trouble = trouble;
    v.stop = stop;
    return v;
}

/* A reply that ended the way to the handshake: trouble, or a verdict that another check has. */
static struct tls_view stopped(struct run *run, struct tls_view v, const struct smtp_reply *reply, enum tls_stop stop)
{
    struct trouble trouble = reply->code ? reply_trouble(run, v.session, reply) : v.trouble;

    if (!trouble.reason && !reply->code)
        return skipped(v, TLS_STOP_REPLY);
    return trouble.reason ? undecided(v, trouble, stop) : skipped(v, stop);
}

struct tls_view need_tls_view(struct run *run, const char *mx_host, const struct ip *ip)
{
    struct tls_view v = {.mx_host = mx_host, .ip = *ip};
    const struct smtp_session *s = need_judged_session(run, mx_host, ip, &v.trouble);
    struct trouble masked;

    v.session = s;
    if (!s)
        return v;
    if (s->end == SMTP_END_NOT_CONTACTED)
        return skipped(v, TLS_STOP_NOT_CONTACTED);
    if (s->connect_ms < 0)
        return v.trouble.reason ? undecided(v, v.trouble, TLS_STOP_CONNECT) : skipped(v, TLS_STOP_CONNECT);
    if (s->end == SMTP_END_INJECTION)
        return skipped(v, TLS_STOP_INJECTION);
    if (s->greeting.code != 220)
        return stopped(run, v, &s->greeting, TLS_STOP_GREETING);
    if (s->ehlo.code != 250)
        return stopped(run, v, &s->ehlo, TLS_STOP_EHLO);
    masked = reply_trouble(run, s, &s->ehlo);
    if (masked.reason)
        return undecided(v, masked, TLS_STOP_MASKED);
    if (!smtp_keyword(&s->ehlo, "STARTTLS", NULL)) {
        struct trouble tarpit = session_tarpit(run, s);

        return tarpit.reason ? undecided(v, tarpit, TLS_STOP_NOT_OFFERED) : skipped(v, TLS_STOP_NOT_OFFERED);
    }
    if (s->starttls.code != 220)
        return stopped(run, v, &s->starttls, TLS_STOP_REFUSED);
    if (!s->tls)
        return undecided(v, v.trouble.reason ? v.trouble : trouble_of(REASON_CONNECTION_LOST), TLS_STOP_HANDSHAKE);
    v.kind = TLS_VIEW_SEEN;
    return v;
}
