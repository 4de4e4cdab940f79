/* reports/language/pieces.c - what a text consists of. */
#include "reports/language/pieces.h"

#include <string.h>

bool is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\t';
}

struct str part_of(struct str text, size_t from, size_t to)
{
    return (struct str){text.at + from, to - from};
}

/* The letters and hyphens that a word between blanks consists of; 0: it is a name, a number, a code. */
static size_t letters_of(struct str word)
{
    size_t letters = 0;

    if (word.len && word.at[0] == '(')
        word = part_of(word, 1, word.len);
    while (word.len && strchr(",;:.)", word.at[word.len - 1]))
        word.len--;
    while (letters < word.len && (ascii_is_letter(word.at[letters]) || (letters && word.at[letters] == '-')))
        letters++;
    return letters == word.len ? letters : 0;
}

static bool is_small(struct str word)
{
    for (size_t i = 0; i < word.len; i++)
        if (word.at[i] >= 'A' && word.at[i] <= 'Z')
            return false;
    return true;
}

static bool is_country(struct str word)
{
    return word.len >= 4 && word.at[0] == '(' && word.at[3] == ')';
}

bool is_prose(struct str text)
{
    bool is_quoted = false;
    size_t words = 0, small = 0;

    for (size_t i = 0, end; i < text.len; i = end + 1) {
        struct str word;
        size_t letters;

        for (end = i; end < text.len && !is_blank(text.at[end]);)
            end++;
        word = part_of(text, i, end);
        if (word.len && (word.at[0] == '"' || word.at[word.len - 1] == '"'))
            is_quoted = word.at[0] == '"' && (word.len == 1 || word.at[word.len - 1] != '"');
        letters = is_quoted || is_country(word) ? 0 : letters_of(word);
        words += letters >= 2;
        small += letters >= 2 && is_small(word);
        if (small && words >= 2)
            return true;
        if (word.len && !is_quoted && strchr(",;:", word.at[word.len - 1]))
            words = small = 0;
    }
    return false;
}

static const char *const joints[JOINT_COUNT] = {". ", ". ", " \xc2\xb7 ", "; ", ": ", ", "};
const char *const gaps[JOINT_COUNT] = {" ", " ", " \xc2\xb7 ", "; ", ": ", ", "}; /* a stop is its sentence's */

size_t pieces_of(struct str text, size_t joint, size_t ends[PIECES_MAX + 1])
{
    struct str mark = str_of(joints[joint]);
    size_t count = 0, open = 0;
    bool is_quoted = false;

    for (size_t i = 0; i + mark.len < text.len && count < PIECES_MAX; i++) {
        char c = text.at[i], after = text.at[i + mark.len];

        if (c == '"')
            is_quoted = !is_quoted;
        else if (!is_quoted && c == '(')
            open++;
        else if (!is_quoted && c == ')' && open)
            open--;
        if (is_quoted || open || memcmp(text.at + i, mark.at, mark.len) != 0)
            continue;
        if (joint > JOINT_STOP)
            ends[count++] = i;
        else if (joint == JOINT_STOP || after == ' ' || after == '"' || ascii_is_digit(after) ||
                 (after >= 'A' && after <= 'Z'))
            ends[count++] = i + 1; /* the full stop belongs to it */
    }
    ends[count++] = text.len;
    return count;
}

size_t behind(struct str text, size_t end, size_t joint)
{
    end += strlen(gaps[joint]);
    while (joint <= JOINT_STOP && end < text.len && is_blank(text.at[end]))
        end++;
    return end;
}
