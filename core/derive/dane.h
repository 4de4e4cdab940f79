/* core/derive/dane.h - an MX host's TLSA records as a sender that knows DANE sees them.  (RFC 7672)
 *
 * They count if the MX RRset, the host's addresses and the TLSA RRset are all DNSSEC-secure (2.2); of those that count,
 * a sender uses the records with usage 2 or 3 that it understands (3.1).  For a host that is an alias the name at the
 * end is tried first, then the host's own (2.2.3); one that is signed itself and leads into an unsigned zone has
 * records at its own name alone (2.2.2).
 *
 * Derived from evidence within a run, like the inventory.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/str.h"
#include "core/derive/inventory.h"
#include "core/facts/dns_answer.h"

struct arena;
struct run;
struct smtp_session;
struct tls_session;

enum dane_fault {
    TLSA_USABLE,
    TLSA_PKIX_USAGE, /* 0 and 1: RFC 7672 3.1.3 */
    TLSA_BAD_USAGE,  /* unassigned, or private */
    TLSA_BAD_SELECTOR,
    TLSA_BAD_MATCHING,
    TLSA_BAD_LENGTH, /* not that of the digest */
    TLSA_BAD_DATA,   /* neither a certificate nor a key */
    TLSA_FAULT_COUNT
};

struct dane_record {
    const struct dns_record *record;
    enum dane_fault fault;
    const char *text; /* "3 1 1 0f3a8c12...", cut */
};

enum dane_state {
    DANE_PENDING,
    DANE_NO_HOST, /* the host has no address, or cannot have one; `trouble` where that is not certain */
    DANE_NO_NAME, /* the host's name is too long for a TLSA record to stand below it */
    DANE_NO_RECORDS,
    DANE_FAILED,    /* no answer for TLSA: see `trouble` */
    DANE_INSECURE,  /* not signed throughout: senders ignore the records */
    DANE_UNDECIDED, /* the resolver cannot tell */
    DANE_SECURE,
};

struct dane {
    enum dane_state state;
    struct trouble trouble;
    const char *host;
    const char *base;              /* the TLSA base domain */
    const char *owner;             /* "_25._tcp.mx.example.org" */
    const struct dns_answer *tlsa; /* NULL: not known */
    /* of an alias into an unsigned zone, whose addresses need not be secure; else DNS_INSECURE */
    enum dns_security alias;
    bool has_no_name;              /* see DANE_NO_NAME */
    const char *weak_spot;         /* DANE_INSECURE, DANE_UNDECIDED: which of the three it is */
    const struct dane_record *records;
    size_t count, usable;
    size_t left_out; /* beyond DANE_RECORDS_MAX */
};

const struct dane *need_dane(struct run *, const struct mx_host *); /* never NULL */

enum dane_fault dane_record_fault(const struct dns_record *);
const char *dane_fault_text(enum dane_fault); /* "has usage 0 or 1, which SMTP does not use" */
const char *dane_record_label(struct arena *, const struct dns_record *);

struct dane_match {
    size_t matching, unmatched;                /* of the usable records */
    bool by_end_entity;                        /* a record with usage 3 matches: names and dates do not count */
    const char *matched_text, *unmatched_text; /* lists of labels, ", " between them; "" */
    const char *why;                           /* why the last unmatched one does not; a constant, "" */
    bool out_of_time;                          /* one would match, but for the dates of certificates */
    const struct dns_answer *tlsa;             /* whose records these are */
};

/* Which of the usable records match what a session showed?  `domain` is the next hop. */
struct dane_match dane_match(struct arena *, const struct dane *, const struct tls_session *, const char *domain,
                             int64_t now);
/* The same for the target's domain at this time, remembered; NULL: the time is not known yet. */
const struct dane_match *need_dane_match(struct run *, const struct dane *, const struct smtp_session *);

/* What is behind records of which none matches. */
enum dane_cause {
    DANE_OTHER_KEY,       /* nothing that is shown has the data: the key has changed, or the wrong one is shown */
    DANE_SWAPPED_USAGE,   /* usage 3 for an issuer, or 2 for the server's own certificate */
    DANE_BAD_CERTIFICATE, /* the certificate is out of its time, or another host's: no record is at fault */
    DANE_NOT_SENT,        /* usage 2, and the chain as it is sent ends below its root */
};

struct dane_diagnosis {
    enum dane_cause cause;
    const char *record; /* "2 1 1 ..." that matches what is shown, tried; NULL: none is to be published */
};

struct dane_diagnosis dane_diagnose(struct arena *, const struct dane *, const struct tls_session *, const char *domain,
                                    int64_t now);

const char *dane_key_digest(struct arena *,
                            struct str certificate); /* for a record "3 1 1 ...", in hex; NULL: no certificate */
