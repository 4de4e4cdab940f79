/* core/records/svg.c - reads a logo once from front to back, and holds it against the profile on the way. */
#include "core/records/svg.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/records/svg_scan.h"

#define SVG_NAMESPACE_NAME "http://www.w3.org/2000/svg"
#define XLINK_NAMESPACE_NAME "http://www.w3.org/1999/xlink"

enum { SHOWN_OCTETS = 60 };

struct reader {
    struct svg *svg;
    struct scan scan;
    const char *begin;
    struct str open[SVG_DEPTH]; /* names of the elements that are open, the root first */
    size_t depth;
    char *buffer;      /* for the value of an attribute */
    bool has_root;     /* has begun */
    bool knows_xlink;  /* the prefix is declared */
    size_t title_text; /* characters of the root's titles that are no blanks */
};

/* ---- faults ---- */

static size_t line_of(const struct reader *r, const char *at)
{
    size_t line = 1;

    for (const char *p = r->begin; p < at; p++)
        line += *p == '\n';
    return line;
}

static void fault(struct reader *r, enum svg_fault_kind kind, struct str what)
{
    struct svg *svg = r->svg;

    if (svg->fault_count == SVG_FAULTS_MAX)
        svg->faults_left_out++;
    else
        svg->faults[svg->fault_count++] = (struct svg_fault){kind, what, line_of(r, what.at)};
}

/* A fault that ends the pass, and what stands there. */
static bool stop_at(struct reader *r, enum svg_fault_kind kind, const char *at)
{
    size_t left = (size_t)(r->scan.end - at), len = 0;

    while (len < left && len < SHOWN_OCTETS / 2 && at[len] >= ' ' && at[len] <= '~' && at[len] != '>')
        len++;
    if (r->svg->fault_count == SVG_FAULTS_MAX) { /* the reason why the rest is not known is worth more than one of many */
        r->svg->faults_left_out++;
        r->svg->fault_count--;
    }
    fault(r, kind, (struct str){at, len});
    return false;
}

/* ---- the profile ---- */


static int compare(const void *key, const void *entry)
{
    const struct str *name = key;
    const char *word = *(const char *const *)entry;
    size_t len = strlen(word), common = name->len < len ? name->len : len;
    int order = memcmp(name->at, word, common);

    return order ? order : (name->len > len) - (name->len < len);
}

static bool is_element(struct str name)
{
    static const char *const elements[] = {
#define ELEMENT(word) word,
#include "core/records/svg.def"
#undef ELEMENT
    };

    return bsearch(&name, elements, sizeof elements / sizeof *elements, sizeof *elements, compare) != NULL;
}

static bool is_attribute(struct str name)
{
    static const char *const attributes[] = {
#define ATTRIBUTE(word) word,
#include "core/records/svg.def"
#undef ATTRIBUTE
    };

    return bsearch(&name, attributes, sizeof attributes / sizeof *attributes, sizeof *attributes, compare) != NULL;
}

static bool is(struct str name, const char *word)
{
    return str_equal(name, str_of(word));
}

/* "#name", and "url(#name)" wherever a paint may stand. */
static bool refers_elsewhere(const struct scan_attribute *a)
{
    struct scan s = {a->value.at, a->value.at + a->value.len};

    if (is(a->name, "xlink:href"))
        return !scan_word(&s, "#");
    for (; s.at < s.end; s.at++) {
        if (!str_starts_nocase((struct str){s.at, (size_t)(s.end - s.at)}, "url("))
            continue;
        s.at += sizeof "url(" - 1;
        while (s.at < s.end && (scan_is_blank(*s.at) || *s.at == '"' || *s.at == '\''))
            s.at++;
        if (s.at == s.end || *s.at != '#')
            return true;
    }
    return false;
}

/* The draft lets these stand, with one value each. */
static bool has_other_value(const struct scan_attribute *a)
{
    static const struct {
        const char *name, *value;
    } fixed[] = {
        {"externalResourcesRequired", "false"}, {"focusable", "false"},      {"playbackOrder", "all"},
        {"snapshotTime", "none"},               {"timelineBegin", "onLoad"}, {"zoomAndPan", "disable"},
    };

    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        if (is(a->name, fixed[i].name))
            return !is(a->value, fixed[i].value);
    return false;
}

