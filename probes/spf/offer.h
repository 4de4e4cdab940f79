/* probes/spf/offer.h - between remedy.c and remedy_limits.c: a record that is proposed. */
#pragma once

#include "probes/spf/spf.h"

struct spf_offer {
    const char *at;    /* whose record */
    struct str before; /* as it is; empty: there is none */
    struct str second; /* that is replaced as well; empty: there is one */
    struct str after;
    const struct ip *also; /* an address that must pass, too; NULL */
    const char *instead;   /* WHAT, where no record does it; NULL: the same */
};

/* Adds the senders that `after` would not let pass: those that are declared, and those that pass today.
 * False: they are too many to name, or they would not pass even so; or something is on its way. */
bool spf_offer_fits_senders(struct run *, const struct spf_domain *, struct spf_offer *);

/* The remedy WHAT with the record before and after, fitted to the senders; WHAT alone where no record does it. */
void spf_propose(struct run *, const struct spf_domain *, struct finding *, struct spf_offer, const char *what);

const char *spf_address_term(struct run *, const struct ip *); /* "ip6:2001:db8::1" */
