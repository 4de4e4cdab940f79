/* core/collect/net/line.c - a list of visits, and a list of the shares that their parties have had. */
#include "core/collect/net/line.h"

#include <stdlib.h>

#include "core/base/limits.h"
#include "core/collect/net/politeness.h"

enum { TURN = 1 << 20 }; /* in which the turns of a line are counted: parts of one are dealt, too */

/* What a party has of one network. */
struct share {
    struct share *next;
    uint64_t party;
    unsigned open, waiting;
    uint64_t turn; /* its next one */
};

void line_open(struct line *line)
{
    *line = (struct line){.end = &line->first};
}

void line_close(struct line *line)
{
    for (struct share *share = line->shares, *next; share; share = next) {
        next = share->next;
        free(share);
    }
}

static struct share *share_of(struct line *line, uint64_t party)
{
    struct share *share = line->shares;

    while (share && share->party != party)
        share = share->next;
    if (share)
        return share;
    share = calloc(1, sizeof *share);
    if (!share)
        return NULL;
    *share = (struct share){.next = line->shares, .party = party, .turn = line->turn};
    line->shares = share;
    line->parties++;
    return share;
}

static void settle(struct line *line, struct share *share)
{
    struct share **at = &line->shares;

    if (share->open || share->waiting)
        return;
    while (*at != share)
        at = &(*at)->next;
    *at = share->next;
    line->parties--;
    free(share);
}

bool line_join(struct line *line, struct visit *visit, uint64_t party)
{
    visit->share = share_of(line, party);
    if (!visit->share)
        return false;
    visit->share->waiting++;
    visit->turn.party = party;
    visit->next = NULL;
    visit->back = line->end;
    *line->end = visit;
    line->end = &visit->next;
    return true;
}

bool line_has_turn(const struct visit *visit)
{
    return !visit->share->party || visit->share->open < NET_SESSIONS - 1;
}

unsigned line_held(const struct visit *visit)
{
    return visit->share->open;
}

/* Of two whose turn is the same, it is that of who holds less. */
static bool comes_before(const struct share *a, const struct share *b)
{
    return a->turn != b->turn ? a->turn < b->turn : a->open < b->open;
}

struct visit *line_next(const struct line *line, bool (*may)(const void *arg, const struct visit *), const void *arg)
{
    struct visit *best = NULL;

    for (struct visit *visit = line->first; visit; visit = visit->next)
        if (line_has_turn(visit) && (!best || comes_before(visit->share, best->share)) && may(arg, visit))
            best = visit;
    return best;
}

static void take_off(struct line *line, struct visit *visit)
{
    *visit->back = visit->next;
    *(visit->next ? &visit->next->back : &line->end) = visit->back;
    visit->back = NULL;
}

/* The line goes on by one turn when each party has had one, and is never behind those who wait. */
static void advance(struct line *line)
{
    uint64_t least = UINT64_MAX;

    line->turn += TURN / line->parties;
    for (const struct share *share = line->shares; share; share = share->next)
        if (share->waiting && share->turn < least)
            least = share->turn;
    if (least != UINT64_MAX && least > line->turn)
        line->turn = least;
}

void line_begin(struct line *line, struct visit *visit)
{
    struct share *share = visit->share;

    take_off(line, visit);
    share->waiting--;
    share->open++;
    share->turn += TURN;
    advance(line);
}

void line_leave(struct line *line, struct visit *visit)
{
    if (visit->back) {
        take_off(line, visit);
        visit->share->waiting--;
    } else {
        visit->share->open--;
    }
    settle(line, visit->share);
}

static void change_share(struct line *line, struct visit *visit, struct share *share)
{
    struct share *old = visit->share;

    share->waiting++;
    visit->share = share;
    visit->turn.party = share->party;
    old->waiting--;
    settle(line, old);
}

static unsigned ahead_of(const struct line *line, const struct visit *visit)
{
    unsigned ahead = 0;

    for (const struct visit *other = line->first; other != visit; other = other->next)
        ahead += other->share == visit->share;
    return ahead;
}

void line_also_for(struct line *line, struct visit *visit, uint64_t party)
{
    struct share *share = share_of(line, party);

    if (share && share->turn + (uint64_t)TURN * share->waiting <
                     visit->share->turn + (uint64_t)TURN * ahead_of(line, visit))
        change_share(line, visit, share);
    else if (share)
        settle(line, share);
}

void line_only_for(struct line *line, struct visit *visit, uint64_t party)
{
    struct share *share = share_of(line, party);

    if (share)
        change_share(line, visit, share);
}
