/* core/audit/collectors.c - where evidence comes from: the collectors, this machine, or a recording. */
#include "core/audit/collectors.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "core/audit/earlier.h"
#include "core/audit/engine.h"
#include "core/audit/recording.h"
#include "core/base/arena.h"
#include "core/base/loop.h"
#include "core/base/str.h"
#include "core/collect/https/https.h"
#include "core/facts/evidence.h"
#include "core/facts/unfetched.h"
#include "core/facts/vantage.h"

enum { REPLAY_QUEUE = 4096 };

struct collectors {
    struct loop *loop;
    struct engine_config config;
    struct dns *dns;
    struct smtp *smtp;
    struct https *https;
    /* Replay with shuffled arrival: evidence that waits for its turn. */
    struct task *arrival;
    struct evidence **queue;
    size_t queue_count;
    uint64_t shuffle;
};

static const void *now_value(const struct collectors *collectors, struct arena *arena)
{
    int64_t *now = ARENA_NEW(arena, int64_t);

    *now = loop_wall_s(collectors->loop);
    return now;
}

static const void *vantage_value(const struct collectors *collectors, struct arena *arena)
{
    const struct engine_config *config = &collectors->config;
    struct vantage *vantage = vantage_look(arena, collectors->config.helo);
    const char **resolvers = ARENA_ARRAY(arena, const char *, config->dns.server_count + 1);
    const struct ip_block *block;
    char text[DNS_SERVER_TEXT_MAX];

    for (size_t i = 0; i < config->dns.server_count; i++) {
        dns_server_print(&config->dns.servers[i], text);
        resolvers[i] = str_dup(arena, text);
    }
    vantage->resolvers = resolvers;
    vantage->resolver_count = config->dns.server_count;
    block = config->dns.server_count ? ip_special(&config->dns.servers[0].ip) : NULL;
    vantage->trusts_ad = config->dns.trust_ad || (block && strcmp(block->name, "Loopback") == 0);
    vantage->ipv4_used = config->smtp.use_ipv4;
    vantage->ipv6_used = config->smtp.use_ipv6;
    vantage->is_unconfined = config->is_unconfined;
    return vantage;
}

static const void *replayed_value(const struct recording *recording, struct arena *arena, struct evidence *evidence)
{
    const void *value = recording_value(recording, arena, evidence->text);

    evidence->is_missing = !value;
    return value ? value : evidence_unfetched(arena, &evidence->key, evidence->text, trouble_of(REASON_BUDGET));
}

/* What is known of the evidence without a question. */
static const void *unasked_value(const struct collectors *collectors, struct arena *arena, struct evidence *evidence)
{
    const struct engine_config *config = &collectors->config;

    if (config->replay)
        return replayed_value(config->replay, arena, evidence);
    if (evidence->key.kind == EVIDENCE_VANTAGE)
        return vantage_value(collectors, arena);
    if (evidence->key.kind == EVIDENCE_NOW)
        return now_value(collectors, arena);
    return evidence_unfetched(arena, &evidence->key, evidence->text, trouble_of(config->unasked));
}

/* What needs no waiting for. */
static void know(const struct collectors *collectors, struct evidence *evidence)
{
    struct arena *arena = evidence_arena(evidence);
    const void *volatile value = NULL;
    jmp_buf exhausted;

    if (setjmp(exhausted) == 0) {
        arena_on_exhausted(arena, &exhausted);
        value = unasked_value(collectors, arena, evidence);
    }
    arena_on_exhausted(evidence_arena(evidence), NULL);
    evidence_known(evidence, value, value ? UINT32_MAX : 0);
}

/* Tests: one piece of evidence a turn, in an order that the seed decides. */
static void arrive_shuffled(void *arg)
{
    struct collectors *collectors = arg;
    size_t pick;

    if (!collectors->queue_count)
        return;
    collectors->shuffle = collectors->shuffle * 6364136223846793005u + 1442695040888963407u;
    pick = (size_t)(collectors->shuffle >> 33) % collectors->queue_count;
    know(collectors, collectors->queue[pick]);
    collectors->queue[pick] = collectors->queue[--collectors->queue_count];
    task_schedule(collectors->arrival);
}

