/* core/collect/https/https.h - HTTPS evidence, and the collector that gets it.
 *
 * One GET over TLS with a certificate that must be valid: no redirect is followed, no coding undone, nothing taken from the
 * environment.  A response of any status, a redirect and a coded body are answers like others; nothing here judges.
 *
 * Behind a certificate that is out of its time the header is read all the same, and its Date tells whether our clock is to
 * blame; the end is HTTPS_END_CERTIFICATE, and there is no body.
 *
 * Nothing is looked up either: the addresses come with the key, from DNS evidence.  Each is classified twice, when it is
 * handed to libcurl and when libcurl makes the socket (threats.md H5, H6).  A transfer has a libcurl multi handle of its own, so
 * that addresses, connections and TLS sessions end with it and one piece of evidence cannot lean on another (H7).
 *
 * libcurl's home.  It is initialised when the first response is asked for.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/ip.h"
#include "core/base/str.h"
#include "core/base/trouble.h"
#include "core/collect/tls/tls.h"

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
    struct str content_type, content_encoding, location, date; /* the first of each; `at` is NULL when it was not sent */
    struct str body;                                           /* raw */
    const struct tls_session *tls; /* NULL when no certificate was seen */
    int64_t received_s;            /* our wall clock when the status line came; 0 */
    int64_t connect_ms;            /* to the end of the TCP handshake; -1 */
    int64_t total_ms;              /* -1 when nothing was tried */
};

const char *https_end_name(enum https_end); /* "refused" */

/* The value of a field in a block of header lines, without blanks around it; `at` is NULL when there is none. */
struct str https_field(struct str headers, const char *name);

struct https; /* the collector */
struct evidence;
struct loop;
struct trace;

struct https_config {
    struct ip source4, source6; /* family IP_NONE: any */
    bool use_ipv4, use_ipv6;
    const struct ip_network *allowed; /* special-purpose networks that may be contacted */
    size_t allowed_count;
    const char *ca_file; /* extra trust anchors; NULL */
    int64_t total_ms;    /* 0: HTTPS_TOTAL_MS */
    struct trace *trace; /* may be NULL */
};

struct https *https_new(struct loop *, const struct https_config *); /* NULL: no memory; what it points to must live as long */
void https_free(struct https *);                                     /* hangs up; evidence under way stays unknown */
void https_collect(struct https *, struct evidence *);               /* keeps the rules of guest.h */
