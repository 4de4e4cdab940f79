/* core/derive/reverse.h - what an address's reverse name has, an
 * absence confirmed.  (checks.md, section 4, steps 1 and 2) */
#pragma once

#include <stdbool.h>

#include "core/base/trouble.h"
#include "core/derive/absence.h"

struct ip;
struct run;

enum reverse_state {
    REVERSE_PENDING,
    REVERSE_NAMES,     /* there are PTR records */
    REVERSE_ABSENT,    /* there are none, and the zone's own servers say so */
    REVERSE_UNDECIDED, /* see `trouble` */
};

struct reverse {
    enum reverse_state state;
    const char *name;             /* 1.2.0.192.in-addr.arpa */
    const struct dns_answer *ptr; /* what is judged; NULL while pending */
    struct confirmed confirmed;   /* whose word that is */
    struct trouble trouble;
};

struct reverse need_reverse(struct run *, const struct ip *);
