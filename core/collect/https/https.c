/* core/collect/https/https.c - the HTTPS collector: decides where a transfer may connect, and queues it. */
#include "core/collect/https/https.h"

#include <errno.h>
#include <setjmp.h>
#include <stdlib.h>

#include "core/base/arena.h"
#include "core/collect/https/https_end.h"
#include "core/collect/https/https_transfer.h"
#include "core/collect/tls/tls.h"
#include "core/facts/evidence.h"

/* The value of last resort, when the machine has not even the memory for one. */
const struct https_response https_no_memory = {
    .key = "",
    .url = "",
    .end = HTTPS_END_LOCAL,
    .trouble = {REASON_RESOURCES, SIDE_US, "this machine ran out of memory"},
    .os_error = ENOMEM,
    .connect_ms = -1,
    .total_ms = -1,
};

bool https_may_contact(const struct https_config *config, const struct ip *ip)
{
    for (size_t i = 0; i < config->allowed_count; i++)
        if (ip_in_network(ip, &config->allowed[i]))
            return true;
    return ip_special(ip) == NULL;
}

static void choose_addresses(struct transfer *t, struct arena *arena, struct https_failure *objection)
{
    const struct https_config *config = &t->https->config;
    const struct key *key = &t->evidence->key;
    size_t switched_off = 0;

    t->addresses = ARENA_ARRAY(arena, struct ip, key->address_count + 1);
    for (size_t i = 0; i < key->address_count && t->address_count < ADDRESSES_MAX; i++) {
        const struct ip *ip = &key->addresses[i];

        if (!https_may_contact(config, ip))
            continue;
        if (ip->family == IP_V4 ? config->use_ipv4 : config->use_ipv6)
            t->addresses[t->address_count++] = *ip;
        else
            switched_off++;
    }
    *objection = t->address_count ? https_stop_failure(HTTPS_END_OK)
                                  : https_not_tried_failure(switched_off > 0, config->use_ipv4);
}

static void join(struct transfer *t)
{
    struct https *https = t->https;

    t->next = https->transfers;
    t->back = &https->transfers;
    if (t->next)
        t->next->back = &t->next;
    https->transfers = t;
}

/* False: the arena is exhausted. */
static bool prepare(struct transfer *t, struct https_failure *objection)
{
    struct arena *arena = evidence_arena(t->evidence);
    jmp_buf exhausted;

    arena_on_exhausted(arena, &exhausted);
    if (setjmp(exhausted) != 0) {
        arena_on_exhausted(arena, NULL);
        return false;
    }
    t->seen = ARENA_NEW(arena, struct https_response);
    transfer_blank(t);
    if (url_parse(arena, t->evidence->key.name, &t->url))
        choose_addresses(t, arena, objection);
    else
        *objection = https_stop_failure(HTTPS_END_NOT_CONTACTED);
    arena_on_exhausted(arena, NULL);
    return true;
}

void https_collect(struct https *https, struct evidence *evidence)
{
    struct transfer *t = calloc(1, sizeof *t);
    struct https_failure objection;

    if (!t) {
        evidence_known(evidence, &https_no_memory, 0);
        return;
    }
    t->https = https;
    t->evidence = evidence;
    join(t);
    if (!prepare(t, &objection)) {
        evidence_known(evidence, &https_no_memory, 0);
        transfer_free(t);
        return;
    }
    if (objection.end == HTTPS_END_OK) {
        if (transfer_queue(t))
            return;
        objection = https_connect_failure(ENOMEM, t->addresses, false);
    }
    t->seen->end = objection.end;
    t->seen->trouble = objection.trouble;
    evidence_known(evidence, t->seen, HTTPS_TROUBLE_SHARED_S);
    transfer_free(t);
}

struct https *https_new(struct loop *loop, const struct https_config *config)
{
    struct https *https = calloc(1, sizeof *https);

    if (!https)
        return NULL;
    https->loop = loop;
    https->config = *config;
    https->politeness = politeness_new(loop, HTTPS_INTERVAL_MS);
    if (!https->politeness) {
        free(https);
        return NULL;
    }
    politeness_share(https->politeness, config->guestbook, config->guest);
    return https;
}

void https_free(struct https *https)
{
    if (!https)
        return;
    while (https->transfers)
        transfer_free(https->transfers);
    politeness_free(https->politeness);
    tls_free(https->own_tls);
    if (https->has_curl)
        curl_global_cleanup();
    free(https);
}
