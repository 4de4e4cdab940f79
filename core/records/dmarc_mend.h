/* core/records/dmarc_mend.h - the DMARC record that was meant by a text that is none, or that has faults. */
#pragma once

#include <stdbool.h>

#include "core/base/str.h"

struct arena;

struct dmarc_mended {
    const char *text;    /* a record without faults that holds every tag and address of the old one.  NULL: what was
                            meant cannot be told */
    unsigned slips;      /* tag_slip */
    bool guessed_policy; /* p, sp or np was misspelt, and the nearest word taken */
};

struct dmarc_mended dmarc_mend(struct arena *, struct str text);
bool dmarc_looks_like_record(struct arena *, struct str text); /* is none, but was meant to be one */
