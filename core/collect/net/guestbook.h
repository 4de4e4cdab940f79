/* core/collect/net/guestbook.h - who is visiting which address, among the processes of one run.
 *
 * Each process keeps the rules of politeness.h with a table of its own; this is what they need beside it, in memory
 * that they share: one visit at a time to an address and a time between two, NET_SESSIONS to a network.  A guest is a
 * process, by a number from 1.  There is no lock that a process could die with: an entry is one word, which says whose
 * visit it is.  Two addresses may share a word, and then one waits for the other's visit to end.
 *
 * Who finds an address or a network occupied leaves a wish there, and looks again soon.  A wish goes before all visits
 * for a party that holds as much in that network or more: else the process that has just left, and knows it first,
 * would be the next each time.  A wish that is not renewed is over in GUEST_WISH_MS, as its process may be; and for as
 * long a process that has just had its turn there leaves no other one, so that the rest can.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/base/ip.h"

struct guestbook;

enum { GUESTS_MAX = 65535, GUEST_WISH_MS = 100 };

struct guest {
    unsigned number;
    unsigned held; /* visits in that network, of the party that the new one is for */
};

struct guestbook *guestbook_new(void); /* NULL: no memory.  What fork() makes afterwards shares it */
void guestbook_free(struct guestbook *);

enum entrance { ENTERED, ADDRESS_TAKEN, NETWORK_FULL };

/* `interval_ms` must have gone by since the last visit to the address, and is part of which one it is:
 * mail and web servers are visited apart. */
enum entrance guestbook_enter(struct guestbook *, const struct guest *, const struct ip *, int64_t interval_ms,
                              int64_t now_ms);
void guestbook_leave(struct guestbook *, unsigned guest, const struct ip *, int64_t interval_ms, int64_t now_ms);
/* A process that is gone has left everywhere. */
void guestbook_forget(struct guestbook *, unsigned guest, int64_t now_ms);
