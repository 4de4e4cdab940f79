/* core/records/taglist.h - tag lists, "v=DKIM1; k=rsa; p=...": the syntax that DKIM keys, DMARC, MTA-STS, TLS-RPT and
 * BIMI records share.  (RFC 6376 3.2)
 *
 * The parser goes on behind a fault, at the next semicolon, so that a record's faults are all found at once; each has
 * the span of text it is about.  What a fault means is for the records to say: a DKIM key with one is invalid as a
 * whole, a DMARC record is read without the tag.
 *
 * Spans point into the text, which stays the caller's.  A tag's name and value have no blanks at their ends.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/base/str.h"

struct arena;

struct tag {
    struct str name, value;
    bool repeated; /* a tag of that name stands before it */
};

enum tag_fault_kind {
    TAG_NO_NAME,   /* nothing before "=", or nothing at all between two semicolons */
    TAG_NO_EQUALS, /* a word without "=" */
    TAG_BAD_NAME,  /* not a letter and then letters, digits, underscores */
    TAG_BAD_VALUE, /* octets that are not printable ASCII */
    TAG_REPEATED,
    TAG_TOO_MANY, /* more than TAGLIST_TAGS_MAX: the rest is not read */
    TAG_FAULT_COUNT
};

struct tag_fault {
    enum tag_fault_kind kind;
    struct str span;
};

struct taglist {
    struct str text;
    const struct tag *tags; /* in order; none of those that are no NAME=VALUE */
    size_t count;
    const struct tag_fault *faults; /* in order */
    size_t fault_count;
    bool any_case;  /* the letter case of tag names does not count: DMARC (RFC 9989 4.8) */
    bool blank_end; /* blanks behind the last semicolon: the grammar has none there, but many records do */
};

struct taglist taglist_parse(struct arena *, struct str text);
struct taglist taglist_parse_any_case(struct arena *, struct str text);
const struct tag *taglist_find(const struct taglist *, const char *name); /* the first.  NULL: none */
size_t taglist_column(const struct taglist *, struct str span); /* from 1 */
const char *tag_fault_text(enum tag_fault_kind);                /* "has no \"=\"" */

/* Takes the next item off a value such as "rsa : ed25519", without blanks around it; false at the end.  An empty value
 * has one empty item. */
struct tag_items {
    struct str rest;
    bool done;
};
struct tag_items tag_items(struct str value);
bool tag_items_next(struct tag_items *, char separator, struct str *item);

bool tag_is_blank(char);         /* FWS: space, tab, and the line ends of folding */
struct str tag_trim(struct str); /* without blanks at both ends; an empty span keeps its place */
