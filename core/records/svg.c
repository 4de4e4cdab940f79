/* core/records/svg.c - reads a logo with expat, whose home this is, and has the profile judge it on the way.
 *
 * expat gives memory back by itself only, and the arena may jump: so nothing here takes any while there is a parser. */
#include "core/records/svg.h"

#include <string.h>

#define XML_DTD /* declares the limits on entities */
#include <expat.h>

#include "core/base/arena.h"
#include "core/base/utf8.h"
#include "core/records/svg_profile.h"

struct reader {
    struct svg *svg;
    struct svg_profile profile;
    XML_Parser parser;
    const char *begin, *end;     /* the document */
    const char *open[SVG_DEPTH]; /* where the elements begin that are open, the root first */
    size_t depth;
    bool stopped;                /* by us */
    bool is_title;               /* the root's child that is open */
    size_t title_text;           /* characters of the root's titles that are no blanks */
};

/* ---- faults ---- */

/* What stands there, as far as it is good to read. */
static struct str shown(const struct reader *r, const char *at)
{
    size_t len = 0;

    while (at + len < r->end && len < SVG_WHAT_OCTETS / 2 && at[len] >= ' ' && at[len] <= '~' && at[len] != '>')
        len++;
    return (struct str){at, len};
}

/* Since expat 2.9 the names without 64, whose type may be narrower, are deprecated. */
#if XML_MAJOR_VERSION > 2 || XML_MINOR_VERSION >= 9
#define BYTE_INDEX XML_GetCurrentByteIndex64
#define LINE_NUMBER XML_GetCurrentLineNumber64
#else
#define BYTE_INDEX XML_GetCurrentByteIndex
#define LINE_NUMBER XML_GetCurrentLineNumber
#endif

/* A fault that ends the pass. */
static void last_fault(struct reader *r, enum svg_fault_kind kind, struct str what)
{
    /* the reason why the rest is not known is worth more than one of many */
    if (r->svg->fault_count == SVG_FAULTS_MAX) {
        r->svg->faults_left_out++;
        r->svg->fault_count--;
    }
    svg_add_fault(r->svg, kind, what, LINE_NUMBER(r->parser));
}

/* expat's place. */
static const char *place(const struct reader *r)
{
    int64_t index = BYTE_INDEX(r->parser);

    return index >= 0 && index <= r->end - r->begin ? r->begin + index : r->end;
}

static void stop(struct reader *r, enum svg_fault_kind kind)
{
    const char *at = place(r);

    while (at > r->begin && (at == r->end || *at != '<'))
        at--;
    last_fault(r, kind, shown(r, at));
    r->stopped = true;
    XML_StopParser(r->parser, XML_FALSE);
}

/* ---- what expat calls ---- */

/* The first limit that an element breaks; SVG_FAULT_COUNT: none. */
static enum svg_fault_kind broken_limit(const struct reader *r, const char *name, const char *const *attributes)
{
    size_t count = 0;

    while (count <= SVG_ATTRIBUTES && attributes[2 * count])
        count++;
    return r->depth == 0 && strcmp(name, "svg") != 0 ? SVG_ROOT
           : r->depth == SVG_DEPTH                   ? SVG_TOO_DEEP
           : r->svg->elements == SVG_ELEMENTS        ? SVG_TOO_MANY_ELEMENTS
           : count > SVG_ATTRIBUTES                  ? SVG_TOO_MANY_ATTRIBUTES
                                                     : SVG_FAULT_COUNT;
}

static void XMLCALL on_start(void *reader, const XML_Char *name, const XML_Char **list)
{
    struct reader *r = reader;
    const char *const *attributes = (const char *const *)list;
    enum svg_fault_kind limit = broken_limit(r, name, attributes);

    if (r->stopped)
        return;
    if (limit != SVG_FAULT_COUNT) {
        stop(r, limit);
        return;
    }
    r->svg->elements++;
    svg_judge_element(&r->profile, name, attributes, r->depth == 0, LINE_NUMBER(r->parser));
    if (r->depth == 1)
        r->is_title = strcmp(name, "title") == 0;
    r->open[r->depth++] = place(r);
}