static void judge_attribute(struct reader *r, const struct scan_attribute *a)
{
    if (is(a->name, "xmlns")) {
        if (!is(a->value, SVG_NAMESPACE_NAME))
            fault(r, SVG_NAMESPACE, a->name);
    } else if (is(a->name, "xmlns:xlink")) {
        r->knows_xlink = true;
        if (!is(a->value, XLINK_NAMESPACE_NAME))
            fault(r, SVG_NAMESPACE, a->name);
    } else if (a->name.len > 6 && memcmp(a->name.at, "xmlns:", 6) == 0) {
        return; /* declares a prefix, and no name of the profile has it */
    } else if (!is_attribute(a->name)) {
        fault(r, SVG_ATTRIBUTE, a->name);
    } else if (refers_elsewhere(a)) {
        fault(r, SVG_ELSEWHERE, a->name);
    } else if (has_other_value(a)) {
        fault(r, SVG_VALUE, a->name);
    }
}

/* ---- the root ---- */

static struct str next_number(struct scan *s)
{
    struct str number;

    while (s->at < s->end && (scan_is_blank(*s->at) || *s->at == ','))
        s->at++;
    number.at = s->at;
    while (s->at < s->end && !scan_is_blank(*s->at) && *s->at != ',')
        s->at++;
    number.len = (size_t)(s->at - number.at);
    return number;
}

/* Numbers are equal when their texts are, but for zeros that say nothing. */
static struct str canonical(struct str number)
{
    bool has_point = number.len > 0 && memchr(number.at, '.', number.len);

    for (; number.len > 1 && (*number.at == '0' || *number.at == '+') && number.at[1] != '.'; number.at++)
        number.len--;
    while (has_point && number.len > 1 && number.at[number.len - 1] == '0')
        number.len--;
    if (has_point && number.len > 1 && number.at[number.len - 1] == '.')
        number.len--;
    return number;
}

static void read_view_box(struct reader *r, struct arena *arena, struct str value)
{
    struct scan s = {value.at, value.at + value.len};
    struct str numbers[5];

    for (size_t i = 0; i < 5; i++)
        numbers[i] = next_number(&s);
    r->svg->view_box = str_copy(arena, value);
    r->svg->view_box_is_square =
        numbers[3].len > 0 && numbers[4].len == 0 && str_equal(canonical(numbers[2]), canonical(numbers[3]));
}

struct root { /* what it must have */
    bool has_namespace, has_profile, has_version;
};

static void judge_root_attribute(struct reader *r, struct arena *arena, struct root *root, const struct scan_attribute *a)
{
    if (is(a->name, "xmlns"))
        root->has_namespace = true;
    else if (is(a->name, "baseProfile"))
        root->has_profile = is(a->value, "tiny-ps");
    else if (is(a->name, "version"))
        root->has_version = is(a->value, "1.2");
    else if (is(a->name, "viewBox"))
        read_view_box(r, arena, a->value);
    else if (is(a->name, "x") || is(a->name, "y"))
        r->svg->has_position = true;
}

static void judge_root(struct reader *r, struct str name, const struct root *root)
{
    if (!root->has_namespace)
        fault(r, SVG_NAMESPACE, name);
    if (!root->has_profile)
        fault(r, SVG_NO_PROFILE, name);
    if (!root->has_version)
        fault(r, SVG_NO_VERSION, name);
}

/* ---- tags ---- */

static bool is_repeated(const struct str *names, size_t count, struct str name)
{
    for (size_t i = 0; i < count; i++)
        if (str_equal(names[i], name))
            return true;
    return false;
}

/* Up to the ">" or "/>", which stays. */
static bool read_attributes(struct reader *r, struct arena *arena, struct root *root)
{
    struct scan *s = &r->scan;
    struct str names[SVG_ATTRIBUTES];
    struct scan_attribute a;
    enum svg_fault_kind why;
    size_t count = 0;
    const char *unknown_prefix = NULL;

    for (;;) {
        bool apart = scan_blanks(s);

        if (s->at == s->end)
            return stop_at(r, SVG_UNCLOSED, s->at);
        if (*s->at == '>' || *s->at == '/')
            break;
        if (!apart)
            return stop_at(r, SVG_SYNTAX, s->at);
        if (count == SVG_ATTRIBUTES)
            return stop_at(r, SVG_TOO_MANY_ATTRIBUTES, s->at);
        if (!scan_attribute(s, r->buffer, &a, &why))
            return stop_at(r, why, s->at);
        if (is_repeated(names, count, a.name))
            return stop_at(r, SVG_REPEATED, a.name.at);
        names[count++] = a.name;
        judge_attribute(r, &a);
        if (root)
            judge_root_attribute(r, arena, root, &a);
        if (a.name.len > 6 && memcmp(a.name.at, "xlink:", 6) == 0)
            unknown_prefix = a.name.at;
    }
    if (unknown_prefix && !r->knows_xlink)
        fault(r, SVG_NAMESPACE, (struct str){unknown_prefix, sizeof "xlink" - 1});
    return true;
}

