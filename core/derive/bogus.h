/* core/derive/bogus.h - behind a resolver that does not validate, nothing in a bogus zone exists for those who do.
 * (checks.md, dnssec.status)
 *
 * The zones of the domain and of reverse names are looked at, whose chain of trust is built anyway.  What fails only by
 * the time of day is left to dnssec.status, which compares the clock.
 */
#pragma once

struct dns_answer;
struct run;

/* The answer, or trouble (reason dnssec_bogus) where the name lies in a bogus zone.  While that is on its way: the
 * answer.  NULL is handed on. */
const struct dns_answer *bogus_doubt(struct run *, const char *name, const struct dns_answer *);
