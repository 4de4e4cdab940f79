/* core/collect/https/https_end.h - how a transfer ended, and whose side that is
 * on.  For core/collect/https/https.c and core/collect/https/https_end.c only. */
#pragma once

#include <stdbool.h>

#include "core/collect/https/https.h"

struct https_failure {
    enum https_end end;
    struct trouble trouble;
};

/* A connection that did not come about; `bound`: the user named the source address. */
struct https_failure https_connect_failure(int os_error, const struct ip *peer, bool bound);
struct https_failure https_library_failure(void); /* libcurl or its TLS library is none that we can use */
struct https_failure https_timeout_failure(const struct https_response *);
struct https_failure https_stop_failure(enum https_end); /* of any other kind; HTTPS_END_OK: none */
/* No address is left that may be contacted: all are special, or the others' family is switched off. */
struct https_failure https_not_tried_failure(bool switched_off, bool use_ipv4);
