/* core/records/spf_macro.h - macro strings of SPF: their grammar and their expansion.  (RFC 7208 7)
 *
 * The grammar is checked when a record is parsed, before anything is asked; expansion takes what passed the check and
 * cannot fail on it, but for more than SPF_EXPANSIONS macros.  What is expanded is remote text in remote text, so all
 * lengths are bounded: a name keeps its right end, a text its left.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/ip.h"
#include "core/base/str.h"

struct arena;

enum spf_macro_place { SPF_IN_NAME, SPF_IN_MODIFIER, SPF_IN_EXPLANATION }; /* what may stand there differs */

/* macro-string, or explain-string.  False with the position and a constant that says what is wrong. */
bool spf_macro_check(struct str text, enum spf_macro_place, size_t *at, const char **why);
/* domain-spec: ends in a macro, or in a label that can be a top-level one. */
bool spf_domain_spec_check(struct str spec, size_t *at, const char **why);

/* What an expansion depends on, beside the domain. */
enum spf_macro_use {
    SPF_USES_SENDER = 1,
    SPF_USES_IP = 2,
    SPF_USES_HELO = 4,
    SPF_USES_PTR_NAME = 8,
    SPF_USES_TIME = 16
};
unsigned spf_macro_uses(struct str text);

struct spf_macro_values {
    struct str sender, local, sender_domain; /* %{s} %{l} %{o} */
    struct str domain, helo;                 /* %{d} %{h}, octets */
    struct ip ip;
    struct str ptr_name; /* %{p}; empty: "unknown" */
    int64_t now_s;
};

/* False: more than SPF_EXPANSIONS macros.  Needs text that passed the check. */
bool spf_macro_expand(struct arena *, struct str text, enum spf_macro_place, const struct spf_macro_values *,
                      struct str *out);

/* The name that a domain-spec means: expanded, without the final dot, cut to SPF_NAME_MAX from the left by labels.
 * Octets, which may be no domain name: see spf_name_text(). */
bool spf_name_expand(struct arena *, struct str spec, const struct spf_macro_values *, struct str *out);

/* In name.h's form, lower case; NULL where a label is empty or has over 63 octets: such a name cannot be asked for. */
const char *spf_name_text(struct arena *, struct str octets);
struct str spf_name_octets(struct arena *, const char *name); /* and back */
