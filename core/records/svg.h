/* core/records/svg.h - is a document an SVG Tiny PS logo?  (draft-svg-tiny-ps-abrotman; threats.md B1, B2)
 *
 * expat reads it, in one pass without recursion; nothing is ever loaded or drawn.  A document type ends the pass on
 * sight, before what it declares is read, so that there are no entities but the five of XML; behind that, expat is told
 * to expand none.  So do processing instructions but "<?xml", and everything that is not UTF-8.
 *
 * The profile is an allow-list (svg.def): what is not in it is a fault, whatever it may be good for.  Such faults do
 * not end the pass, so that all of them are found at once; the first SVG_FAULTS_MAX are kept, in the order of the
 * document.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/base/limits.h"
#include "core/base/str.h"

struct arena;

enum svg_fault_kind {
    /* These end the pass */
    SVG_TOO_LARGE,   /* over SVG_BYTES: not looked at */
    SVG_NOT_UTF8,    /* or a character that XML does not have */
    SVG_DECLARATION, /* <!DOCTYPE, <!ENTITY and the like */
    SVG_INSTRUCTION, /* <?xml-stylesheet and the like, or an <?xml that says something else than UTF-8 */
    SVG_REFERENCE,   /* &name; that is none of the five, or no character */
    SVG_SYNTAX,      /* not well-formed */
    SVG_END_TAG,     /* does not fit the element that is open */
    SVG_UNCLOSED,    /* the document ends within an element or a comment */
    SVG_TOO_DEEP,
    SVG_TOO_MANY_ELEMENTS,
    SVG_TOO_MANY_ATTRIBUTES, /* of one element */
    SVG_REPEATED,            /* an attribute of that name stands before it */
    SVG_ROOT,                /* the document is none of svg elements */
    /* These do not */
    SVG_ELEMENT,   /* not in the profile */
    SVG_ATTRIBUTE, /* not in the profile */
    SVG_ELSEWHERE, /* refers to something outside of the document */
    SVG_VALUE,     /* the profile has one value for the attribute, and it is not this one */
    SVG_NAMESPACE, /* not that of SVG, or of XLink */
    SVG_NO_PROFILE,
    SVG_NO_VERSION,
    SVG_NO_TITLE, /* or an empty one */
    SVG_FAULT_COUNT
};

enum { SVG_WHAT_OCTETS = 60 };

struct svg_fault {
    enum svg_fault_kind kind;
    char what[SVG_WHAT_OCTETS + 1]; /* the name or the text that it is about, cut */
    size_t line;                    /* from 1; of an attribute: where its element begins */
};

struct svg {
    struct svg_fault faults[SVG_FAULTS_MAX];
    size_t fault_count, faults_left_out;
    size_t elements;
    /* What receivers may not like, though the profile has it */
    struct str view_box; /* in the arena; empty: none */
    bool view_box_is_square;
    size_t title_characters;
    bool has_position; /* x or y on the root */
};

void svg_parse(struct arena *, struct str document, struct svg *out);
const char *svg_fault_text(struct arena *,
                           const struct svg_fault *); /* "line 3: <script> is not part of SVG Tiny PS" */
