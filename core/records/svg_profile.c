/* core/records/svg_profile.c - holds elements against SVG Tiny PS, and says what is wrong. */
#include "core/records/svg_profile.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"

#define SVG_NAMESPACE_NAME "http://www.w3.org/2000/svg"
#define XLINK_NAMESPACE_NAME "http://www.w3.org/1999/xlink"

/* ---- faults ---- */

void svg_add_fault(struct svg *svg, enum svg_fault_kind kind, struct str what, size_t line)
{
    struct svg_fault *fault = &svg->faults[svg->fault_count];

    if (svg->fault_count == SVG_FAULTS_MAX) {
        svg->faults_left_out++;
        return;
    }
    *fault = (struct svg_fault){.kind = kind, .line = line};
    memcpy(fault->what, what.at, what.len < SVG_WHAT_OCTETS ? what.len : SVG_WHAT_OCTETS);
    svg->fault_count++;
}

static void fault(struct svg_profile *p, enum svg_fault_kind kind, const char *what)
{
    svg_add_fault(p->svg, kind, str_of(what), p->line);
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

    if (!words[f->kind].before)
        return f->kind == SVG_NOT_UTF8 ? str_printf(arena, "line %zu: %s", f->line, words[f->kind].after)
                                       : words[f->kind].after;
    return str_printf(arena, "line %zu: %s%s%s", f->line, words[f->kind].before, f->what, words[f->kind].after);
}

/* ---- elements and attributes ---- */

static int compare(const void *name, const void *entry)
{
    return strcmp(name, *(const char *const *)entry);
}

static bool is_element(const char *name)
{
    static const char *const elements[] = {
#define ELEMENT(word) word,
#include "core/records/svg.def"
#undef ELEMENT
    };

    return bsearch(name, elements, sizeof elements / sizeof *elements, sizeof *elements, compare) != NULL;
}

static bool is_attribute(const char *name)
{
    static const char *const attributes[] = {
#define ATTRIBUTE(word) word,
#include "core/records/svg.def"
#undef ATTRIBUTE
    };

    return bsearch(name, attributes, sizeof attributes / sizeof *attributes, sizeof *attributes, compare) != NULL;
}

static bool is(const char *name, const char *word)
{
    return strcmp(name, word) == 0;
}

/* "#name", and "url(#name)" wherever a paint may stand. */
static bool refers_elsewhere(const char *name, const char *value)
{
    const char *end = value + strlen(value);

    if (is(name, "xlink:href"))
        return *value != '#';
    for (; value < end; value++)
        if (str_starts_nocase((struct str){value, (size_t)(end - value)}, "url(") &&
            value[4 + strspn(value + 4, " \t\r\n\"'")] != '#')
            return true;
    return false;
}

/* The draft lets these stand, with one value each. */
static bool has_other_value(const char *name, const char *value)
{
    static const struct {
        const char *name, *value;
    } fixed[] = {
        {"externalResourcesRequired", "false"}, {"focusable", "false"},      {"playbackOrder", "all"},
        {"snapshotTime", "none"},               {"timelineBegin", "onLoad"}, {"zoomAndPan", "disable"},
    };

    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        if (is(name, fixed[i].name))
            return !is(value, fixed[i].value);
    return false;
}

static void judge_attribute(struct svg_profile *p, const char *name, const char *value)
{
    if (is(name, "xmlns")) {
        if (!is(value, SVG_NAMESPACE_NAME))
            fault(p, SVG_NAMESPACE, name);
    } else if (is(name, "xmlns:xlink")) {
        p->knows_xlink = true;
        if (!is(value, XLINK_NAMESPACE_NAME))
            fault(p, SVG_NAMESPACE, name);
    } else if (strncmp(name, "xmlns:", 6) == 0 && name[6] != '\0') {
        return; /* declares a prefix, and no name of the profile has it */
    } else if (!is_attribute(name)) {
        fault(p, SVG_ATTRIBUTE, name);
    } else if (refers_elsewhere(name, value)) {
        fault(p, SVG_ELSEWHERE, name);
    } else if (has_other_value(name, value)) {
        fault(p, SVG_VALUE, name);
    }
}

static void judge_attributes(struct svg_profile *p, const char *const *attributes)
{
    bool has_xlink = false;

    for (; *attributes; attributes += 2) {
        judge_attribute(p, attributes[0], attributes[1]);
        has_xlink = has_xlink || strncmp(attributes[0], "xlink:", 6) == 0;
    }
    if (has_xlink && !p->knows_xlink)
        fault(p, SVG_NAMESPACE, "xlink");
}

/* ---- the root ---- */

/* Numbers are equal when their texts are, but for zeros that say nothing. */
static struct str canonical(struct str number)
{
    bool has_point = number.len && memchr(number.at, '.', number.len);

    for (; number.len > 1 && (*number.at == '0' || *number.at == '+') && number.at[1] != '.'; number.at++)
        number.len--;
    while (has_point && number.at[number.len - 1] == '0')
        number.len--;
    if (number.len && number.at[number.len - 1] == '.')
        number.len--;
    return number;
}

static void read_view_box(struct svg_profile *p, const char *value)
{
    static const char separators[] = " \t\r\n,";
    struct str numbers[5];

    p->svg->view_box = (struct str){p->view_box, strlen(value)};
    memcpy(p->view_box, value, strlen(value));
    for (size_t i = 0; i < 5; i++) {
        value += strspn(value, separators);
        numbers[i] = (struct str){value, strcspn(value, separators)};
        value += numbers[i].len;
    }
    p->svg->view_box_is_square =
        numbers[3].len > 0 && numbers[4].len == 0 && str_equal(canonical(numbers[2]), canonical(numbers[3]));
}

static void judge_root(struct svg_profile *p, const char *const *attributes)
{
    bool has_namespace = false, has_profile = false, has_version = false;

    for (; *attributes; attributes += 2) {
        const char *name = attributes[0], *value = attributes[1];

        if (is(name, "xmlns"))
            has_namespace = true;
        else if (is(name, "baseProfile"))
            has_profile = is(value, "tiny-ps");
        else if (is(name, "version"))
            has_version = is(value, "1.2");
        else if (is(name, "viewBox"))
            read_view_box(p, value);
        else if (is(name, "x") || is(name, "y"))
            p->svg->has_position = true;
    }
    if (!has_namespace)
        fault(p, SVG_NAMESPACE, "svg");
    if (!has_profile)
        fault(p, SVG_NO_PROFILE, "svg");
    if (!has_version)
        fault(p, SVG_NO_VERSION, "svg");
}

void svg_judge_element(struct svg_profile *p, const char *name, const char *const *attributes, bool is_root,
                       size_t line)
{
    p->line = line;
    if (!is_element(name))
        fault(p, SVG_ELEMENT, name);
    judge_attributes(p, attributes);
    if (is_root)
        judge_root(p, attributes);
}
