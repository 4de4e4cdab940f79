/* probes/generic/generic_forms.h - finds an address, in any of the forms that people generate names from, in a text.
 *
 * The text is lower case.  Octets that are no part of a host name ('!' stands for them) end every number and word.
 * For probes/generic/generic.c only.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/base/ip.h"
#include "core/base/str.h"

struct arena;

enum generic_rule {
#define RULE(id, name, kind) GENERIC_##id,
#include "probes/generic/generic_rules.def"
#undef RULE
    GENERIC_RULE_COUNT
};

/* Where each rule ip4.* and ip6.* matches first; length 0: nowhere.  A partial form is looked for, and four numbers
 * that are no address, only where no full form is. */
struct generic_forms {
    struct str span[GENERIC_RULE_COUNT];
};

struct generic_forms generic_forms_in(struct arena *, struct str text, const struct ip *);
