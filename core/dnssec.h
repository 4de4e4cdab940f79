/* core/dnssec.h - what an answer's DNSSEC status is worth.  (RFC 4033 5; threats.md D2)
 *
 * "Insecure" is a statement only of a resolver that validates.  One that is trusted and never sets AD does not: the
 * root has been signed since 2010, so its SOA tells.
 */
#pragma once

#include <stdbool.h>

#include "core/dns.h"

struct run;

/* The answer's security, DNS_UNDECIDED where the resolver cannot know; *pending is set, never cleared. */
enum dns_security need_security(struct run *, const struct dns_answer *, bool *pending);

/* Of data that is made of both. */
enum dns_security security_of_both(enum dns_security, enum dns_security);
