/* core/records/dkim_mend.h - what is behind a text that should be a DKIM key and is none, or not as it was meant. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/base/str.h"

struct arena;

enum dkim_mishap {
    DKIM_NO_MISHAP,   /* none that is known by its looks */
    DKIM_PRIVATE_KEY, /* the private key is published: never to be shown */
    DKIM_CUT,         /* the key ends too soon */
    DKIM_HOST_NAME,   /* the text is the name that a CNAME should lead to */
    DKIM_OTHER_RECORD, /* an SPF record or the like */
    DKIM_MISSPELT,    /* `text` is the same key without faults */
};

struct dkim_mended {
    enum dkim_mishap mishap;
    const char *text;      /* DKIM_MISSPELT: the record; DKIM_HOST_NAME: the name; DKIM_OTHER_RECORD: "an SPF record" */
    unsigned slips;        /* tag_slip */
    size_t octets, wanted; /* DKIM_CUT: of the key, those that are there and how many it says it has; 0: not known */
};

struct dkim_mended dkim_mend(struct arena *, struct str text);

/* Does a TXT record hold a private key, in whatever armour?  Its text is a secret then. */
bool dkim_has_private_key(struct arena *, struct str text);
