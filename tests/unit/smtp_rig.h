/* tests/unit/smtp_rig.h - one SMTP collector with its loop and store, for the tests of the collector. */
#pragma once

#include "core/base/loop.h"
#include "core/collect/smtp/smtp.h"
#include "core/facts/evidence.h"
#include "tests/unit/peer.h"

struct rig {
    struct loop *loop;
    struct smtp *smtp;
    struct store *store;
};

static inline void collect(void *smtp, struct evidence *evidence)
{
    smtp_collect(smtp, evidence);
}

static inline struct smtp_config config_of(int64_t session_ms)
{
    static const struct ip_network loopback = {{IP_V4, {127}}, 8};

    return (struct smtp_config){.our_name = "probe.example.net",
                                .use_ipv4 = true,
                                .use_ipv6 = true,
                                .allowed = &loopback,
                                .allowed_count = 1,
                                .session_ms = session_ms};
}

static inline struct rig rig_new(const struct smtp_config *config)
{
    struct rig rig = {.loop = loop_new()};
    const char *why;

    rig.smtp = smtp_new(rig.loop, config, &why);
    rig.store = store_new(rig.loop, collect, rig.smtp);
    assert_non_null(rig.smtp);
    assert_non_null(rig.store);
    return rig;
}

static inline void rig_free(struct rig *rig)
{
    smtp_free(rig->smtp);
    store_free(rig->store);
    loop_free(rig->loop);
}

static inline struct evidence *want(struct rig *rig, enum evidence_kind kind, const struct ip *ip, uint16_t port,
                                    const char *name, unsigned nth)
{
    struct key key = {.kind = kind, .name = name, .ip = *ip, .port = port, .nth = nth};

    return store_want(rig->store, &key, NULL, 0, NULL);
}

static inline struct evidence *want_peer(struct rig *rig, const struct peer *peer)
{
    return want(rig, EVIDENCE_SMTP, &peer->ip, peer->port, "mx.example.org", 1);
}

static inline const struct smtp_session *session_of(const struct evidence *evidence)
{
    assert_true(evidence->known);
    return evidence->value;
}
