/* core/facts/unfetched.c - evidence that the budget, or a recording, does not hold. */
#include "core/facts/unfetched.h"

#include "core/base/arena.h"
#include "core/facts/dns_answer.h"
#include "core/facts/evidence.h"
#include "core/facts/https_response.h"
#include "core/facts/signed_reply.h"
#include "core/facts/smtp_session.h"
#include "core/facts/vantage.h"

static const struct dns_answer *answer(struct arena *arena, const char *text, struct trouble trouble)
{
    struct dns_answer *none = ARENA_NEW(arena, struct dns_answer);

    *none = (struct dns_answer){.key = text,
                                .status = DNS_UNKNOWN,
                                .trouble = trouble,
                                .rcode = -1,
                                .extended_error = -1,
                                .server = ""};
    return none;
}

static const struct signed_reply *reply(struct arena *arena, const char *text, struct trouble trouble)
{
    struct signed_reply *none = ARENA_NEW(arena, struct signed_reply);

    *none = (struct signed_reply){.key = text, .trouble = trouble, .rcode = -1, .server = ""};
    return none;
}

static const struct smtp_session *session(struct arena *arena, const struct key *key, const char *text,
                                          struct trouble trouble)
{
    struct smtp_session *none = ARENA_NEW(arena, struct smtp_session);

    *none = (struct smtp_session){.key = text,
                                  .ip = key->ip,
                                  .port = key->port,
                                  .server_name = key->name ? key->name : "",
                                  .end = SMTP_END_BUDGET,
                                  .state = SMTP_CONNECTING,
                                  .trouble = trouble,
                                  .our_name = "",
                                  .connect_ms = -1,
                                  .greeting_ms = -1};
    return none;
}

static const struct https_response *response(struct arena *arena, const struct key *key, const char *text,
                                             struct trouble trouble)
{
    struct https_response *none = ARENA_NEW(arena, struct https_response);

    *none = (struct https_response){.key = text,
                                    .url = key->name,
                                    .end = HTTPS_END_BUDGET,
                                    .trouble = trouble,
                                    .connect_ms = -1,
                                    .total_ms = -1};
    return none;
}

const void *evidence_unfetched(struct arena *arena, const struct key *key, const char *key_text, struct trouble trouble)
{
    static const struct vantage nowhere = {.host = ""};
    static const int64_t epoch = 0;

    switch (key->kind) {
    case EVIDENCE_DNS:
        return answer(arena, key_text, trouble);
    case EVIDENCE_DNSSEC:
        return reply(arena, key_text, trouble);
    case EVIDENCE_SMTP:
    case EVIDENCE_CONNECT:
        return session(arena, key, key_text, trouble);
    case EVIDENCE_HTTPS:
        return response(arena, key, key_text, trouble);
    case EVIDENCE_VANTAGE:
        return &nowhere;
    case EVIDENCE_NOW:
    case EVIDENCE_KIND_COUNT:
        break;
    }
    return &epoch;
}
