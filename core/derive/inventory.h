/* core/derive/inventory.h - a domain's mail hosts and mail addresses: MX -> hosts -> addresses, and declared senders.
 *
 * Derived from evidence within a run, so it grows from run to run; need_inventory() is never NULL and holds what is
 * known so far.  Its lists are in order: MX hosts by preference, then name; addresses IPv4 first, then by value.
 * (checks.md, "Roles of an IP"; RFC 5321 5.1; RFC 7505)
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/base/ip.h"
#include "core/facts/dns_answer.h"

struct run;
struct spf_addresses;

enum mx_kind {
    MX_PENDING,   /* not known yet */
    MX_UNDECIDED, /* no answer: see `trouble` */
    MX_LISTED,    /* at least one MX record that names a host */
    MX_NULL_MX,   /* exactly "0 ." (the check mx.null has the shorter name) */
    MX_IMPLICIT,  /* no MX, but an address at the domain */
    MX_NONE,      /* no MX and no address */
    MX_NO_DOMAIN, /* the name does not exist */
};

struct mx_host {
    const char *name; /* lower case */
    unsigned preference;
    const struct dns_answer *a, *aaaa; /* NULL: on their way, or not asked because the name is no host name */
    bool is_literal;     /* an address written as a name, or no host name at all: not looked up */
    bool is_placeholder; /* under .invalid: a provider's verification record */
    const size_t *addresses; /* indices into the inventory's addresses */
    size_t address_count;
};

enum { ROLE_SENDER = 1, ROLE_MX = 2 };
/* DECLARED: by the user.  SPF: the domain's own SPF record names the address, or authorises it and it is an MX address.
 * ASSUMED: nothing is declared and SPF says nothing, so the MX addresses stand in. */
enum sender_origin { SENDER_NOT, SENDER_DECLARED, SENDER_SPF, SENDER_ASSUMED };

struct mail_address {
    struct ip ip;
    const char *label;  /* the address as text: the subject of findings */
    unsigned roles;
    enum sender_origin origin; /* of the sender role */
    const char *const *helos; /* declared, as they were, each once */
    size_t helo_count;
    const char *spf;    /* SPF result for the domain, "pass"; NULL: not evaluated */
    const char *term;   /* of the SPF record, where it made the address a sender: "ip4:192.0.2.1"; NULL */
    const char *record; /* whose record that is: the domain, or what redirect= leads to */
    const char *const *hosts; /* MX hosts, and declared sender host names, that have it */
    size_t host_count;
    /* the first MX host that has it: whose session shows banner and EHLO; NULL for sender-only */
    const char *mx_name;
};

struct unresolved { /* a name that has addresses of the inventory, or should */
    const char *host;
    /* why not all of them are known; NULL: a declared sender that has none, for a fact */
    const struct trouble *trouble;
};

struct inventory {
    enum mx_kind kind;
    const struct dns_answer *mx; /* of the domain; NULL while pending */
    const struct trouble *trouble; /* MX_UNDECIDED: why; else NULL */
    bool mixed_null;             /* "." beside other records, or with a preference other than 0 */
    const struct mx_host *hosts; /* for MX_IMPLICIT one: the domain itself, preference 0 */
    size_t host_count;
    size_t hosts_left_out; /* beyond MX_HOSTS_MAX */
    const struct mail_address *addresses;
    size_t address_count;
    size_t addresses_left_out; /* beyond ADDRESSES_MAX */
    const struct unresolved *unresolved; /* no host twice */
    size_t unresolved_count;
    /* by the domain's own SPF: its ranges are not inventoried.  NULL: not looked up */
    const struct spf_addresses *named;
    bool complete; /* nothing that it is made of is on its way */
};

const struct inventory *need_inventory(struct run *);
bool inventory_takes_mail(const struct inventory *); /* or may: that is not known */
bool address_is_sender(const struct mail_address *);
const char *address_helo(const struct mail_address *); /* the first that is declared; NULL: none is */
bool inventory_has(const struct inventory *, const struct ip *); /* as a mail address */
const char *sender_origin_word(enum sender_origin); /* "declared", "spf", "assumed"; "" for none */
