/* core/derive/dnssec.h - what an answer's DNSSEC status and its signatures are worth.  (RFC 4033 5; threats.md D2)
 *
 * "Insecure" is a statement only of a resolver that validates.  One that is trusted and never sets AD does not: the
 * root has been signed since 2010, so its SOA tells.  Unless the resolver was seen to refuse what is bogus
 * (resolver.h), the signatures are checked here (chain.h), and what comes out counts more than its AD.
 *
 * A zone signs all that it has with each of its algorithms (RFC 4035 2.2), so the signatures of one answer show them.
 */
#pragma once

#include <stdbool.h>

#include "core/facts/dns_answer.h"

struct arena;
struct chain;
struct run;

/* The answer's security, DNS_UNDECIDED where nobody can tell; *pending is set, never cleared. */
enum dns_security need_security(struct run *, const struct dns_answer *, bool *pending);

/* Why it is undecided whether these are secure: signatures are withheld or could not be had, or one of them is planned,
 * and will be signed when it is published.  NULL: not known. */
struct trouble need_unvalidated(struct run *, const struct dns_answer *const *answers, size_t count);

/* Its word was not enough: need_chain_of() has been asked, too. */
bool security_is_by_chain(struct run *, const struct dns_answer *);

/* The chain of trust to the records of an answer: DNS_UNDECIDED, too, where they are others than those that are signed.
 * NULL: no answer of the DNS. */
const struct chain *need_chain_of(struct run *, const struct dns_answer *);

/* What the resolver says of a zone's DNSSEC and our own eyes see otherwise, as a clause: "it marks ... as validated,
 * which is bogus".  NULL: nothing, or on its way.  Nothing is asked that the zone's status does not need. */
const char *need_contradiction(struct run *, const char *zone, bool *pending);

/* Of data that is made of both. */
enum dns_security security_of_both(enum dns_security, enum dns_security);

/* Retired are the algorithms that must not sign any more: RSAMD5, DSA, ECC-GOST, and those with SHA-1.  Validators take
 * what has no other signature for unsigned.  (RFC 9905 2; IANA's registry "DNS Security Algorithm Numbers") */
enum dnssec_signatures { DNSSEC_NONE_SEEN, DNSSEC_RETIRED, DNSSEC_RETIRED_TOO, DNSSEC_CURRENT };
enum dnssec_signatures dnssec_signatures(const struct dns_answer *);
/* The answer with the algorithms of its signatures, which some resolvers hand on only to who checks them. */
const struct dns_answer *need_algorithms(struct run *, const struct dns_answer *);
const char *dnssec_algorithms_text(struct arena *, const struct dns_answer *); /* "RSASHA1 (5), ECDSAP256SHA256 (13)" */
