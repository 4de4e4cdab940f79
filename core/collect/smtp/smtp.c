/* core/collect/smtp/smtp.c - the SMTP collector: decides who may be contacted, and queues a session for each. */
#include "core/collect/smtp/smtp.h"

#include <errno.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/str.h"
#include "core/collect/net/politeness.h"
#include "core/collect/smtp/smtp_end.h"
#include "core/collect/smtp/smtp_session.h"
#include "core/collect/tls/tls.h"
#include "core/facts/evidence.h"

enum { OUR_NAME_MAX = 255 };

/* It is sent as it is: no octet of it may end the line or begin another word. */
static bool is_sayable(const char *name)
{
    size_t len = strlen(name);

    for (size_t i = 0; i < len; i++)
        if (name[i] <= ' ' || name[i] > '~')
            return false;
    return len > 0 && len <= OUR_NAME_MAX;
}

static bool copy_config(struct smtp_config *copy, const struct smtp_config *config)
{
    struct ip_network *allowed = calloc(config->allowed_count + 1, sizeof *allowed);

    *copy = *config;
    copy->ca = NULL; /* read already */
    copy->allowed = allowed;
    copy->our_name = strdup(config->our_name);
    for (size_t i = 0; allowed && i < config->allowed_count; i++)
        allowed[i] = config->allowed[i];
    return allowed && copy->our_name;
}

struct smtp *smtp_new(struct loop *loop, const struct smtp_config *config, const char **why)
{
    struct smtp *smtp;

    *why = "the name to say in EHLO is not printable ASCII without blanks";
    if (!is_sayable(config->our_name))
        return NULL;
    *why = no_memory;
    smtp = calloc(1, sizeof *smtp);
    if (!smtp)
        return NULL;
    smtp->loop = loop;
    if (copy_config(&smtp->config, config) && (smtp->politeness = politeness_new(loop, PEER_INTERVAL_MS)) &&
        (smtp->obsolete_tls = tls_new_obsolete()) && (smtp->tls = tls_new(config->ca, why))) {
        politeness_share(smtp->politeness, config->guestbook, config->guest);
        return smtp;
    }
    smtp_free(smtp);
    return NULL;
}

void smtp_free(struct smtp *smtp)
{
    if (!smtp)
        return;
    while (smtp->sessions)
        session_abandon(smtp->sessions);
    politeness_free(smtp->politeness);
    tls_free(smtp->tls);
    tls_free(smtp->obsolete_tls);
    free((void *)(uintptr_t)smtp->config.allowed);
    free((void *)(uintptr_t)smtp->config.our_name);
    free(smtp);
}

struct tls *smtp_tls(struct smtp *smtp)
{
    return smtp->tls;
}

bool smtp_is_idle(const struct smtp *smtp)
{
    return !smtp->sessions;
}

/* ---- who may be contacted ---- */

static bool is_allowed(const struct smtp_config *config, const struct ip *ip)
{
    for (size_t i = 0; i < config->allowed_count; i++)
        if (ip_in_network(ip, &config->allowed[i]))
            return true;
    return ip_special(ip) == NULL;
}

static struct smtp_failure not_tried(enum smtp_end end, enum reason reason, const char *why)
{
    return (struct smtp_failure){end, 0, {reason, SIDE_US, why}};
}

/* SMTP_END_OK: go ahead. */
static struct smtp_failure objection(const struct smtp_config *config, const struct ip *ip)
{
    if (ip->family == IP_V4 && !config->use_ipv4)
        return not_tried(SMTP_END_LOCAL, REASON_NOT_CONTACTED, "IPv4 is switched off");
    if (ip->family == IP_V6 && !config->use_ipv6)
        return not_tried(SMTP_END_LOCAL, REASON_NO_IPV6_HERE, "IPv6 is switched off");
    if (ip->family == IP_NONE || !is_allowed(config, ip))
        return (struct smtp_failure){SMTP_END_NOT_CONTACTED, 0, trouble_of(REASON_NOT_CONTACTED)};
    return (struct smtp_failure){.end = SMTP_END_OK};
}

/* ---- collecting ---- */

static struct smtp_session *session_value(const struct smtp *smtp, struct evidence *evidence)
{
    struct smtp_session *seen = ARENA_NEW(evidence_arena(evidence), struct smtp_session);

    seen->key = evidence->text;
    seen->ip = evidence->key.ip;
    seen->port = evidence->key.port;
    seen->server_name = evidence->key.name;
    seen->our_name = str_dup(evidence_arena(evidence), smtp->config.our_name);
    seen->connect_ms = seen->greeting_ms = -1;
    return seen;
}

static void refuse(struct evidence *evidence, struct smtp_session *seen, struct smtp_failure failure)
{
    seen->end = failure.end;
    seen->os_error = failure.os_error;
    seen->trouble = failure.trouble;
    evidence_known(evidence, seen, SMTP_TROUBLE_SHARED_S);
}

/* The value of last resort, when the machine has not even the memory for one. */
static const struct smtp_session starved = {
    .key = "",
    .server_name = "",
    .our_name = "",
    .end = SMTP_END_LOCAL,
    .state = SMTP_CONNECTING,
    .trouble = {REASON_RESOURCES, SIDE_US, "this machine ran out of memory"},
    .os_error = ENOMEM,
    .connect_ms = -1,
    .greeting_ms = -1,
};

void smtp_collect(struct smtp *smtp, struct evidence *evidence)
{
    struct arena *arena = evidence_arena(evidence);
    struct smtp_failure objected = objection(&smtp->config, &evidence->key.ip);
    struct smtp_session *seen;
    jmp_buf exhausted;

    if (setjmp(exhausted) != 0) {
        arena_on_exhausted(arena, NULL);
        evidence_known(evidence, &starved, 0);
        return;
    }
    arena_on_exhausted(arena, &exhausted);
    seen = session_value(smtp, evidence);
    if (objected.end != SMTP_END_OK)
        refuse(evidence, seen, objected);
    else if (!session_queue(smtp, evidence, seen))
        refuse(evidence, seen, smtp_memory_failure());
    arena_on_exhausted(arena, NULL);
}
