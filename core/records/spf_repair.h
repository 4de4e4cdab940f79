/* core/records/spf_repair.h - what a person meant who published a text that is no sound SPF record.
 *
 * Panels keep the quotation marks of a form field, web pages give no-break spaces, people write commas, "ipv4:" and
 * "include: name".  A receiver sees no record then, or one that is broken (RFC 7208 4.5, 4.6).  The repaired record
 * says what the text says: every term stays, in its order, and a sound term keeps its octets; only what keeps a
 * receiver from reading it is changed.  What would have to be guessed is left alone, and there is no repaired record
 * then.
 *
 * Some texts are legal and mean nothing of what they say: "include=host" is an unknown modifier, and "include:host-all"
 * is about a host of that name.  They are repaired like the others.
 *
 * A pure function of bytes.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/base/str.h"

struct arena;

enum { SPF_REPAIRS_SHOWN = 8 };

struct spf_repair {
    struct str record; /* parses without a fault, and differs from the text; empty: there is none */
    const char
        *faults[SPF_REPAIRS_SHOWN]; /* what is wrong with the text, a clause each: "\"ipv4:x\" should read \"ip4:x\"" */
    size_t fault_count;
    size_t faults_left_out; /* beyond those */
    bool is_hopeless;       /* something is wrong that only its author can put right */
};

/* NULL: nobody would take the text for SPF.  Without faults: there is nothing to repair. */
const struct spf_repair *spf_repair(struct arena *, struct str txt);
const char *spf_repair_text(struct arena *, const struct spf_repair *); /* the faults, "; " between them */
