/* core/records/provider.h - services that domains send or receive mail through, and what of them shows in DNS.
 *
 * The facts are data (providers.def), each with its source.  Names match at label boundaries and to their end only, so
 * that nobody passes for a provider by gluing its name to another: "_spf.google.com.evil.example" is nobody.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum provider_kind {
    PROVIDER_MAILBOX,    /* people's mailboxes: sends and receives */
    PROVIDER_WEB_HOST,   /* of a web site, and mail with it */
    PROVIDER_RELAY,      /* sends what programs or servers hand to it */
    PROVIDER_NEWSLETTER, /* marketing mail */
    PROVIDER_DESK,       /* support, sales and the like */
    PROVIDER_SHOP,       /* of a shop or site that it hosts */
    PROVIDER_GATEWAY,    /* filters before or behind the mailboxes */
    PROVIDER_FORWARDER,  /* receives and forwards; sends nothing of the customer's own */
    PROVIDER_RECORDS,    /* keeps DNS records; carries no mail */
    PROVIDER_KIND_COUNT
};

enum provider_selectors {
    SELECTORS_UNKNOWN,
    SELECTORS_FIXED,  /* `selectors`, the same for every customer */
    SELECTORS_CHOSEN, /* by the customer, or drawn from a few: `selectors` are habits */
    SELECTORS_RANDOM, /* cannot be guessed */
};

enum provider_envelope { /* whose domain the return path of its mail is */
                         ENVELOPE_UNKNOWN,
                         ENVELOPE_CUSTOMER,  /* the domain itself, or the address of the author */
                         ENVELOPE_SUBDOMAIN, /* a sub-domain of the customer's */
                         ENVELOPE_EITHER,    /* such a sub-domain where one is set up, else the provider's */
                         ENVELOPE_PROVIDER,  /* its own: SPF never aligns */
};

enum provider_source { SOURCE_PROVIDER = 1, SOURCE_ZONES, SOURCE_THIRD_PARTY }; /* the last is never a reason to warn */

struct provider {      /* members that are not known are NULL, or 0 */
    const char *id;    /* "m365": a contract */
    const char *name;  /* "Microsoft 365" */
    const char *owner; /* "Microsoft": whose servers they are */
    enum provider_kind kind;
    const char *mx, *spf, *targets, *envelopes; /* patterns, "|" between them */
    const char *selectors;                      /* "|" between them */
    enum provider_selectors choice;
    const char *return_paths; /* labels below the customer's domain, "|" between them: usual aliases to `envelopes` */
    enum provider_envelope envelope;
    const char *signer;       /* signs with this domain, or one below it, until the customer's own is set up */
    const char *include;      /* what the customer's SPF record is to name; NULL: `spf`, where that is one name */
    bool spare_spf;           /* its include in the customer's record serves nothing: the return path is its own */
    const char *shares_spf;   /* id of a service whose customers have the same include, and which shows by aliases */
    const char *sold_as;      /* id of the service that this one is, under another contract, where both show */
    const char *panel;        /* where the customer sets up DKIM */
    const char *panel_source; /* with its date */
    enum provider_source mark;
    const char *source;
};

size_t provider_count(void);
const struct provider *provider_at(size_t index);
const struct provider *provider_from_id(const char *id); /* NULL: there is none */

/* Names are name.h's form in lower case; of `spf` also a domain-spec with macros. */
bool provider_has_mx(const struct provider *, const char *host);
bool provider_has_spf(const struct provider *, const char *target);
bool provider_has_target(const struct provider *, const char *target);   /* of a selector's CNAME */
bool provider_has_envelope(const struct provider *, const char *target); /* of a bounce domain's CNAME or include */

/* Is it known to sign with a domain of its own, which is never aligned, until the customer's is set up? */
bool provider_signs_by_default(const struct provider *);

/* What its mailboxes need in the customer's SPF record, by its own word or by what customers have; NULL: not known, or
 * it depends on where the account is. */
const char *provider_include(const struct provider *);

const char *provider_kind_word(enum provider_kind); /* "newsletter" */

/* The next of a list with "|" between its items: its length, 0 at the end.  `*at` is moved behind it. */
size_t provider_item(const char **at, const char **item);
