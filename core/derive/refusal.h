/* core/derive/refusal.h - does a mail server that refuses refuse everybody, or us?  By its words.  (checks.md, section
 * 7)
 *
 * A server that turns this machine away for its address, its names or its reputation says nothing about the domain that
 * is audited.  Words count as whole words, in any case and with any punctuation around (bounce_words.h); what they mean
 * together stands in refusal.def.  A word inside a host name is no word.
 */
#pragma once

#include "core/base/ip.h"
#include "core/base/str.h"

struct arena;

enum refusal {
    REFUSAL_OF_ALL, /* nothing in it speaks of us */
    REFUSAL_OF_PTR, /* our reverse name is missing, or does not lead back */
    REFUSAL_OF_HELO, /* the name that we said */
    REFUSAL_OF_LISTED, /* a block list has our address */
    REFUSAL_OF_REPUTATION,
    REFUSAL_OF_US, /* our address or name, or "your server is blocked" */
    REFUSAL_COUNT
};

struct refusal_parties {
    struct ip our_ip;        /* IP_NONE: not known */
    const char *our_name;    /* said in EHLO */
    const char
        *server_name; /* of the MX host: what is called like it, or below its domain, is its own name; "" for none */
};

/* `text` is what stands behind `code` in all lines of a reply, 4yz or 5yz.  What we could
 * repair is told before what merely names us.  Exhausts the arena where there is no memory. */
enum refusal refusal_by_words(struct arena *, const struct refusal_parties *, int code, struct str text);
const char *refusal_text(enum refusal); /* "the server says that ...", a clause */
