/* core/collect/net/guestbook.h - who is visiting which address, among the processes of one run.
 *
 * Each process keeps the rules of politeness.h with a table of its own; this is what they need beside it, in memory
 * that they share: one visit at a time to an address and a time between two, NET_SESSIONS to a network.  A guest is a
 * process, by a number from 1.  There is no lock that a process could die with: an entry is one word, which says whose
 * visit it is.  Two addresses may share a word, and then one waits for the other's visit to end.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/base/ip.h"

struct guestbook;

enum { GUESTS_MAX = 65535 };

struct guestbook *guestbook_new(void); /* NULL: no memory.  What fork() makes afterwards shares it */
void guestbook_free(struct guestbook *);

/* False: not now.  `interval_ms` must have gone by since the last visit to the address, and is part of which one it is:
 * mail and web servers are visited apart. */
bool guestbook_enter(struct guestbook *, unsigned guest, const struct ip *, int64_t interval_ms, int64_t now_ms);
void guestbook_leave(struct guestbook *, unsigned guest, const struct ip *, int64_t interval_ms, int64_t now_ms);
/* A process that is gone has left everywhere. */
void guestbook_forget(struct guestbook *, unsigned guest, int64_t now_ms);
