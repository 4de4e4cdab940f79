/* core/derive/absence.h - whose word an answer is: absences are the zone's, and so is what the resolver makes up.
 * (checks.md, section 4 step 2; threats.md D9, N2)
 *
 * A record that the resolver does not see is absent only if the zone's own servers say so, each of which is asked.
 * Where one has it, what they have together is the answer.  Where none can be asked, the resolver's word is enough if
 * the resolver is sound, its reply names the zone, and nothing else that it says contradicts it.
 *
 * An address or a reverse name that the resolver gives, while every server of the zone that answers says otherwise,
 * comes from a hosts file, a split horizon or an old cache: the answer is what the world sees.
 */
#pragma once

#include "core/facts/dns_answer.h"

struct ip;
struct run;

struct confirmed {
    const struct dns_answer *answer; /* what is judged; NULL: on its way */
    const struct dns_answer *here;   /* what the resolver said */
    bool is_local;      /* `here` is nothing that the world sees */
    const char *remark; /* whose word it is where that needs saying: ", by the word of the resolver alone"; or "" */
};

struct confirmed need_confirmed(struct run *, const char *name, enum dns_type);

/* For what may well be absent: as need_dns(), but a denial that the resolver makes of itself is confirmed. */
const struct dns_answer *need_record(struct run *, const char *name, enum dns_type);

/* As above; a PTR record of a mail address is always compared. */
struct confirmed need_confirmed_reverse(struct run *, const struct ip *);

/* A and AAAA of a host.  An absent one is confirmed only where the other is absent, too, or
 * where the resolver denies it of itself. */
struct host_addresses {
    const struct dns_answer *a, *aaaa; /* NULL: on their way */
    bool a_is_local, aaaa_is_local;
    const struct dns_answer *a_here, *aaaa_here;
};
struct host_addresses need_addresses(struct run *, const char *host);

/* What a server of the zone says in place of the resolver: the key stays that of
 * the question to it, and signatures were not looked at on this way. */
struct dns_answer *as_said_by_zone(struct run *, const struct dns_answer *here, const struct dns_answer *there);
