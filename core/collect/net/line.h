/* core/collect/net/line.h - the visits to one network, and whose turn it is.
 *
 * Turns are dealt to parties, not to visits: whoever had the fewest is next, and a party that comes later begins where
 * the others are (start-time fair queueing; Goyal, Vin and Cheng, 1996).  So thirty visits of one party hold up a
 * neighbour's by no more than one, whether they want its network or its very address, and none waits for ever because
 * new parties keep coming.  One party never holds all that a network bears, since a visit may last (threats.md N9).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct share;
struct visit;

struct line {
    struct visit *first, **end; /* who wait, in the order in which they came */
    struct share *shares;       /* of those who wait or visit */
    unsigned parties;
    uint64_t turn;
};

void line_open(struct line *);  /* an empty one */
void line_close(struct line *); /* whoever may be in it */
/* Party 0 is nobody in particular, and may hold all.  False: no memory. */
bool line_join(struct line *, struct visit *, uint64_t party);
/* One of those for which `may` is true; NULL: none. */
struct visit *line_next(const struct line *, bool (*may)(const void *arg, const struct visit *), const void *arg);
bool line_has_turn(const struct visit *); /* as far as its party's share goes */
unsigned line_held(const struct visit *); /* open visits of its party */
void line_begin(struct line *, struct visit *);
void line_leave(struct line *, struct visit *); /* that waits, or has begun */
/* A visit that waits is for this party, too: in whose turn it comes sooner. */
void line_also_for(struct line *, struct visit *, uint64_t party);
/* And now for this one only. */
void line_only_for(struct line *, struct visit *, uint64_t party);
