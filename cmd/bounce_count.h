/* cmd/bounce_count.h - counts many rejections by cause and receiver, in memory of one size. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/result/bounce.h"

struct arena;
struct bounce_count;

struct bounce_count *bounce_count_new(struct arena *);
void bounce_count_add(struct bounce_count *, const struct bounce *); /* borrows nothing */
size_t bounce_count_total(const struct bounce_count *);
bool bounce_count_has_cause(const struct bounce_count *); /* one that a check shows */
void bounce_count_print(const struct bounce_count *, struct arena *, size_t lines);
