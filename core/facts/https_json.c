/* core/facts/https_json.c - describes HTTPS responses as JSON, once for both directions. */

#include "core/facts/evidence_json.h"

#include <string.h>

#include "core/base/arena.h"
#include "core/base/date.h"
#include "core/base/json_codec.h"
#include "core/facts/https_response.h"

static enum reason usual_reason(enum https_end end)
{
    switch (end) {
    case HTTPS_END_OK:
    case HTTPS_END_COUNT:
        return REASON_NONE;
    case HTTPS_END_REFUSED:
    case HTTPS_END_LOST:
        return REASON_CONNECTION_LOST;
    case HTTPS_END_TIMEOUT:
    case HTTPS_END_UNREACHABLE:
        return REASON_TIMEOUT;
    case HTTPS_END_TLS:
    case HTTPS_END_CERTIFICATE:
    case HTTPS_END_HEADERS:
    case HTTPS_END_TOO_LARGE:
    case HTTPS_END_PROTOCOL:
        return REASON_PROTOCOL;
    case HTTPS_END_LOCAL:
        return REASON_RESOURCES;
    case HTTPS_END_NOT_CONTACTED:
        return REASON_NOT_CONTACTED;
    case HTTPS_END_BUDGET:
        return REASON_BUDGET;
    }
    return REASON_NONE;
}

/* A field that was not sent is not the same as an empty one. */
static struct str field(struct json_codec *c, const char *member, struct str value)
{
    if (c->writing && value.at && value.len == 0) {
        json_text(c, member, "", NULL);
        return value;
    }
    if (!c->writing && !json_has(c, member))
        return (struct str){NULL, 0};
    return json_bytes(c, member, value);
}

/* Cases need not say what every sound server says; so null stands for a field that was not sent. */
static struct str media_type(struct json_codec *c, struct str value, bool usual)
{
    static const char member[] = "content_type", text_plain[] = "text/plain";

    if (c->writing ? value.at != NULL : json_is_text(c, member))
        return field(c, member, value);
    if (!c->writing && !json_has(c, member))
        return usual ? str_of(text_plain) : (struct str){NULL, 0};
    json_text_or_null(c, member, NULL, text_plain);
    return (struct str){NULL, 0};
}

static struct str lines(struct json_codec *c)
{
    size_t count = json_list(c, "body", 0), size = 0;
    struct str *all = ARENA_ARRAY(c->arena, struct str, count + 1);
    char *bytes, *at;

    if (count == 0)
        return (struct str){"", 0};
    for (size_t i = 0; i < count; i++) {
        all[i] = json_bytes(c, NULL, (struct str){"", 0});
        size += all[i].len + 2;
    }
    json_end(c);
    at = bytes = arena_alloc(c->arena, size);
    for (size_t i = 0; i < count; i++) {
        if (all[i].len > 0)
            memcpy(at, all[i].at, all[i].len);
        memcpy(at + all[i].len, "\r\n", 2);
        at += all[i].len + 2;
    }
    return (struct str){bytes, size};
}

void https_response_json(struct json_codec *c, struct https_response *r)
{
    const char *ends[HTTPS_END_COUNT];
    int64_t date = 0;
    bool spoke;

    for (int i = 0; i < HTTPS_END_COUNT; i++)
        ends[i] = https_end_name((enum https_end)i);
    r->end = (enum https_end)json_word(c, "end", (int)r->end, ends, HTTPS_END_COUNT, HTTPS_END_OK);
    if (r->end != HTTPS_END_OK)
        r->trouble = trouble_json(c, r->trouble, usual_reason(r->end));
    r->os_error = (int)json_int(c, "os_error", r->os_error, 0, INT16_MAX, 0);
    spoke = r->end == HTTPS_END_OK;
    r->ip = json_ip(c, "ip", r->ip);
    r->status = (int)json_int(c, "status", r->status, 0, 999, spoke ? 200 : 0);
    r->content_type = media_type(c, r->content_type, spoke && r->status == 200);
    r->content_encoding = field(c, "content_encoding", r->content_encoding);
    r->location = field(c, "location", r->location);
    r->date = field(c, "date", r->date);
    r->body = json_is_list(c, "body") ? lines(c) : json_bytes(c, "body", r->body);
    r->tls = tls_session_json(c, r->tls);
    date_find(r->date, &date);
    r->received_s = json_int(c, "received", r->received_s, -JSON_INT_MAX, JSON_INT_MAX, date);
    r->connect_ms = json_int(c, "connect_ms", r->connect_ms, -1, JSON_INT_MAX, spoke ? 0 : -1);
    r->total_ms = json_int(c, "total_ms", r->total_ms, -1, JSON_INT_MAX, 0);
}
