/* core/base/arena.h - memory that is freed all at once.
 *
 * An audit's result lives in one arena, each execution of a probe in another (its scratch), each piece of evidence in a
 * third.  Nothing in an arena is freed alone.
 *
 * arena_alloc() never returns NULL.  When the arena's limit or the machine's memory is spent it jumps to the place that
 * arena_on_exhausted() named; code that works in an arena owns nothing else, so nothing is lost by that.  An arena
 * without such a place aborts: it is meant for sizes that our own code bounds, a few KiB of which every arena has from
 * the start.
 *
 * Not safe for several threads.
 */
#pragma once

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>

struct arena;

/* "out of memory": the *why of whatever fails for that, and for nothing that it was given. */
extern const char no_memory[];

struct arena *arena_new(size_t limit_bytes);             /* NULL when the machine has no memory */
/* At once after arena_new(): so much is there now and after each arena_reset(), for what must be said where there is no
 * memory left.  False: there is none now. */
bool arena_reserve(struct arena *, size_t bytes);
void arena_free(struct arena *);                         /* NULL is fine */
void arena_reset(struct arena *);                        /* forgets all, keeps the first block */
void arena_on_exhausted(struct arena *, jmp_buf *place); /* NULL: abort */
void *arena_alloc(struct arena *, size_t bytes);         /* zeroed, aligned for any type */
/* the latest allocation needs no more than that after all */
void arena_trim(struct arena *, void *latest, size_t bytes);
_Noreturn void arena_exhaust(struct arena *);             /* for who works in it, and is refused memory by a library */
bool arena_is_refused(const struct arena *);              /* exhausted, and not by its limit */
size_t arena_used(const struct arena *);                 /* bytes handed out */
size_t arena_held(const struct arena *);                 /* bytes that it has of the machine */

#define ARENA_NEW(arena, type) ((type *)arena_alloc((arena), sizeof(type)))
#define ARENA_ARRAY(arena, type, count) ((type *)arena_array((arena), (count), sizeof(type)))
void *arena_array(struct arena *, size_t count, size_t size); /* as arena_alloc(), checks the product */
/* Room for one more behind `count` items of a list, which doubles: the list as it has moved, NULL where it need not. */
void *arena_grown(struct arena *, const void *items, size_t count, size_t item_octets);
