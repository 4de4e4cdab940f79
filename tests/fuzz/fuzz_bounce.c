/* Any text: ends, names only checks and rules of the data, and the code is one
 * that stands in the text; as a rejection, and as lines of a log or a mailbox. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/records/bounce_words.h"
#include "core/result/bounce.h"
#include "core/result/bounce_feed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct reader {
    const struct bounce_lexicon *lexicon;
    struct arena *arena;
};

static void explain(void *context, struct str text)
{
    struct reader *reader = context;
    struct bounce b = bounce_explain(reader->lexicon, reader->arena, text);

    if (b.rule_count > receiver_rule_count() || b.causes.count > BOUNCE_CHECKS_MAX)
        abort();
    for (size_t i = 0; i < b.causes.count; i++)
        if (b.causes.checks[i] >= CHECK_COUNT)
            abort();
    if (b.code && strspn(b.code, "0123456789.") != strlen(b.code))
        abort();
    if (b.local && (b.causes.count || b.receiver))
        abort();
}

static void feed_lines(struct reader *reader, const uint8_t *data, size_t size)
{
    struct bounce_feed *feed = bounce_feed_new(reader->arena, explain, reader);
    char *copy = arena_alloc(reader->arena, size + 1), *at = copy, *end = copy + size;

    if (size)
        memcpy(copy, data, size);
    while (at < end) {
        char *line_end = memchr(at, '\n', (size_t)(end - at));

        if (!line_end)
            line_end = end;
        *line_end = '\0';
        bounce_feed_line(feed, at, (size_t)(line_end - at));
        at = line_end + 1;
    }
    bounce_feed_end(feed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct reader reader = {.arena = arena_new(256u << 20)};

    if (!reader.arena)
        return 0;
    reader.lexicon = bounce_lexicon_new(reader.arena);
    explain(&reader, (struct str){(const char *)data, size});
    feed_lines(&reader, data, size);
    arena_free(reader.arena);
    return 0;
}
