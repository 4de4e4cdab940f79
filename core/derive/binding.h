/* core/derive/binding.h - must conforming senders insist on TLS with an MX host?  (checks.md, section 1: "bound")
 *
 * An MTA-STS policy in `enforce` mode that covers the host binds, and so do DNSSEC-secure TLSA records of which one at
 * least is usable.  A policy in `testing` mode has failures reported, which is no bond.  What cannot be decided does
 * not bind either.  (RFC 8461 5; RFC 7672 2.2)
 */
#pragma once

#include <stdbool.h>

struct mx_host;
struct run;

enum binding { BINDING_PENDING, BINDING_NONE, BINDING_TESTED, BINDING_STS, BINDING_DANE, BINDING_BOTH };

/* For a name that is no MX host of the domain: BINDING_NONE. */
enum binding need_binding(struct run *, const char *mx_host);
bool binding_is_set(enum binding);      /* senders refuse */
const char *binding_text(enum binding); /* "the domain's MTA-STS policy"; "" where there is none */
