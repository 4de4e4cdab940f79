/* core/facts/target.h - what is audited: a domain, and what its user declared about it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/ip.h"
#include "core/facts/agreement.h"
#include "core/facts/expectation.h"
#include "core/facts/letterhead.h"

struct sender {       /* --sender */
    const char *host; /* where a host name was given: its addresses are looked up; else NULL */
    struct ip ip;     /* where host is NULL */
    const char *helo; /* as declared; NULL: not declared */
};

enum volume { VOLUME_UNSAID, VOLUME_LOW, VOLUME_BULK }; /* --volume: which of a receiver's rules hold */

/* --active: tests that an operator asks for, with the hosts that --own names and no others.  Bits. */
enum active { ACTIVE_POSTMASTER = 1, ACTIVE_RELAY = 2, ACTIVE_OLD_TLS = 4, ACTIVE_INJECTION = 8 };
bool active_from_word(const char *, enum active *out); /* "old-tls" */
const char *active_word(enum active);                  /* of one; NULL: no test */

struct target {
    const char *domain;  /* A-label, lower case, no final dot */
    const char *unicode; /* for display */
    const struct sender *senders;
    size_t sender_count;
    const struct ip_network *not_senders; /* --not-sender */
    size_t not_sender_count;
    const char *const *selectors; /* --dkim */
    size_t selector_count;
    bool guess_selectors;          /* --dkim-guess */
    const char *const *mail_froms; /* --mail-from: domains of the envelope; none: the domain itself */
    size_t mail_from_count;
    const char *const *froms; /* --from: domains of the From header, beside the domain itself */
    size_t from_count;
    enum volume volume;
    const char *const *dnsbls; /* zones of the blocklists to ask; none: it is off */
    size_t dnsbl_count;
    const char *const *canaries; /* host names for the port-25 test */
    size_t canary_count;
    const char *const *bogus_canaries; /* names that fail DNSSEC validation, asked for in this order */
    size_t bogus_canary_count;
    const char *const *trust_anchors; /* --trust-anchor: DS records of the root, as "20326 8 2 E06D..."; none: IANA's */
    size_t trust_anchor_count;
    unsigned active;        /* of enum active */
    const char *const *own; /* --own: host names, each with what is below it */
    size_t own_count;
    const char *relay_domain; /* of the recipient that a relay would accept; set if and only if ACTIVE_RELAY */
    uint16_t smtp_port;
    /* --sessions: with each MX address; 0: a second one where the names of the first raise the question */
    unsigned sessions;
    const bool *selected; /* --only, --skip: by enum check_id; NULL: every check */
    bool no_smtp;         /* --skip names all checks for whose sake mail servers are called: none is */
    const struct expectation *expectations; /* --expect */
    size_t expectation_count;
    const struct suppression *suppressions;
    size_t suppression_count;
    const struct level *levels; /* of two for one check the last one decides */
    size_t level_count;
    const char *place; /* "FILE:LINE" where the user's project file speaks of it; NULL */
    const char *owner;                     /* who answers for the domain, as the user's project file says; NULL */
    struct letterhead letterhead;          /* for the cover of its report */
    const char *const *only, *const *skip; /* the words of these options: checks and groups */
    size_t only_count, skip_count;
};

/* Octets that an audit of the target may take, and each of its probes: it grows with what is to be judged. */
size_t target_memory(const struct target *);

bool target_selects(const struct target *, size_t check); /* of enum check_id */
