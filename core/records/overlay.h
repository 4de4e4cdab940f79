/* core/records/overlay.h - what is to be published, laid over what is: zones and single records of a plan.
 *
 * A zone of the overlay answers for every name at or below its apex as a name server would (RFC 1034 4.3.2, RFC 4592):
 * with the records, an alias, "no such record" for names that exist or have names below them, a wildcard, or "no such
 * name".  What it delegates is not its own.  Single records replace the set of their name and type, in a zone of the
 * overlay or in the world, make their name exist, and say nothing of other types.
 *
 * It is made once, and const afterwards: several audits share it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/facts/dns_answer.h"
#include "core/records/zone_file.h"

struct arena;
struct overlay;

struct overlay *overlay_new(struct arena *);
/* Of files without faults.  `source` is what reports call it: the name of the file, "--assume". */
void overlay_add_zone(struct overlay *, const struct zone_file *, const char *source);
void overlay_add_records(struct overlay *, const struct zone_file *, const char *source);
void overlay_finish(struct overlay *); /* once, when all are added, and before anything is asked */

size_t overlay_zone_count(const struct overlay *);
const char *overlay_zone(const struct overlay *, size_t i, const char **source); /* its apex */
size_t overlay_record_count(const struct overlay *);
/* A single record as it stands in a zone file. */
const char *overlay_record(const struct overlay *, struct arena *, size_t i, const char **source);

enum overlay_says {
    OVERLAY_SILENT, /* nothing: what lies below it answers */
    OVERLAY_RECORDS,
    OVERLAY_ALIAS, /* records[0] is the CNAME record */
    OVERLAY_NODATA,
    OVERLAY_NXDOMAIN,
    OVERLAY_EXISTS,    /* as silent, but the name exists, and is no alias */
    OVERLAY_DELEGATED, /* as silent, but what lies below must know the delegation */
    OVERLAY_REDIRECTS, /* the name is below a DNAME record: it is not told where that leads */
};

struct overlay_answer {
    enum overlay_says says;
    const struct dns_record *records;
    size_t count;
    bool by_wildcard;
    const char *zone;   /* the apex; NULL: of a single record */
    const char *cut;    /* OVERLAY_DELEGATED: the name that is delegated */
    const char *source; /* NULL: silent */
    uint32_t ttl_s;     /* of a negative answer */
};

struct overlay_answer overlay_ask(const struct overlay *, struct arena *, const char *name, enum dns_type);
