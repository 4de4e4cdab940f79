/* core/facts/evidence_json.c - evidence of every kind as JSON, both ways. */

#include "core/facts/evidence_json.h"

#include <assert.h>
#include <cjson/cJSON.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/json_codec.h"
#include "core/facts/https_response.h"
#include "core/facts/signed_reply.h"
#include "core/facts/smtp_session.h"
#include "core/facts/vantage.h"

static_assert((int)EVIDENCE_ERROR_MAX == (int)JSON_ERROR_MAX, "errors are handed on whole");

static void vantage(struct json_codec *c, struct vantage *v)
{
    v->host = json_text(c, "host", v->host, EVIDENCE_HOST);
    v->host_is_fqdn = json_bool(c, "host_is_fqdn", v->host_is_fqdn, true);
    v->address_count = json_list(c, "addresses", v->address_count);
    if (v->address_count > 0) {
        struct ip *all = ARENA_ARRAY(c->arena, struct ip, v->address_count);

        for (size_t i = 0; i < v->address_count; i++)
            all[i] = json_ip(c, NULL, c->writing ? v->addresses[i] : (struct ip){.family = IP_NONE});
        v->addresses = all;
        json_end(c);
    }
    v->ipv4_route = json_bool(c, "ipv4_route", v->ipv4_route, true);
    v->ipv6_route = json_bool(c, "ipv6_route", v->ipv6_route, true);
    v->ipv4_used = json_bool(c, "ipv4_used", v->ipv4_used, true);
    v->ipv6_used = json_bool(c, "ipv6_used", v->ipv6_used, true);
    v->resolver_count = json_list(c, "resolvers", v->resolver_count);
    if (v->resolver_count > 0) {
        const char **all = ARENA_ARRAY(c->arena, const char *, v->resolver_count);

        for (size_t i = 0; i < v->resolver_count; i++)
            all[i] = json_text(c, NULL, c->writing ? v->resolvers[i] : NULL, "");
        v->resolvers = all;
        json_end(c);
    }
    v->trusts_ad = json_bool(c, "trusts_ad", v->trusts_ad, true);
    if (!c->writing || v->is_unconfined)
        v->is_unconfined = json_bool(c, "unconfined", v->is_unconfined, false);
}

/* What a key stands for, in one of both directions; `known` is the value to write. */
static const void *value_of(struct json_codec *c, const struct key *key, const char *key_text, const void *known)
{
    const void *value = NULL;

    if (key->kind == EVIDENCE_NOW) {
        int64_t *now = ARENA_NEW(c->arena, int64_t);

        *now = json_int(c, NULL, known ? *(const int64_t *)known : 0, -JSON_INT_MAX, JSON_INT_MAX, 0);
        return now;
    }
    if (!json_object(c, NULL, true))
        return NULL;
    switch (key->kind) {
    case EVIDENCE_DNS: {
        struct dns_answer *answer = ARENA_NEW(c->arena, struct dns_answer);

        if (known)
            *answer = *(const struct dns_answer *)known;
        answer->key = key_text;
        dns_answer_json(c, answer, key);
        value = answer;
        break;
    }
    case EVIDENCE_DNSSEC: {
        struct signed_reply *reply = ARENA_NEW(c->arena, struct signed_reply);

        if (known)
            *reply = *(const struct signed_reply *)known;
        reply->key = key_text;
        signed_reply_json(c, reply, key);
        value = reply;
        break;
    }
    case EVIDENCE_SMTP:
    case EVIDENCE_CONNECT: {
        struct smtp_session *session = ARENA_NEW(c->arena, struct smtp_session);

        if (known)
            *session = *(const struct smtp_session *)known;
        session->key = key_text;
        session->ip = key->ip;
        session->port = key->port;
        session->server_name = str_dup(c->arena, key->name);
        smtp_session_json(c, session);
        value = session;
        break;
    }
    case EVIDENCE_HTTPS: {
        struct https_response *response = ARENA_NEW(c->arena, struct https_response);

        if (known)
            *response = *(const struct https_response *)known;
        response->key = key_text;
        response->url = str_dup(c->arena, key->name);
        https_response_json(c, response);
        value = response;
        break;
    }
    case EVIDENCE_VANTAGE: {
        struct vantage *v = ARENA_NEW(c->arena, struct vantage);

        if (known)
            *v = *(const struct vantage *)known;
        vantage(c, v);
        value = v;
        break;
    }
    case EVIDENCE_NOW:
    case EVIDENCE_KIND_COUNT:
        break;
    }
    json_end(c);
    return value;
}

/* The long form of a short one: an object of two members at most, made without memory. */
struct long_form {
    cJSON object, first, second;
    char records[8], status[8], unknown[8], reason[8], end[8];
};

static cJSON *lengthen(struct long_form *l, const struct key *key, cJSON *value)
{
    bool is_dns = key->kind == EVIDENCE_DNS, is_session = key->kind == EVIDENCE_SMTP ||
                                                          key->kind == EVIDENCE_CONNECT || key->kind == EVIDENCE_HTTPS;

    if (!(is_dns && (cJSON_IsArray(value) || cJSON_IsString(value))) && !(is_session && cJSON_IsString(value)))
        return value;
    *l = (struct long_form){
        .records = "records", .status = "status", .unknown = "unknown", .reason = "reason", .end = "end"};
    l->object = (cJSON){.type = cJSON_Object, .child = &l->first};
    l->first = *value;
    l->first.next = l->first.prev = NULL;
    if (is_session) {
        l->first.string = l->end;
    } else if (cJSON_IsArray(value)) {
        l->first.string = l->records;
    } else if (strcmp(value->valuestring, "nodata") == 0 || strcmp(value->valuestring, "nxdomain") == 0) {
        l->first.string = l->status;
    } else {
        l->second = l->first;
        l->second.string = l->reason;
        l->first = (cJSON){.type = cJSON_String, .valuestring = l->unknown, .string = l->status, .next = &l->second};
    }
    return &l->object;
}

const void *evidence_from_json(struct arena *arena, const struct key *key, const char *key_text, struct cJSON *json,
                               char error[EVIDENCE_ERROR_MAX])
{
    struct long_form form;
    struct json_codec c;

    json_codec_read(&c, arena, lengthen(&form, key, json));

    const void *value = value_of(&c, key, key_text, NULL);

    if (!c.failed)
        return value;
    memcpy(error, c.error, EVIDENCE_ERROR_MAX);
    return NULL;
}

/* A function of its own because of what setjmp() does to local variables. */
static void write_value(struct json_codec *c, const struct evidence *evidence)
{
    jmp_buf exhausted;

    arena_on_exhausted(c->arena, &exhausted);
    if (setjmp(exhausted) == 0)
        value_of(c, &evidence->key, evidence->text, evidence->value);
    else
        c->failed = true;
}

struct cJSON *evidence_to_json(const struct evidence *evidence)
{
    struct arena *scratch = arena_new(SIZE_MAX);
    struct json_codec c;

    if (!evidence->known || !scratch) {
        arena_free(scratch);
        return scratch ? cJSON_CreateNull() : NULL;
    }
    json_codec_write(&c, scratch);
    write_value(&c, evidence);

    cJSON *json = json_codec_written(&c);

    arena_free(scratch);
    return json;
}
