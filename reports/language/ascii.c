/* reports/language/ascii.c - a catalogue's words for a terminal that has ASCII only. */
#include "reports/language/ascii.h"

#include <stddef.h>
#include <string.h>

#include "core/base/arena.h"

static const struct {
    const char *letter, *spelled;
} spellings[] = {
    {"\u00e4", "ae"}, {"\u00f6", "oe"}, {"\u00fc", "ue"}, {"\u00c4", "Ae"}, {"\u00d6", "Oe"}, {"\u00dc", "Ue"},
    {"\u00df", "ss"}, {"\u00e0", "a"},  {"\u00e1", "a"},  {"\u00e2", "a"},  {"\u00e3", "a"},  {"\u00e5", "aa"},
    {"\u00e6", "ae"}, {"\u00e7", "c"},  {"\u00e8", "e"},  {"\u00e9", "e"},  {"\u00ea", "e"},  {"\u00eb", "e"},
    {"\u00ec", "i"},  {"\u00ed", "i"},  {"\u00ee", "i"},  {"\u00ef", "i"},  {"\u00f1", "n"},  {"\u00f2", "o"},
    {"\u00f3", "o"},  {"\u00f4", "o"},  {"\u00f5", "o"},  {"\u00f8", "oe"}, {"\u00f9", "u"},  {"\u00fa", "u"},
    {"\u00fb", "u"},  {"\u00c0", "A"},  {"\u00c9", "E"},  {"\u00c8", "E"},  {"\u00ca", "E"},  {"\u00c7", "C"},
    {"\u0153", "oe"}, {"\u201e", "\""}, {"\u201c", "\""}, {"\u201d", "\""}, {"\u201a", "'"},  {"\u2018", "'"},
    {"\u2019", "'"},  {"\u00ab", "\""}, {"\u00bb", "\""}, {"\u2013", "-"},  {"\u2014", "-"},  {"\u2026", "..."},
    {"\u2192", "->"}, {"\u00b7", "-"},  {"\u00a0", " "},  {"\u202f", " "},
};

enum { LONGEST = 3 };

const char *ascii_spelled(struct arena *arena, struct str words)
{
    char *out = ARENA_ARRAY(arena, char, words.len * LONGEST + 1);
    size_t length = 0;

    for (size_t i = 0; i < words.len;) {
        const char *spelled = NULL;
        size_t size = 1;

        for (size_t k = 0; k < sizeof spellings / sizeof *spellings && !spelled && (words.at[i] & 0x80); k++) {
            size = strlen(spellings[k].letter);
            if (words.len - i >= size && memcmp(words.at + i, spellings[k].letter, size) == 0)
                spelled = spellings[k].spelled;
        }
        if (!spelled) {
            out[length++] = words.at[i++];
            continue;
        }
        memcpy(out + length, spelled, strlen(spelled));
        length += strlen(spelled);
        i += size;
    }
    out[length] = '\0';
    return out;
}
