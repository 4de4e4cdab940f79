/* tests/fuzz/fuzz_svg.c - faults have a line of the document and words; a logo without one keeps to the limits,
 * declares nothing, has no element that runs something, and is cut short at any place a logo no more. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/records/svg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(int ok)
{
    if (!ok)
        abort();
}

static int contains(struct str text, const char *word)
{
    size_t len = strlen(word);

    for (size_t i = 0; i + len <= text.len; i++)
        if (memcmp(text.at + i, word, len) == 0)
            return 1;
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new(1 << 24);
    struct str document = {(const char *)data, size};
    struct svg svg, cut;

    svg_parse(arena, document, &svg);
    expect(svg.fault_count <= SVG_FAULTS_MAX && svg.elements <= SVG_ELEMENTS);
    expect(svg.faults_left_out == 0 || svg.fault_count == SVG_FAULTS_MAX);
    for (size_t i = 0; i < svg.fault_count; i++) {
        expect(strlen(svg.faults[i].what) <= SVG_WHAT_OCTETS);
        expect(svg.faults[i].line >= 1 && svg.faults[i].line <= size + 1);
        expect(strlen(svg_fault_text(arena, &svg.faults[i])) > 0);
    }
    if (svg.fault_count == 0) {
        int hidden = contains(document, "<!--") || contains(document, "<![CDATA[");

        expect(size > 0 && size <= SVG_BYTES && svg.elements >= 2 && svg.title_characters > 0);
        expect(contains(document, "tiny-ps") || contains(document, "&"));
        expect(hidden ||
               !(contains(document, "<!") || contains(document, "<script") || contains(document, "<foreignObject")));
        expect(hidden || !(contains(document, "<animate") || contains(document, "<set") || contains(document, "<a ")));
        for (size_t len = size; len > 0 && data[len - 1] != '>'; len--)
            size = len - 1;
        svg_parse(arena, (struct str){document.at, size - 1}, &cut);
        expect(hidden || cut.fault_count > 0);
    }
    arena_free(arena);
    return 0;
}
