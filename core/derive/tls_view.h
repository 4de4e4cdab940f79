/* core/derive/tls_view.h - the TLS of an MX host's address, or where the way to it ended.  (checks.md, section 7) */
#pragma once

#include "core/base/ip.h"
#include "core/base/trouble.h"
#include "core/facts/smtp_session.h"

struct run;

enum tls_stop { /* where there is no handshake to look at */
    TLS_STOP_NOT_CONTACTED,
    TLS_STOP_CONNECT,
    TLS_STOP_GREETING,
    TLS_STOP_MASKED, /* a middlebox wrote over the greeting or the reply */
    TLS_STOP_EHLO,
    TLS_STOP_NOT_OFFERED,
    TLS_STOP_REFUSED,
    TLS_STOP_INJECTION,
    TLS_STOP_REPLY, /* what came is no reply */
    TLS_STOP_HANDSHAKE,
    TLS_STOP_COUNT
};

struct tls_view {
    enum tls_view_kind {
        TLS_VIEW_PENDING,
        TLS_VIEW_SKIPPED,   /* there is no handshake, for a fact: see `stop` */
        TLS_VIEW_UNDECIDED, /* `trouble`, at `stop` */
        TLS_VIEW_SEEN, /* a handshake was begun: session->tls is set, `trouble` says whether its end is a verdict */
    } kind;
    const char *mx_host;
    struct ip ip;
    const struct smtp_session *session; /* NULL: pending */
    enum tls_stop stop;
    struct trouble trouble;
};

struct tls_view need_tls_view(struct run *, const char *mx_host, const struct ip *);
