/* tests/unit/find_by_text.h - evidence by the text of its key. */
#pragma once

#include "core/base/arena.h"
#include "core/facts/evidence.h"

static inline struct evidence *found_by_text(struct store *store, const char *text, const struct waiter *waiter,
                                             struct evidence *(*find)(struct store *, const struct key *,
                                                                      const struct waiter *))
{
    struct arena *arena = arena_new(1 << 16);
    struct evidence *found = NULL;
    struct key key;

    assert_non_null(arena);
    if (key_parse(arena, text, &key)) /* a URL may be none */
        found = find(store, &key, waiter);
    arena_free(arena);
    return found;
}

static inline struct evidence *find_by_text(struct store *store, const char *text, const struct waiter *waiter)
{
    return found_by_text(store, text, waiter, store_find);
}

static inline struct evidence *find_pinned_by_text(struct store *store, const char *text, const struct waiter *waiter)
{
    return found_by_text(store, text, waiter, store_find_pinned);
}
