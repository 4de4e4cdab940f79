/* core/base/name.h - domain names.
 *
 * A name is a C string in presentation form (RFC 1035 5.1) without the final dot; the root is "".  Octets that are not
 * printable ASCII are spelled "\DDD", a dot inside a label "\.", so a name that came from the wire is always printable
 * ASCII and two names are the same on the wire if and only if name_equal() says so.
 *
 * User input in Unicode becomes A-labels by IDNA 2008 with the compatibility mapping of UTS 46 (libidn2).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

enum { NAME_WIRE_MAX = 255 };  /* octets: RFC 1035 2.3.4 */
enum { NAME_TEXT_MAX = 1024 }; /* 255 octets, each "\DDD", and the NUL */

/* User input to an A-label name: strips blanks and one final dot, maps case and IDN, checks RFC 1035 2.3.4 limits and
 * LDH (an underscore is let through: _dmarc and friends).  NULL on failure, with the reason in *why (a constant). */
const char *name_from_user(struct arena *, const char *text, const char **why);
const char *name_unicode(struct arena *, const char *name); /* for display; the name itself where it cannot be shown */

/* RFC 1035 3.1, uncompressed.  Returns its size; 0: it or a label of it is too long, or a label is empty. */
size_t name_to_wire(const char *name, uint8_t out[NAME_WIRE_MAX]);

/* And back, from `size` octets that may go on behind it.  Returns its size there; 0: that is no name. */
size_t name_from_wire(struct arena *, const uint8_t *wire, size_t size, const char **out);
/* One octet of a label as it is spelled: 1, 2 or 4 characters, without a NUL. */
enum { NAME_OCTET_MAX = 4 };
size_t name_octet_print(uint8_t octet, char out[NAME_OCTET_MAX]);

const char *name_lower(struct arena *, const char *name);
bool name_equal(const char *, const char *);              /* without regard to case */
bool name_is_under(const char *name, const char *suffix); /* equal, or below it by whole labels */
bool name_is_reverse(const char *name); /* in in-addr.arpa or ip6.arpa, or one of these */
const char *name_parent(const char *name);                /* points into `name`; "" is its own parent */
size_t name_labels(const char *name);                     /* the root has none */
const char *name_join(struct arena *, const char *label, const char *name);

/* What a DNAME record at `from` makes of a name below it (RFC 6672 2.2).  NULL: it is not below it, or the result does
 * not fit the wire. */
const char *name_redirected(struct arena *, const char *name, const char *from, const char *to);

/* What may be wrong with a name as the host name of a mail
 * server: checks.md, ptr.name_valid.  (RFC 1123 2.1, RFC 6761) */
enum name_fault {
    NAME_OK,
    NAME_UNDERSCORE,   /* valid but for "_" in a label */
    NAME_EMPTY,
    NAME_IP_TEXT,      /* an address written as text, or the last label is all digits */
    NAME_REVERSE,      /* under in-addr.arpa or ip6.arpa: usually a final dot is missing in the reverse zone */
    NAME_WILDCARD,
    NAME_SINGLE_LABEL,
    NAME_LOCALHOST,
    NAME_SPECIAL_USE,  /* .local, .lan, .invalid, ... */
    NAME_NOT_LDH,      /* octets outside letters, digits, hyphen; or a hyphen at an end */
    NAME_TOO_LONG,     /* a label over 63 or the name over 253 octets */
};
enum name_fault name_fault(const char *name);
const char *name_fault_text(enum name_fault); /* "is a single label", to follow the name in a sentence */
bool name_is_host(const char *name);          /* NAME_OK or NAME_UNDERSCORE */

/* A name as it was said or declared, octet by octet, as host names are compared: in
 * presentation form, without a final dot, Unicode as A-labels.  "m\120.example.org"
 * is no other spelling of "mx.example.org".  What is no name stays as it is. */
const char *name_compared(struct arena *, const char *name);

/* Organisational domain by the public suffix list (RFC 7489 3.2); the last two labels where no list is
 * installed or no rule matches.  Points into `name`; the name itself when it is a public suffix. */
const char *name_org_domain(const char *name);
bool name_has_suffix_list(void); /* is a list installed? */
/* directly below a registry's suffix, not one that a provider listed for its customers */
bool name_is_registered(const char *name);
/* its last label is a public suffix by the list; without one: letters alone */
bool name_has_known_top(const char *name);
