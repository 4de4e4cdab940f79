/* probes/tls_view.h - the TLS of an MX host's address, or why there is none to judge. */
#pragma once

#include "core/facts/smtp_session.h"
#include "core/result/finding.h"

struct run;

struct tls_view {
    enum tls_view_kind {
        TLS_VIEW_PENDING,
        TLS_VIEW_SKIPPED,   /* there is no handshake, and another check says why: `why` */
        TLS_VIEW_UNDECIDED, /* `trouble`, which is that of the check `cause` */
        TLS_VIEW_SEEN, /* a handshake was begun: session->tls is set, `trouble` says whether its end is a verdict */
    } kind;
    const char *subject;                /* "mx.example.org[192.0.2.1]" */
    const struct smtp_session *session; /* NULL: pending */
    const char *why;
    struct trouble trouble;
    enum check_id cause;
};

struct tls_view need_tls_view(struct run *, const char *mx_host, const struct ip *);
