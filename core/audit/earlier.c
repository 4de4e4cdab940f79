/* core/audit/earlier.c - keeps sessions packed, and takes them apart for who wants one. */
#include "core/audit/earlier.h"

#include <cjson/cJSON.h>
#include <search.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/gzip.h"
#include "core/base/json.h"
#include "core/base/limits.h"
#include "core/base/x509.h"
#include "core/facts/evidence.h"
#include "core/facts/evidence_json.h"
#include "core/facts/smtp_session.h"

enum {
    VALUE_BYTES = EVIDENCE_BYTES - 16384, /* the evidence's own arena holds its key, too */
    TEXT_MAX = 4 * EVIDENCE_BYTES,        /* as JSON, where an octet may be spelled by four */
};

struct kept_session {
    struct kept_session *next;
    const char *key;
    struct str packed;
    char octets[];
};

struct earlier {
    int64_t span_s;
    size_t room; /* bytes */
    struct kept_session *all;
    void *by_key; /* of tsearch(3) */
};

struct earlier *earlier_new(int64_t span_s, size_t bytes)
{
    struct earlier *earlier = calloc(1, sizeof *earlier);

    if (earlier)
        *earlier = (struct earlier){.span_s = span_s, .room = bytes};
    return earlier;
}

static int by_key(const void *a, const void *b)
{
    const struct kept_session *left = a, *right = b;

    return strcmp(left->key, right->key);
}

void earlier_free(struct earlier *earlier)
{
    struct kept_session *session;

    while (earlier && (session = earlier->all)) {
        earlier->all = session->next;
        tdelete(session, &earlier->by_key, by_key);
        free(session);
    }
    free(earlier);
}

bool earlier_add(struct earlier *earlier, const char *key, struct str packed)
{
    size_t length = strlen(key) + 1, bytes = sizeof(struct kept_session) + length + packed.len;
    struct kept_session *session = bytes <= earlier->room ? malloc(bytes) : NULL, **found;

    if (!session)
        return false;
    memcpy(session->octets, key, length);
    memcpy(session->octets + length, packed.at, packed.len);
    session->key = session->octets;
    session->packed = (struct str){session->octets + length, packed.len};
    found = tsearch(session, &earlier->by_key, by_key);
    if (!found || *found != session) {
        free(session);
        return found;
    }
    session->next = earlier->all;
    earlier->all = session;
    earlier->room -= bytes;
    return true;
}

static bool is_put_off(const struct smtp_reply *reply)
{
    return reply->code / 100 == 4;
}

static bool is_worth_keeping(const struct smtp_session *session, int64_t since_s, int64_t now_s)
{
    const struct tls_session *tls = session->tls;
    const struct x509_facts *leaf = tls ? tls_session_leaf(tls) : NULL;

    return session->end == SMTP_END_OK && session->greeting.code == 220 &&
           (session->ehlo.code == 250 || session->helo.code == 250) && session->greeted_s >= since_s &&
           session->greeted_s <= now_s && !is_put_off(&session->starttls) && !is_put_off(&session->ehlo_tls) &&
           !(tls && tls->lacks_anchors) && !(leaf && leaf->not_after < now_s);
}

static bool is_ordinary(const struct key *key)
{
    return key->kind == EVIDENCE_SMTP && key->trial == SMTP_TRIAL_NONE && key->nth == 1;
}

static struct cJSON *unpack(struct arena *arena, struct str packed)
{
    const char *why;
    struct str text;

    return gzip_unpack(arena, packed, TEXT_MAX, &text, &why) ? json_parse(arena, text.at, text.len, &why) : NULL;
}

static bool is_fit(struct arena *arena, const struct evidence *evidence, struct cJSON *json, int64_t since_s,
                   int64_t now_s)
{
    char error[EVIDENCE_ERROR_MAX];
    const struct smtp_session *session = evidence_from_json(arena, &evidence->key, evidence->text, json, error);

    return session && is_worth_keeping(session, since_s, now_s);
}

struct cJSON *earlier_find(const struct earlier *earlier, const struct evidence *evidence, int64_t now_s)
{
    struct kept_session wanted = {.key = evidence->text}, **found = tfind(&wanted, &earlier->by_key, by_key);
    struct arena *volatile whole = NULL, *volatile value = NULL;
    struct cJSON *volatile json = NULL;
    volatile bool is_good = false;
    jmp_buf exhausted;

    if (!found || !is_ordinary(&evidence->key))
        return NULL;
    whole = arena_new(2 * (size_t)TEXT_MAX);
    value = arena_new(VALUE_BYTES);
    if (whole && value && setjmp(exhausted) == 0) {
        arena_on_exhausted(whole, &exhausted);
        arena_on_exhausted(value, &exhausted);
        json = unpack(whole, (*found)->packed);
        is_good = json && is_fit(value, evidence, json, now_s - earlier->span_s, now_s);
    }
    arena_free(value);
    arena_free(whole);
    if (is_good)
        return json;
    cJSON_Delete(json);
    return NULL;
}

char *earlier_pack(const struct evidence *evidence, int64_t since_s, int64_t now_s, size_t *size, int64_t *asked_s)
{
    const struct smtp_session *session = evidence->value;
    struct cJSON *json;
    char *text, *packed;

    if (!is_ordinary(&evidence->key) || !session || !is_worth_keeping(session, since_s, now_s))
        return NULL;
    json = evidence_to_json(evidence);
    text = json ? cJSON_PrintUnformatted(json) : NULL;
    packed = text ? gzip_pack(str_of(text), size) : NULL;
    *asked_s = session->greeted_s;
    cJSON_free(text);
    cJSON_Delete(json);
    return packed;
}

/* NULL: it is none. */
static const struct smtp_session *session_of(struct arena *arena, const struct evidence *evidence, struct cJSON *json)
{
    char error[EVIDENCE_ERROR_MAX];
    const struct smtp_session *seen = evidence_from_json(arena, &evidence->key, evidence->text, json, error);
    struct smtp_session *session = seen ? ARENA_NEW(arena, struct smtp_session) : NULL;

    if (session) {
        *session = *seen;
        session->is_earlier = true;
    }
    return session;
}

bool earlier_recall(const struct earlier *earlier, struct evidence *evidence, int64_t now_s)
{
    struct cJSON *json = earlier_find(earlier, evidence, now_s);
    const void *volatile session = NULL;
    jmp_buf exhausted;

    if (!json)
        return false;
    if (setjmp(exhausted) == 0) {
        arena_on_exhausted(evidence_arena(evidence), &exhausted);
        session = session_of(evidence_arena(evidence), evidence, json);
    }
    arena_on_exhausted(evidence_arena(evidence), NULL);
    cJSON_Delete(json);
    evidence_known(evidence, session, session ? SMTP_SHARED_S : 0);
    return true;
}
