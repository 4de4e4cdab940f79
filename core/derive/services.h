/* core/derive/services.h - which services send and receive mail for the audited domain, and by what that shows.
 *
 * Recognised by MX hosts, by what the domain's SPF records lead to, by aliases of DKIM selectors and of bounce domains;
 * never by the name of a selector alone, which several services share.  What another organisation's record includes in
 * its turn is that organisation's matter, unless nobody knows it.  (checks.md, section 9; core/records/providers.def)
 *
 * Of recognised services the usual names are tried, in one round and USUAL_NAMES_TRIED at most: the first of each
 * service, then the second of each, and so on.  Of a service its selectors come first, then its usual return paths,
 * which an alias shows to be its; so one whose selectors nobody can guess is asked for by its return path.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/facts/dns_answer.h"
#include "core/records/provider.h"

struct inventory;
struct mail_address;
struct run;

enum service_clue_kind { CLUE_MX, CLUE_SPF, CLUE_DKIM, CLUE_ENVELOPE, CLUE_KIND_COUNT };

struct service_clue {
    enum service_clue_kind kind;
    const char *name; /* of the MX host, of the record that SPF leads to, of the selector's or bounce domain's record */
    const char *leads; /* what the alias leads to; NULL: there is none */
    const char *key;   /* of the evidence */
};

enum { SERVICE_RECEIVES = 1, SERVICE_SENDS = 2 };

struct service_selector {
    const char *name, *owner; /* "google", "google._domainkey.example.org" */
    const struct dns_answer *answer;
    bool is_declared;
    bool has_key;     /* that verifiers accept */
    bool by_wildcard; /* nobody's selector has the same answer */
    bool dangles;     /* an alias to the service that leads to nothing */
};

struct service_envelope {          /* a bounce domain of the customer's that leads to the service */
    const char *name;              /* NULL: none is known */
    const char *leads;             /* what its alias leads to; NULL: its record includes the service's */
    bool has_record, lacks_record; /* of SPF; neither: not known */
};

enum service_key {
    SERVICE_KEY_UNKNOWN, /* its selectors cannot be guessed, or need not be those that were tried */
    SERVICE_KEY_FOUND,
    SERVICE_KEY_NONE,      /* none of its selectors has one */
    SERVICE_KEY_UNDECIDED, /* not every one had an answer */
};

enum service_spf { /* does the domain's SPF record let its servers pass?  From no to yes */
                   SERVICE_SPF_NOT_NAMED,
                   SERVICE_SPF_BY_MX,      /* "mx" names its MX hosts, which may be others than those that send */
                   SERVICE_SPF_NOT_PASSED, /* named, with another qualifier than "+" */
                   SERVICE_SPF_BROKEN,     /* named, and evaluation ends in permerror before it gets there */
                   SERVICE_SPF_UNDECIDED,  /* a record that is evaluated before is not known: see `spf_trouble` */
                   SERVICE_SPF_PERHAPS,    /* more lookups than are allowed for some of its servers */
                   SERVICE_SPF_PASSES,
};

struct service {
    const struct provider *provider;
    unsigned roles; /* none: it keeps records, or is named and denied */
    enum service_spf spf;
    const struct trouble *spf_trouble;
    bool spf_fails; /* what its servers send gets "fail": they are not named, and the record ends in "-all" */
    struct service_envelope envelope;
    const struct service_clue *clues;
    size_t clue_count;
    const struct service_selector *selectors; /* its own, of those that were tried or declared */
    size_t selector_count;
    enum service_key key;
    const struct trouble *trouble; /* SERVICE_KEY_UNDECIDED: why */
    const char *trouble_key;
};

struct services {
    const struct service *at; /* those that receive come first, then in the order of the data */
    size_t count;
    bool complete; /* nothing that they are made of is on its way */
};

const struct services *need_services(struct run *); /* never NULL */

/* The service that runs an MX host, or all MX hosts of an address that the user did not declare, or whose SPF record
 * names the address; NULL: none does. */
const struct service *service_of_host(const struct services *, const char *mx_host);
const struct service *service_of_address(const struct services *, const struct mail_address *);
/* The first that receives, and the second beside it: two mailbox services at once.  False: there are no two. */
bool services_are_moving(const struct services *, const struct service *pair[2]);
