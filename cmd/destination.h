/* cmd/destination.h - where the mail of a domain goes first, as a number by which domains are dealt among workers.
 *
 * It is made of the organisation of the first MX, so that one worker visits all that this organisation has, and asks it
 * once for all its domains.  A domain without MX is its own destination.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { DESTINATION_SHARDS = 256 }; /* among which domains are dealt where several machines audit; kept in databases */

struct engine;
struct target;

unsigned destination_shard(uint64_t destination);
/* Of a domain whose mail goes to hosts of its own, or of which nothing is known yet. */
uint64_t destination_of_own(const char *domain);

/* `destination` is NULL where nobody knows it within DESTINATION_MS. */
typedef void destination_found(void *arg, const uint64_t *destination);
/* The target lives until `found` is called, from the loop.  False: no memory, and it is not called. */
bool destination_find(struct engine *, const struct target *, destination_found *, void *arg);