static bool start_tag(struct reader *r, struct arena *arena, const char *at)
{
    struct str name = scan_name(&r->scan);
    struct root root = {false, false, false};
    bool is_root = r->depth == 0;

    if (name.len == 0)
        return stop_at(r, SVG_SYNTAX, at);
    if (is_root && (r->has_root || !is(name, "svg")))
        return stop_at(r, SVG_ROOT, at);
    if (r->depth == SVG_DEPTH)
        return stop_at(r, SVG_TOO_DEEP, at);
    if (r->svg->elements == SVG_ELEMENTS)
        return stop_at(r, SVG_TOO_MANY_ELEMENTS, at);
    r->has_root = true;
    r->svg->elements++;
    if (!is_element(name))
        fault(r, SVG_ELEMENT, name);
    if (!read_attributes(r, arena, is_root ? &root : NULL))
        return false;
    if (is_root)
        judge_root(r, name, &root);
    if (scan_word(&r->scan, "/>"))
        return true;
    if (!scan_word(&r->scan, ">"))
        return stop_at(r, SVG_SYNTAX, r->scan.at);
    r->open[r->depth++] = name;
    return true;
}

static bool end_tag(struct reader *r, const char *at)
{
    struct str name = scan_name(&r->scan);

    scan_blanks(&r->scan);
    if (!scan_word(&r->scan, ">"))
        return stop_at(r, SVG_SYNTAX, at);
    if (r->depth == 0 || !str_equal(name, r->open[r->depth - 1]))
        return stop_at(r, SVG_END_TAG, at);
    r->depth--;
    return true;
}

/* ---- between tags ---- */

static void count_title(struct reader *r, struct str text)
{
    if (r->depth != 2 || !is(r->open[1], "title"))
        return;
    for (size_t i = 0; i < text.len; i++) {
        r->svg->title_characters += (text.at[i] & 0xc0) != 0x80;
        r->title_text += !scan_is_blank(text.at[i]);
    }
}

static bool comment(struct reader *r, const char *at)
{
    struct str between;

    if (!scan_until(&r->scan, "--", &between))
        return stop_at(r, SVG_UNCLOSED, at);
    return scan_word(&r->scan, ">") || stop_at(r, SVG_SYNTAX, at); /* XML 1.0 2.5: no "--" within */
}

static bool cdata(struct reader *r, const char *at)
{
    struct str between;

    if (r->depth == 0)
        return stop_at(r, SVG_SYNTAX, at);
    if (!scan_until(&r->scan, "]]>", &between))
        return stop_at(r, SVG_UNCLOSED, at);
    count_title(r, between);
    return true;
}

static bool text(struct reader *r)
{
    struct scan *s = &r->scan;
    char character[4];

    while (s->at < s->end && *s->at != '<') {
        const char *at = s->at;
        size_t len = 1;

        if (r->depth == 0 && !scan_is_blank(*at))
            return stop_at(r, SVG_SYNTAX, at);
        if (*at == '&') {
            len = scan_reference(s, character);
            if (len == 0)
                return stop_at(r, SVG_REFERENCE, at);
        } else if (scan_word(s, "]]>")) {
            return stop_at(r, SVG_SYNTAX, at);
        } else {
            character[0] = *s->at++;
        }
        count_title(r, (struct str){character, len});
    }
    return true;
}

static bool markup(struct reader *r, struct arena *arena)
{
    struct scan *s = &r->scan;
    const char *at = s->at;

    if (scan_word(s, "<!--"))
        return comment(r, at);
    if (scan_word(s, "<![CDATA["))
        return cdata(r, at);
    if (scan_word(s, "<!"))
        return stop_at(r, SVG_DECLARATION, at);
    if (scan_word(s, "<?"))
        return stop_at(r, SVG_INSTRUCTION, at);
    if (scan_word(s, "</"))
        return end_tag(r, at);
    s->at++;
    return start_tag(r, arena, at);
}

