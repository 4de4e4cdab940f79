/* reports/markdown_code.c - writes code spans.  (CommonMark 6.1) */
#include "reports/markdown_code.h"

#include <string.h>

#include "core/base/str.h"
#include "reports/sink.h"

static size_t longest_run(const char *text)
{
    size_t run = 0, longest = 0;

    for (; *text; text++) {
        run = *text == '`' ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    return longest;
}

static void fence(struct sink *sink, size_t length)
{
    for (size_t i = 0; i < length; i++)
        sink_literal(sink, "`");
}

/* The fence is longer than any run of backticks inside; blanks keep those at the ends apart from it. */
void markdown_code(struct sink *sink, struct arena *arena, const char *text)
{
    const char *visible = sink_visible(arena, str_of(text));
    size_t length = strlen(visible), longest = longest_run(visible);
    bool apart = length > 0 && (visible[0] == '`' || visible[length - 1] == '`' || visible[0] == ' ');

    if (length == 0)
        return;
    fence(sink, longest + 1);
    if (apart)
        sink_literal(sink, " ");
    sink_text(sink, visible);
    if (apart)
        sink_literal(sink, " ");
    fence(sink, longest + 1);
}
