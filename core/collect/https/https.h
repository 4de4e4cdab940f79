/* core/collect/https/https.h - the collector of HTTPS evidence (https_response.h).
 *
 * One GET over TLS with a certificate that must be valid: no redirect is followed, no coding undone, nothing taken from
 * the environment.
 *
 * Behind a certificate that is out of its time the header is read all the same, and its Date tells whether our clock is
 * to blame; the end is HTTPS_END_CERTIFICATE, and there is no body.
 *
 * Nothing is looked up either: the addresses come with the key, from DNS evidence.  Each is classified twice, when it
 * is handed to libcurl and when libcurl makes the socket (threats.md H5, H6).  A transfer has a libcurl multi handle of
 * its own, so that addresses, connections and TLS sessions end with it and one piece of evidence cannot lean on another
 * (H7).
 *
 * libcurl's home.  It is initialised when the first response is asked for.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/facts/https_response.h"

struct https; /* the collector */
struct evidence;
struct guestbook;
struct loop;
struct tls;
struct trace;

struct https_config {
    struct ip source4, source6; /* family IP_NONE: any */
    bool use_ipv4, use_ipv6;
    const struct ip_network *allowed; /* special-purpose networks that may be contacted */
    size_t allowed_count;
    struct tls *tls;     /* whose anchors hold; NULL: those of this machine and of `ca`, in PEM, which may be NULL */
    const char *ca;
    int64_t total_ms;    /* 0: HTTPS_TOTAL_MS */
    struct guestbook *guestbook; /* of the processes of this run, and which of them this one is; NULL: it is alone */
    unsigned guest;
    struct trace *trace; /* may be NULL */
};

/* NULL: no memory; what it points to must live as long */
struct https *https_new(struct loop *, const struct https_config *);
void https_free(struct https *);                                     /* hangs up; evidence under way stays unknown */
void https_collect(struct https *, struct evidence *);               /* keeps the rules of politeness.h */
