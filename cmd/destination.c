/* cmd/destination.c - asks for the MX records of a domain. */
#include "cmd/destination.h"

#include <stdlib.h>
#include <string.h>

#include "core/audit/engine.h"
#include "core/base/limits.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/derive/run.h"
#include "core/facts/target.h"

struct search {
    uint64_t destination;
    bool is_known;
    destination_found *found;
    void *arg;
};

/* FNV-1a, of a name in lower case. */
static uint64_t number_of(const char *name)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (; *name; name++)
        hash = (hash ^ (unsigned char)ascii_lower(*name)) * UINT64_C(0x100000001b3);
    return hash;
}

unsigned destination_shard(uint64_t destination)
{
    return (unsigned)(destination % DESTINATION_SHARDS);
}

uint64_t destination_of_own(const char *domain)
{
    return number_of(name_org_domain(domain));
}

/* By preference, then by name. */
static const struct dns_record *first_mx(const struct dns_answer *answer)
{
    const struct dns_record *first = NULL;

    for (size_t i = 0; answer && answer->status == DNS_OK && i < answer->count; i++) {
        const struct dns_record *record = &answer->records[i];

        if (record->type == DNS_MX && (!first || record->mx.preference < first->mx.preference ||
                                       (record->mx.preference == first->mx.preference &&
                                        strcmp(record->mx.host, first->mx.host) < 0)))
            first = record;
    }
    return first;
}

static void ask(struct run *run, void *arg)
{
    struct search *search = arg;
    const char *domain = run_target(run)->domain;
    const struct dns_answer *answer = need_dns(run, domain, DNS_MX);
    const struct dns_record *first = first_mx(answer);

    search->is_known = answer && answer->status != DNS_UNKNOWN;
    search->destination = destination_of_own(first && *first->mx.host ? first->mx.host : domain);
}

static void asked(void *arg, const struct result *result)
{
    struct search *search = arg;

    (void)result;
    search->found(search->arg, search->is_known ? &search->destination : NULL);
    free(search);
}

bool destination_find(struct engine *engine, const struct target *target, destination_found *found, void *arg)
{
    struct search *search = calloc(1, sizeof *search);

    if (!search)
        return false;
    *search = (struct search){.found = found, .arg = arg};
    if (engine_ask(engine, target, DESTINATION_MS, ask, asked, search))
        return true;
    free(search);
    return false;
}
