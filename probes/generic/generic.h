/* probes/generic/generic.h - does a reverse name look generated, or like an access line?  (checks.md, section 5)
 *
 * A pure function of the address and the name.  The name is split at the organisational domain and only what stands
 * left of it, the host part, is searched, by tokens: "dsl" is not in "windsle".  Each rule that matches is a hit with
 * the place where it matched; the hits together make the class.  Data: generic_words.def, generic_providers.def.
 *
 * Always true of a verdict:
 *   - spans lie within one lower-case copy of the name, which the arena owns;
 *   - the class follows from the hits' own classes (generic_combine()), lowered by one where `exemption` is set;
 *   - hits that the leftmost label cancels ("mx1-24") are not in it.
 *
 * Takes time in proportion to the name's length.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/base/ip.h"
#include "core/base/str.h"

struct arena;

enum generic_class { GENERIC_NONE, GENERIC_WEAK, GENERIC_MEDIUM, GENERIC_STRONG };

struct generic_hit {
    const char *rule;       /* "ip4.decimal" */
    struct str span;        /* points into the lower-case name */
    enum generic_class cls; /* of this hit alone */
};

struct generic_verdict {
    enum generic_class cls;
    const struct generic_hit *hits;
    size_t hit_count;
    const char *provider;  /* who gives such names by default ("Hetzner"), or NULL */
    const char *exemption; /* word that lowered the class ("static"), or NULL */
    const char *filters;   /* public filters that fire on the name: "SpamAssassin RDNS_DYNAMIC, rspamd
                              HFILTER_HOSTNAME_4"; NULL */
    bool by_suffix_list;   /* false: without a list the last two labels are taken for the organisational domain */
};

struct generic_verdict generic_judge(struct arena *, const struct ip *, const char *name);

enum generic_class generic_combine(const struct generic_hit *hits, size_t count); /* before any exemption */
const char *generic_class_word(enum generic_class);                               /* "medium" */
