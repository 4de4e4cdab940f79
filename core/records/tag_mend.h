/* core/records/tag_mend.h - what a person meant by a tag list that readers reject or misread.
 *
 * Records come out of forms, chats and web pages with quotation marks, backslashes, colons for equals signs, and
 * semicolons where commas belong.  tag_mend() takes such a text apart as a person would, and says what it had to look
 * past.  Nothing is lost by it: every name and value that stood there is in `tags`, or else `unclear` is set and there
 * is nothing to offer.  What a value means is for the records to say: dmarc_mended(), dkim_mended() and the others.
 *
 * A sound list comes back as it was, without slips.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/base/str.h"

struct arena;

enum tag_slip {
    SLIP_QUOTES = 1 << 0,
    SLIP_BACKSLASH = 1 << 1,
    SLIP_ODD_BLANK = 1 << 2,     /* no-break space, byte order mark and the like */
    SLIP_LEADING_BLANK = 1 << 3, /* before the first tag */
    SLIP_ZONE_LINE = 1 << 4,     /* "name IN TXT v=..." */
    SLIP_NO_VERSION = 1 << 5,
    SLIP_VERSION = 1 << 6,      /* misspelt, in the wrong letter case, or without "v=" */
    SLIP_LATE_VERSION = 1 << 7, /* not the first tag */
    SLIP_COMMA = 1 << 8,        /* where a semicolon belongs */
    SLIP_COLON = 1 << 9,        /* where an equals sign belongs */
    SLIP_NO_SEMICOLON = 1 << 10,
    SLIP_NO_EQUALS = 1 << 11,
    SLIP_EMPTY_TAG = 1 << 12,    /* two semicolons in a row */
    SLIP_URI_SEPARATOR = 1 << 13, /* between addresses: a comma belongs there */
    SLIP_NO_SCHEME = 1 << 14,    /* an address without "mailto:" */
    SLIP_WIDE_SIGN = 1 << 15,    /* a sign of East Asian width for the ASCII one */
    SLIP_REPEATED = 1 << 16,     /* the same tag with the same value */
    SLIP_VALUE = 1 << 17,        /* a value spelt in another way than the record has it; set by the records */
};
enum { TAG_SLIP_COUNT = 18 };

struct tag_dialect {
    const char *version;         /* "DMARC1": the value of v, in exactly these letters */
    const char *family;          /* "DMARC": what a misspelt version begins with, in any case */
    const char *const *names;    /* of the known tags, lower case, without v; NULL at the end */
    const char *const *uri_tags; /* those that hold destinations; NULL at the end */
    bool version_optional;       /* v may be missing */
};

struct mended_tag {
    const char *name; /* lower case where it is a known one */
    const char *value;
};

struct tag_mended {
    struct mended_tag *tags; /* v first, where there is one */
    size_t count;
    unsigned slips;
    bool unclear; /* something stood there that cannot be told to be a tag: there is nothing to offer */
    bool has_version; /* the text says that it is such a record, however misspelt */
};

size_t tag_mend_blanks(struct str text, size_t at); /* how many blanks stand there */
struct tag_mended tag_mend(struct arena *, struct str text, const struct tag_dialect *);
const char *tag_mended_value(const struct tag_mended *, const char *name); /* NULL: there is no such tag */
void tag_mended_drop(struct tag_mended *, const char *name);
/* before tag `at` */
void tag_mended_put(struct arena *, struct tag_mended *, size_t at, const char *name, const char *value);
const char *tag_mended_text(struct arena *, const struct tag_mended *); /* "v=DMARC1; p=none" */
const char *tag_slips_text(struct arena *, unsigned slips); /* "quotation marks, and commas for semicolons" */
