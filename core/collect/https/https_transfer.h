/* core/collect/https/https_transfer.h - what the HTTPS collector and its transfers share.  For
 * core/collect/https/https.c and core/collect/https/https_transfer.c only.
 *
 * A transfer waits until the peer may be visited, makes its evidence known exactly once, and frees itself.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <curl/curl.h>

#include "core/base/limits.h"
#include "core/base/url.h"
#include "core/collect/https/https.h"
#include "core/collect/net/politeness.h"

struct event;
struct watch;

struct https {
    struct loop *loop;
    struct https_config config;
    struct politeness *politeness;
    bool has_curl; /* is set up: since the first transfer, like the anchors */
    struct tls *tls, *own_tls; /* the latter where the config has none */
    struct transfer *transfers;
};

struct transfer {
    struct https *https;
    struct transfer *next, **back;
    struct evidence *evidence;
    struct https_response *seen; /* the evidence's value so far, in its arena */
    struct url url;
    struct ip *addresses; /* that may be contacted */
    size_t address_count;
    struct visit visit;
    bool visiting;
    int64_t began_ms;
    CURLM *multi;
    CURL *easy;
    struct curl_slist *resolve;
    struct event *timer;
    struct watch *watches;
    struct tls_client *witness;
    bool is_again;          /* the connection of the first attempt was lost */
    enum https_end stopped; /* by one of our callbacks; HTTPS_END_OK: by none */
    int stop_error;         /* errno behind it */
    /* What came, outside the arena: libcurl's callbacks must return. */
    char headers[HTTPS_HEADER_BYTES]; /* lines of the last response, complete in front of `header_end` */
    size_t header_len, header_bytes, header_count;
    bool header_done;
    char *body;
    size_t body_len;
};

extern const struct https_response https_no_memory; /* the value of last resort */

bool https_may_contact(const struct https_config *, const struct ip *);
bool transfer_queue(struct transfer *); /* false: no memory */
void transfer_blank(struct transfer *); /* nothing is seen yet; its value is there */
void transfer_free(struct transfer *);  /* hangs up; its evidence stays unknown */
