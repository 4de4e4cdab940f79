/* probes/alias.c - a ring of CNAMEs is a fact about the zone, though resolvers answer SERVFAIL for it.  (threats.md D6) */
#include "core/arena.h"
#include "core/dns.h"
#include "core/limits.h"
#include "core/name.h"
#include "core/run.h"
#include "core/str.h"
#include "probes/mail.h"

const char *need_alias_ring(struct run *run, const char *name, bool *pending)
{
    const char *seen[DNS_CNAME_MAX + 1] = {name}, *text = name;

    *pending = false;
    for (size_t links = 0; links < DNS_CNAME_MAX; links++) {
        const struct dns_answer *link = need_dns(run, seen[links], DNS_CNAME);

        *pending = !link;
        if (!link || link->status != DNS_OK)
            return NULL;
        seen[links + 1] = link->records[0].name;
        text = str_printf(run_arena(run), "%s -> %s", text, seen[links + 1]);
        for (size_t i = 0; i <= links; i++)
            if (name_equal(seen[i], seen[links + 1]))
                return text;
    }
    return NULL;
}
