/* core/result/subject.h - what a finding speaks of, as a value.
 *
 * A subject holds pointers into the audit's evidence or its run's arena, and is copied freely.  Names may be remote
 * bytes. Two findings are about the same thing if and only if their subjects' texts are equal.
 */
#pragma once

#include "core/base/ip.h"

struct arena;

enum subject_kind {
    SUBJECT_DOMAIN,       /* name */
    SUBJECT_ENVELOPE,     /* host: the domain of MAIL FROM; name: that of From */
    SUBJECT_ZONE,         /* name */
    SUBJECT_HOST,         /* host */
    SUBJECT_ADDRESS,      /* ip */
    SUBJECT_HOST_ADDRESS, /* host, ip; name: of several that a load balancer shows */
    SUBJECT_ADDRESS_NAME, /* ip, name: a HELO or PTR name, or an envelope domain */
    SUBJECT_NETWORK,      /* name: 192.0.2.0/28 */
    SUBJECT_SELECTOR,     /* selector; name: the domain */
    SUBJECT_SERVICE,      /* host: the service's name; name: the domain that it sends for */
    SUBJECT_TLSA,         /* host: the owner; name: the record */
    SUBJECT_URL,          /* name */
    SUBJECT_LIST,         /* name: of a blocklist; with an ip or a host (a domain): what it says of that */
    SUBJECT_MAILBOX,      /* name: the domain whose postmaster is written to; host, ip: the server that is asked */
    SUBJECT_RESOLVER,     /* name */
    SUBJECT_MACHINE,      /* host: ours */
    SUBJECT_KIND_COUNT
};

struct subject {
    enum subject_kind kind;
    struct ip ip;                       /* family IP_NONE: about no address in particular */
    const char *host, *name, *selector; /* NULL where the kind has none */
};

struct subject subject_domain(const char *name);
struct subject subject_envelope(const char *mail_from, const char *from);
struct subject subject_zone(const char *name);
struct subject subject_host(const char *host);
struct subject subject_address(const struct ip *);
struct subject subject_host_address(const char *host, const struct ip *);
struct subject subject_address_name(const struct ip *, const char *name);
struct subject subject_network(const char *text);
struct subject subject_selector(const char *selector, const char *domain);
struct subject subject_service(const char *service, const char *domain);
struct subject subject_tlsa(const char *owner, const char *record);
struct subject subject_url(const char *url);
struct subject subject_list(const char *label);
struct subject subject_listing(const struct ip *, const char *label);
struct subject subject_domain_listing(const char *domain, const char *label);
struct subject subject_mailbox(const char *domain, const char *host, const struct ip *);
struct subject subject_resolver(const char *server);
struct subject subject_machine(const char *host);

const char *subject_text(struct arena *,
                         const struct subject *); /* "mx.example.org[192.0.2.1]", "192.0.2.1 mx.example.org" */
const char *subject_kind_word(enum subject_kind); /* "host_address" */
