/* core/records/zone_file.h - master files: zones and single records as people write them.  (RFC 1035 5, RFC 2308 4,
 * RFC 3597 5)
 *
 * A small reader of our own: it says what is wrong with which line, goes on behind it, and keeps what mailready asks
 * for.  Records of other types are known by type and owner alone: they make their name exist.  $INCLUDE is refused,
 * since a file that somebody hands in says nothing about other files of this machine; so is $GENERATE.
 *
 * Everything lies in the arena, or in the text, which must live as long.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/str.h"
#include "core/facts/dns_answer.h"

struct arena;


struct zone_record {
    const char *owner; /* absolute, name.h's form, letter case as written */
    uint16_t type;     /* IANA's number */
    bool is_read;      /* `record` has the data; else it is of a type that mailready does not ask for */
    struct dns_record record;
    unsigned line; /* where it begins, from 1 */
};

struct zone_fault {
    unsigned line;
    const char *text; /* what is wrong: may hold any byte of the file */
};

enum { ZONE_FAULTS_MAX = 16, ZONE_RECORDS_MAX = 262144 };

struct zone_file {
    const char *apex;                  /* the owner of the first SOA record, in lower case; NULL: there is none */
    const struct zone_record *records; /* in the order of the text */
    size_t count;
    const struct zone_fault
        *faults; /* in the order of their lines; at most ZONE_FAULTS_MAX, then nothing more is read */
    size_t fault_count;
};

/* Records, one a line.  `origin` is what relative names are relative to, "" the root; NULL: there is none, and a
 * relative name before an $ORIGIN is a fault. */
void zone_records_read(struct arena *, struct str text, const char *origin, struct zone_file *out);

/* A whole zone: beyond that it has one SOA record, NS records beside it, nothing outside of the zone, and nothing
 * beside an alias (RFC 1034 3.6.2).  With an origin that is the zone's name. */
void zone_file_read(struct arena *, struct str text, const char *origin, struct zone_file *out);

const char *zone_type_text(struct arena *, unsigned type); /* "MX", "TYPE65280" */
