/* core/facts/unfetched.h - the value of evidence that nobody fetched: trouble of every kind that evidence comes in. */
#pragma once

#include "core/base/trouble.h"

struct arena;
struct key;

/* In the arena, which borrows `key_text` and the key's name.  Of the clock the epoch, of this machine nothing. */
const void *evidence_unfetched(struct arena *, const struct key *, const char *key_text, struct trouble);