/* XML 1.0 2.8.  Another encoding would be another document. */
static bool xml_declaration(struct reader *r)
{
    static const char *const names[] = {"version", "encoding", "standalone"};
    struct scan *s = &r->scan;
    const char *at = s->at;
    struct scan_attribute a;
    enum svg_fault_kind why;
    size_t next = 0;

    if (!scan_word(s, "<?xml") || s->at == s->end || !scan_is_blank(*s->at)) {
        s->at = at;
        return true;
    }
    while (scan_blanks(s) && s->at < s->end && *s->at != '?') {
        if (!scan_attribute(s, r->buffer, &a, &why))
            return stop_at(r, SVG_INSTRUCTION, at);
        while (next < 3 && !is(a.name, names[next]) && next > 0)
            next++;
        if (next == 3 || !is(a.name, names[next]) || memchr(a.name.at, '&', (size_t)(s->at - a.name.at)))
            return stop_at(r, SVG_INSTRUCTION, at);
        if (next == 0 ? !is(a.value, "1.0")
            : next == 1 ? !str_equal_nocase(a.value, str_of("UTF-8"))
                        : !is(a.value, "yes") && !is(a.value, "no"))
            return stop_at(r, SVG_INSTRUCTION, at);
        next++;
    }
    return (next > 0 && scan_word(s, "?>")) || stop_at(r, SVG_INSTRUCTION, at);
}

static bool document(struct reader *r, struct arena *arena)
{
    struct scan *s = &r->scan;

    scan_word(s, "\xef\xbb\xbf");
    if (!xml_declaration(r))
        return false;
    while (s->at < s->end)
        if (*s->at == '<' ? !markup(r, arena) : !text(r))
            return false;
    if (r->depth > 0)
        return stop_at(r, SVG_UNCLOSED, r->open[r->depth - 1].at);
    return r->has_root || stop_at(r, SVG_ROOT, s->end);
}

void svg_parse(struct arena *arena, struct str body, struct svg *out)
{
    const char *begin = body.len > 0 ? body.at : "";
    struct reader *r = ARENA_NEW(arena, struct reader);
    size_t offset;

    *out = (struct svg){.fault_count = 0};
    r->svg = out;
    r->begin = begin;
    r->scan = (struct scan){begin, begin + body.len};
    if (body.len > SVG_BYTES) {
        fault(r, SVG_TOO_LARGE, (struct str){begin, 0});
        return;
    }
    if (!scan_is_xml_text(body, &offset)) {
        fault(r, SVG_NOT_UTF8, (struct str){begin + offset, 0});
        return;
    }
    r->buffer = arena_alloc(arena, body.len + 1);
    if (document(r, arena) && r->title_text == 0)
        fault(r, SVG_NO_TITLE, (struct str){begin, 0});
}

const char *svg_fault_text(struct arena *arena, const struct svg_fault *f)
{
    static const struct {
        const char *before, *after;
    } words[SVG_FAULT_COUNT] = {
        [SVG_TOO_LARGE] = {NULL, "the document is larger than 32 KiB"},
        [SVG_NOT_UTF8] = {NULL, "a character that is not UTF-8, or not XML"},
        [SVG_DECLARATION] = {"", ": declarations are not allowed"},
        [SVG_INSTRUCTION] = {"", ": no instruction is allowed but <?xml version=\"1.0\" encoding=\"UTF-8\"?>"},
        [SVG_REFERENCE] = {"", ": no reference that XML has without declarations"},
        [SVG_SYNTAX] = {"not well-formed XML at \"", "\""},
        [SVG_END_TAG] = {"", ">: not the element that is open"},
        [SVG_UNCLOSED] = {"\"", "\" has no end"},
        [SVG_TOO_DEEP] = {"", ": elements are nested too deeply"},
        [SVG_TOO_MANY_ELEMENTS] = {"", ": too many elements"},
        [SVG_TOO_MANY_ATTRIBUTES] = {"", ": too many attributes"},
        [SVG_REPEATED] = {"", ": a second attribute of that name"},
        [SVG_ROOT] = {NULL, "the document is not one <svg> element"},
        [SVG_ELEMENT] = {"<", "> is not part of SVG Tiny PS"},
        [SVG_ATTRIBUTE] = {"", "= is not part of SVG Tiny PS"},
        [SVG_ELSEWHERE] = {"", "= refers to something outside of the logo"},
        [SVG_VALUE] = {"", "= has a value that SVG Tiny PS does not allow"},
        [SVG_NAMESPACE] = {"", ": the namespace is missing or wrong"},
        [SVG_NO_PROFILE] = {"<", "> does not say baseProfile=\"tiny-ps\""},
        [SVG_NO_VERSION] = {"<", "> does not say version=\"1.2\""},
        [SVG_NO_TITLE] = {NULL, "there is no <title> with a text"},
    };
    struct str what = f->what;

    if (what.len > SHOWN_OCTETS)
        what.len = SHOWN_OCTETS;
    if (!words[f->kind].before)
        return f->kind == SVG_NOT_UTF8 ? str_printf(arena, "line %zu: %s", f->line, words[f->kind].after) : words[f->kind].after;
    return str_printf(arena, "line %zu: %s%s%s", f->line, words[f->kind].before, str_text(arena, what), words[f->kind].after);
}
