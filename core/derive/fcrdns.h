/* core/derive/fcrdns.h - forward-confirmed reverse DNS of one
 * address, step by step.  (checks.md, section 4; RFC 8601 3) */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/base/trouble.h"

struct dns_answer;
struct inventory;
struct ip;
struct run;

enum confirmation {
    CONFIRMS, /* has an address record with the very address */
    DENIES,   /* no host name, does not exist, or has other addresses */
    OPEN,     /* no answer */
};

struct reverse_name {
    const char *name;
    const struct dns_answer *forward; /* A or AAAA; NULL where the name is no host name and was not looked up */
    enum confirmation state;
};

struct fcrdns {
    const struct dns_answer *ptr;
    const struct reverse_name *at; /* without duplicates; declared HELO, MX hosts first, then by name */
    size_t count;                  /* at most PTR_NAMES_TRIED */
    size_t untried;                /* names beyond that */
    size_t confirming, denying, open;
    struct trouble trouble; /* of the first open name */
    bool complete;          /* no forward answer is on its way */
};

/* `ptr` is known; an answer without names gives an empty, complete result.  Never NULL. */
const struct fcrdns *need_fcrdns(struct run *, const struct inventory *, const struct ip *,
                                 const struct dns_answer *ptr);
