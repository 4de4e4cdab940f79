/* core/result/hosted.h - what is found on servers that a service runs is that service's to keep.
 *
 * A finding about such a server says nothing of the audited domain: it is a note at most, carries no remedy for the
 * customer, and reports fold it under the service.  What the domain publishes about those servers, its MX records and
 * its MTA-STS policy, stays its own; and where its own policy has mail refused there, that stays a failure.
 */
#pragma once

struct arena;
struct finding;
struct inventory;
struct services;

/* Marks the finding with the service that runs the server, if one does, and takes the edge off it. */
void finding_yield(struct arena *scratch, struct finding *, const struct services *, const struct inventory *);