static void XMLCALL on_end(void *reader, const XML_Char *name)
{
    struct reader *r = reader;

    (void)name;
    if (!r->stopped)
        r->depth--;
}

static void XMLCALL on_text(void *reader, const XML_Char *text, int len)
{
    struct reader *r = reader;

    if (r->stopped || r->depth != 2 || !r->is_title)
        return;
    for (int i = 0; i < len; i++) {
        r->svg->title_characters += (text[i] & 0xc0) != 0x80;
        r->title_text += !memchr(" \t\r\n", text[i], 4);
    }
}

/* Before anything that stands within is read. */
static void XMLCALL on_doctype(void *reader, const XML_Char *name, const XML_Char *system_id,
                               const XML_Char *public_id, int has_more)
{
    (void)name, (void)system_id, (void)public_id, (void)has_more;
    stop(reader, SVG_DECLARATION);
}

static void XMLCALL on_instruction(void *reader, const XML_Char *target, const XML_Char *data)
{
    (void)target, (void)data;
    stop(reader, SVG_INSTRUCTION);
}

/* XML 1.0 2.8.  Another encoding would be another document. */
static void XMLCALL on_xml(void *reader, const XML_Char *version, const XML_Char *encoding, int standalone)
{
    (void)standalone;
    if (!version || strcmp(version, "1.0") != 0 || (encoding && !text_equal_nocase(encoding, "UTF-8")))
        stop(reader, SVG_INSTRUCTION);
}

/* ---- what expat refuses ---- */

static bool starts(const struct reader *r, const char *at, const char *word)
{
    size_t len = strlen(word);

    return (size_t)(r->end - at) >= len && memcmp(at, word, len) == 0;
}

/* Where the markup or the reference begins in which expat stopped at `at`; `at` itself where that is text. */
static const char *begin_of_markup(const struct reader *r, const char *at)
{
    const char *from = at;

    while (from > r->begin && !memchr("<&>;", from[-1], 4))
        from--;
    return from > r->begin && (from[-1] == '<' || from[-1] == '&') ? from - 1 : at;
}

/* expat says what it cannot take; an administrator wants to know what is forbidden. */
static void not_well_formed(struct reader *r, enum XML_Error error)
{
    const char *at = place(r), *from = error == XML_ERROR_INVALID_TOKEN ? begin_of_markup(r, at) : at;
    bool is_unclosed = error == XML_ERROR_UNCLOSED_TOKEN;

    if (starts(r, from, "<!--") || starts(r, from, "<![CDATA["))
        last_fault(r, is_unclosed ? SVG_UNCLOSED : SVG_SYNTAX, shown(r, from));
    else if (starts(r, from, "<!"))
        last_fault(r, SVG_DECLARATION, shown(r, from));
    else if (starts(r, from, "<?"))
        last_fault(r, SVG_INSTRUCTION, shown(r, from));
    else if (starts(r, from, "&") && (from < at || is_unclosed))
        last_fault(r, SVG_REFERENCE, shown(r, from));
    else if (starts(r, from, "</") && r->depth == 0)
        last_fault(r, SVG_END_TAG, shown(r, from));
    else if (starts(r, from, "<") && error == XML_ERROR_JUNK_AFTER_DOC_ELEMENT)
        last_fault(r, SVG_ROOT, shown(r, from));
    else
        last_fault(r, is_unclosed ? SVG_UNCLOSED : SVG_SYNTAX, shown(r, at));
}

static struct str open_name(const struct reader *r)
{
    struct str tag = shown(r, r->open[r->depth - 1] + 1);
    size_t len = 0;

    while (len < tag.len && !memchr(" /", tag.at[len], 2))
        len++;
    return (struct str){tag.at, len};
}

