/* core/records/dnsbl.h - blocklists in the DNS: which there are, and what their answers mean.  (RFC 5782; threats.md
 * D12)
 *
 * What is known of a list stands in dnsbl.def.  A list is named by its zone, or by a zone with a customer's key in
 * front, which is never shown; one that is not in the catalogue is taken for a list of addresses that nobody documents.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/base/ip.h"
#include "core/base/status.h"

struct arena;

enum dnsbl_kind { DNSBL_IPV4 = 1, DNSBL_IPV6 = 2, DNSBL_DOMAIN = 4 };

struct dnsbl {
    const char *zone;  /* where it is asked; may hold a key */
    const char *label; /* the same without the key: for people */
    unsigned kinds;
    enum status severity;               /* of a listing of an address that sends */
    const char *name, *removal, *users; /* NULL: not in the catalogue */
    const char *code_zone;              /* whose codes its answers have; "" */
    const char *listed, *unlisted;      /* the test names of a list of domains */
};

struct dnsbl dnsbl_of(struct arena *, const char *zone);

/* Zones of the lists that are asked where the user names none; the i-th, NULL at the end. */
const char *dnsbl_standard(size_t i);

/* The name to ask for.  NULL: too long to exist. */
const char *dnsbl_question(struct arena *, const struct dnsbl *, const struct ip *);
const char *dnsbl_question_for_name(struct arena *, const struct dnsbl *, const char *name);

/* The test points of RFC 5782 5: what every list of addresses lists, and what none does. */
struct ip dnsbl_test_ip(enum dnsbl_kind, bool listed);

enum dnsbl_answer {
    DNSBL_LISTED_THERE,
    DNSBL_REFUSED,  /* an error code, 127.255.255.0/24, or 127.0.0.1, which some lists say it with */
    DNSBL_NONSENSE, /* not in 127.0.0.0/8: the zone is no list, or no longer */
};
enum dnsbl_answer dnsbl_judge(const struct ip *answer);
const char *dnsbl_refusal_text(const struct ip *answer);                  /* "asked through a public resolver" */
const char *dnsbl_meaning(const struct dnsbl *, const struct ip *answer); /* NULL: not documented */
/* listed by the owner of its range, for nothing that it did */
bool dnsbl_is_policy(const struct dnsbl *, const struct ip *answer);

/* A large public resolver, which lists do not want to be asked through. */
bool dnsbl_refuses_resolver(const struct ip *);
