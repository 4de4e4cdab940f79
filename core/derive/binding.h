/* core/derive/binding.h - must conforming senders insist on TLS with an MX host?  (checks.md, section 1: "bound")
 *
 * An MTA-STS policy in `enforce` mode that covers the host binds, and so do DNSSEC-secure TLSA records of which one at
 * least is usable.  What cannot be decided does not bind.  (RFC 8461 5; RFC 7672 2.2)
 */
#pragma once

#include <stdbool.h>

struct mx_host;
struct run;

enum binding { BINDING_PENDING, BINDING_NONE, BINDING_STS, BINDING_DANE, BINDING_BOTH };

/* For a name that is no MX host of the domain: BINDING_NONE. */
enum binding need_binding(struct run *, const char *mx_host);
bool binding_is_set(enum binding);      /* neither pending nor none */
const char *binding_text(enum binding); /* "the domain's MTA-STS policy"; "" where it is not set */