static void refused(struct reader *r, enum XML_Error error)
{
    const char *at = place(r);

    switch ((int)error) {
    case XML_ERROR_ABORTED: /* by us */
        return;
    case XML_ERROR_NO_ELEMENTS:
        last_fault(r, r->depth > 0 ? SVG_UNCLOSED : SVG_ROOT, r->depth > 0 ? open_name(r) : shown(r, r->end));
        return;
    case XML_ERROR_UNCLOSED_CDATA_SECTION:
        last_fault(r, SVG_UNCLOSED, str_of("<![CDATA["));
        return;
    case XML_ERROR_TAG_MISMATCH:
        last_fault(r, SVG_END_TAG, shown(r, begin_of_markup(r, at)));
        return;
    case XML_ERROR_DUPLICATE_ATTRIBUTE:
        last_fault(r, SVG_REPEATED, shown(r, at));
        return;
    case XML_ERROR_UNDEFINED_ENTITY:
    case XML_ERROR_BAD_CHAR_REF:
        last_fault(r, SVG_REFERENCE, shown(r, at));
        return;
    case XML_ERROR_MISPLACED_XML_PI:
    case XML_ERROR_XML_DECL: /* its place there differs from release to release */
        last_fault(r, SVG_INSTRUCTION, shown(r, begin_of_markup(r, at)));
        return;
    default:
        not_well_formed(r, error);
    }
}

/* ---- the document ---- */

/* expat would take UTF-16 for what it is, whatever it is told.  False: *offset of the octet that is wrong. */
static bool is_xml_text(struct str text, size_t *offset)
{
    uint32_t c;

    for (size_t i = 0, len; i < text.len; i += len) {
        len = utf8_decode((const unsigned char *)text.at + i, text.len - i, &c);
        if (len == 0 || (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0xfffe || c == 0xffff) {
            *offset = i;
            return false;
        }
    }
    return true;
}

static size_t line_of(struct str text, size_t offset)
{
    size_t line = 1;

    for (size_t i = 0; i < offset; i++)
        line += text.at[i] == '\n';
    return line;
}

/* "&lt;", which expat counts as well, adds a quarter at most. */
#define AMPLIFICATION_MAX 2.0F

/* XML_ERROR_NONE: it is well-formed, and nobody stopped. */
static enum XML_Error parse(struct reader *r)
{
    XML_SetUserData(r->parser, r);
    XML_SetElementHandler(r->parser, on_start, on_end);
    XML_SetCharacterDataHandler(r->parser, on_text);
    XML_SetXmlDeclHandler(r->parser, on_xml);
    XML_SetStartDoctypeDeclHandler(r->parser, on_doctype);
    XML_SetProcessingInstructionHandler(r->parser, on_instruction);
    XML_SetBillionLaughsAttackProtectionMaximumAmplification(r->parser, AMPLIFICATION_MAX);
    XML_SetBillionLaughsAttackProtectionActivationThreshold(r->parser, SVG_BYTES);
    XML_Parse(r->parser, r->begin, (int)(r->end - r->begin), XML_TRUE);
    return XML_GetErrorCode(r->parser);
}

static void read_document(struct arena *arena, struct str body, struct svg *svg)
{
    struct reader *r = ARENA_NEW(arena, struct reader);
    enum XML_Error error = XML_ERROR_NO_MEMORY;

    *r = (struct reader){.svg = svg, .begin = body.at, .end = body.at + body.len};
    r->profile = (struct svg_profile){.svg = svg, .view_box = arena_alloc(arena, body.len + 1)};
    r->parser = XML_ParserCreate("UTF-8");
    if (r->parser) {
        error = parse(r);
        if (error != XML_ERROR_NONE && error != XML_ERROR_NO_MEMORY)
            refused(r, error);
        XML_ParserFree(r->parser);
    }
    if (error == XML_ERROR_NO_MEMORY)
        arena_exhaust(arena);
    if (error == XML_ERROR_NONE && r->title_text == 0)
        svg_add_fault(svg, SVG_NO_TITLE, str_of(""), 1);
}

void svg_parse(struct arena *arena, struct str body, struct svg *out)
{
    size_t offset;

    *out = (struct svg){.fault_count = 0};
    if (body.len == 0)
        body = str_of("");
    if (body.len > SVG_BYTES)
        svg_add_fault(out, SVG_TOO_LARGE, str_of(""), 1);
    else if (!is_xml_text(body, &offset))
        svg_add_fault(out, SVG_NOT_UTF8, str_of(""), line_of(body, offset));
    else
        read_document(arena, body, out);
}
