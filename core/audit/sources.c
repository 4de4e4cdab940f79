/* core/audit/sources.c - where evidence comes from: the collectors, this machine, or a recording. */
#include "core/audit/sources.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

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

struct sources {
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

static const void *now_value(const struct sources *sources, struct arena *arena)
{
    int64_t *now = ARENA_NEW(arena, int64_t);

    *now = loop_wall_s(sources->loop);
    return now;
}

static const void *vantage_value(const struct sources *sources, struct arena *arena)
{
    const struct engine_config *config = &sources->config;
    struct vantage *vantage = vantage_look(arena, sources->config.helo);
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
    return vantage;
}

static const void *replayed_value(const struct recording *recording, struct arena *arena, struct evidence *evidence)
{
    const void *value = recording_value(recording, arena, evidence->text);

    evidence->is_missing = !value;
    return value ? value : evidence_unfetched(arena, &evidence->key, evidence->text, REASON_BUDGET);
}

/* What needs no waiting for. */
static void know(const struct sources *sources, struct evidence *evidence)
{
    struct arena *arena = evidence_arena(evidence);
    const void *volatile value = NULL;
    jmp_buf exhausted;

    if (setjmp(exhausted) == 0) {
        arena_on_exhausted(arena, &exhausted);
        value = sources->config.replay                   ? replayed_value(sources->config.replay, arena, evidence)
                : evidence->key.kind == EVIDENCE_VANTAGE ? vantage_value(sources, arena)
                                                         : now_value(sources, arena);
    }
    arena_on_exhausted(evidence_arena(evidence), NULL);
    evidence_known(evidence, value, value ? UINT32_MAX : 0);
}

/* Tests: one piece of evidence a turn, in an order that the seed decides. */
static void arrive_shuffled(void *arg)
{
    struct sources *sources = arg;
    size_t pick;

    if (!sources->queue_count)
        return;
    sources->shuffle = sources->shuffle * 6364136223846793005u + 1442695040888963407u;
    pick = (size_t)(sources->shuffle >> 33) % sources->queue_count;
    know(sources, sources->queue[pick]);
    sources->queue[pick] = sources->queue[--sources->queue_count];
    task_schedule(sources->arrival);
}

void sources_collect(void *arg, struct evidence *evidence)
{
    struct sources *sources = arg;

    if (sources->config.replay) {
        if (!sources->config.shuffle_seed || sources->queue_count == REPLAY_QUEUE) {
            know(sources, evidence);
            return;
        }
        sources->queue[sources->queue_count++] = evidence;
        task_schedule(sources->arrival);
        return;
    }
    switch (evidence->key.kind) {
    case EVIDENCE_DNS:
        dns_collect(sources->dns, evidence);
        break;
    case EVIDENCE_SMTP:
    case EVIDENCE_CONNECT:
        smtp_collect(sources->smtp, evidence);
        break;
    case EVIDENCE_HTTPS:
        https_collect(sources->https, evidence);
        break;
    case EVIDENCE_VANTAGE:
    case EVIDENCE_NOW:
        know(sources, evidence);
        break;
    case EVIDENCE_KIND_COUNT:
        abort();
    }
}

static bool open_recording(struct sources *sources, struct loop *loop)
{
    sources->arrival = task_new(loop, arrive_shuffled, sources);
    sources->queue = calloc(REPLAY_QUEUE, sizeof(struct evidence *));
    return sources->arrival && sources->queue;
}

static bool open_collectors(struct sources *sources, struct loop *loop, const char **why)
{
    const struct smtp_config *smtp = &sources->config.smtp;
    const struct https_config https = {.source4 = smtp->source4,
                                       .source6 = smtp->source6,
                                       .use_ipv4 = smtp->use_ipv4,
                                       .use_ipv6 = smtp->use_ipv6,
                                       .allowed = smtp->allowed,
                                       .allowed_count = smtp->allowed_count,
                                       .ca_file = smtp->ca_file,
                                       .trace = smtp->trace};

    sources->smtp = smtp_new(loop, smtp, why);
    if (!sources->smtp)
        return false;
    *why = "out of memory";
    sources->dns = dns_new(loop, &sources->config.dns);
    sources->https = https_new(loop, &https);
    return sources->dns && sources->https;
}

struct sources *sources_new(struct loop *loop, const struct engine_config *config, const char **why)
{
    struct sources *sources = calloc(1, sizeof *sources);

    *why = "out of memory";
    if (!sources)
        return NULL;
    sources->loop = loop;
    sources->config = *config;
    sources->shuffle = config->shuffle_seed;
    if (config->replay ? open_recording(sources, loop) : open_collectors(sources, loop, why))
        return sources;
    sources_free(sources);
    return NULL;
}

void sources_free(struct sources *sources)
{
    if (!sources)
        return;
    dns_free(sources->dns);
    smtp_free(sources->smtp);
    https_free(sources->https);
    task_free(sources->arrival);
    free(sources->queue);
    free(sources);
}

bool sources_are_idle(const struct sources *sources)
{
    return !sources->smtp || smtp_is_idle(sources->smtp);
}