void collectors_collect(void *arg, struct evidence *evidence)
{
    struct collectors *collectors = arg;
    const struct engine_config *config = &collectors->config;

    if (config->replay) {
        if (!config->shuffle_seed || collectors->queue_count == REPLAY_QUEUE) {
            know(collectors, evidence);
            return;
        }
        collectors->queue[collectors->queue_count++] = evidence;
        task_schedule(collectors->arrival);
        return;
    }
    if (config->unasked != REASON_NONE) {
        know(collectors, evidence);
        return;
    }
    switch (evidence->key.kind) {
    case EVIDENCE_DNS:
    case EVIDENCE_DNSSEC:
        dns_collect(collectors->dns, evidence);
        break;
    case EVIDENCE_SMTP:
    case EVIDENCE_CONNECT:
        if (!config->earlier || !earlier_recall(config->earlier, evidence, loop_wall_s(collectors->loop)))
            smtp_collect(collectors->smtp, evidence);
        break;
    case EVIDENCE_HTTPS:
        https_collect(collectors->https, evidence);
        break;
    case EVIDENCE_VANTAGE:
    case EVIDENCE_NOW:
        know(collectors, evidence);
        break;
    case EVIDENCE_KIND_COUNT:
        abort();
    }
}

static bool open_recording(struct collectors *collectors, struct loop *loop)
{
    collectors->arrival = task_new(loop, arrive_shuffled, collectors);
    collectors->queue = calloc(REPLAY_QUEUE, sizeof(struct evidence *));
    return collectors->arrival && collectors->queue;
}

static bool open_collectors(struct collectors *collectors, struct loop *loop, const char **why)
{
    const struct smtp_config *smtp = &collectors->config.smtp;
    struct https_config https = {.source4 = smtp->source4,
                                 .source6 = smtp->source6,
                                 .use_ipv4 = smtp->use_ipv4,
                                 .use_ipv6 = smtp->use_ipv6,
                                 .allowed = smtp->allowed,
                                 .allowed_count = smtp->allowed_count,
                                 .guestbook = smtp->guestbook,
                                 .guest = smtp->guest,
                                 .trace = smtp->trace};

    collectors->smtp = smtp_new(loop, smtp, why);
    if (!collectors->smtp)
        return false;
    *why = no_memory;
    https.tls = smtp_tls(collectors->smtp);
    collectors->dns = dns_new(loop, &collectors->config.dns);
    collectors->https = https_new(loop, &https);
    return collectors->dns && collectors->https;
}

struct collectors *collectors_new(struct loop *loop, const struct engine_config *config, const char **why)
{
    struct collectors *collectors = calloc(1, sizeof *collectors);

    *why = no_memory;
    if (!collectors)
        return NULL;
    collectors->loop = loop;
    collectors->config = *config;
    collectors->shuffle = config->shuffle_seed;
    if (config->replay ? open_recording(collectors, loop) : open_collectors(collectors, loop, why))
        return collectors;
    collectors_free(collectors);
    return NULL;
}

void collectors_free(struct collectors *collectors)
{
    if (!collectors)
        return;
    dns_free(collectors->dns);
    https_free(collectors->https); /* before the one whose anchors it has */
    smtp_free(collectors->smtp);
    task_free(collectors->arrival);
    free(collectors->queue);
    free(collectors);
}

struct dns_counts collectors_dns_counts(const struct collectors *collectors)
{
    return collectors->dns ? dns_counts(collectors->dns) : (struct dns_counts){0};
}

bool collectors_are_idle(const struct collectors *collectors)
{
    return !collectors->smtp || smtp_is_idle(collectors->smtp);
}
