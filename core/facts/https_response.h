/* core/facts/https_response.h - one GET over TLS, and what came back.
 *
 * A response of any status, a redirect and a coded body are answers like others; nothing here judges.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/ip.h"
#include "core/base/str.h"
#include "core/base/trouble.h"
#include "core/facts/tls_session.h"

enum https_end {
    HTTPS_END_OK,          /* a complete response, whatever it says */
    HTTPS_END_REFUSED,     /* RST to our SYN */
    HTTPS_END_TIMEOUT,     /* connect_ms, tls and status say how far it came */
    HTTPS_END_UNREACHABLE, /* ICMP, or no route */
    HTTPS_END_LOST,        /* reset or closed before the response was complete */
    HTTPS_END_TLS,         /* the handshake failed */
    HTTPS_END_CERTIFICATE, /* not valid for this host: see tls */
    HTTPS_END_HEADERS,     /* HTTPS_HEADER_BYTES or HTTPS_HEADERS_MAX are exceeded */
    HTTPS_END_TOO_LARGE,   /* the body is longer than was asked for, and cut there */
    HTTPS_END_PROTOCOL,    /* this is no HTTP/1.1 response, or has a transfer coding that we did not ask for */
    HTTPS_END_LOCAL,       /* our side */
    HTTPS_END_NOT_CONTACTED, /* special-purpose addresses only, or none at all */
    HTTPS_END_BUDGET,      /* the audit's deadline came first */
    HTTPS_END_COUNT
};

struct https_response {
    const char *key; /* of the evidence: "https:https://mta-sts.example.org/.well-known/mta-sts.txt" */
    const char *url;
    enum https_end end;
    struct trouble trouble; /* why there is no complete response; reason none for HTTPS_END_OK */
    int os_error;           /* errno, 0 when it does not apply */
    struct ip ip;           /* the peer; IP_NONE without a connection */
    int status;             /* 0: none came */
    /* the first of each; `at` is NULL when it was not sent */
    struct str content_type, content_encoding, location, date;
    struct str body;                                           /* raw */
    const struct tls_session *tls; /* NULL when no certificate was seen */
    int64_t received_s;            /* our wall clock when the status line came; 0 */
    int64_t connect_ms;            /* to the end of the TCP handshake; -1 */
    int64_t total_ms;              /* -1 when nothing was tried */
};

const char *https_end_name(enum https_end); /* "refused" */

/* The value of a field in a block of header lines, without blanks around it; `at` is NULL when there is none. */
struct str https_field(struct str headers, const char *name);
