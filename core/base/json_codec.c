/* core/base/json_codec.c - the two directions of every kind of member. */

#include "core/base/json_codec.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/base64.h"
#include "core/base/json.h"

void json_codec_read(struct json_codec *c, struct arena *arena, struct cJSON *value)
{
    *c = (struct json_codec){.arena = arena, .root = value};
    c->frames[0].next = value;
}

void json_codec_write(struct json_codec *c, struct arena *arena)
{
    *c = (struct json_codec){.arena = arena, .writing = true};
}

struct cJSON *json_codec_written(struct json_codec *c)
{
    cJSON *root = c->root;

    c->root = NULL;
    if (c->failed) {
        cJSON_Delete(root);
        return NULL;
    }
    return root;
}

/* Adds to the text of an error, cut at its end. */
static void append(struct json_codec *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void append(struct json_codec *c, const char *format, ...)
{
    size_t used = strlen(c->error);
    va_list args;

    va_start(args, format);
    vsnprintf(c->error + used, sizeof c->error - used, format, args);
    va_end(args);
}

static void append_place(struct json_codec *c, const char *member, size_t index)
{
    if (member)
        append(c, "%s%s", c->error[0] ? "." : "", member);
    else
        append(c, "[%zu]", index);
}

void json_fail(struct json_codec *c, const char *member, const char *format, ...)
{
    va_list args;
    size_t used;

    if (c->failed)
        return;
    c->failed = true;
    for (size_t i = 1; i <= c->depth; i++)
        if (c->frames[i].name || i > 1)
            append_place(c, c->frames[i].name, c->frames[i - 1].index - 1);
    if (member || c->depth > 0)
        append_place(c, member, c->frames[c->depth].index - 1);
    append(c, "%s", c->error[0] ? ": " : "");
    used = strlen(c->error);
    va_start(args, format);
    vsnprintf(c->error + used, sizeof c->error - used, format, args);
    va_end(args);
}

static cJSON *peek(const struct json_codec *c, const char *member)
{
    const struct json_frame *frame = &c->frames[c->depth];

    if (c->failed || c->writing)
        return NULL;
    if (!member)
        return frame->next;
    for (cJSON *at = frame->node ? frame->node->child : NULL; at; at = at->next)
        if (strcmp(at->string, member) == 0)
            return at;
    return NULL;
}

static cJSON *take(struct json_codec *c, const char *member)
{
    struct json_frame *frame = &c->frames[c->depth];
    cJSON *item = peek(c, member);

    if (member) {
        if (frame->asked_count < JSON_MEMBERS_ASKED)
            frame->asked[frame->asked_count++] = member;
    } else if (item) {
        frame->next = c->depth > 0 ? item->next : NULL;
        frame->index++;
    }
    return item;
}

static cJSON *put(struct json_codec *c, const char *member, cJSON *item)
{
    cJSON *node = c->frames[c->depth].node;
    bool added = item && !c->failed;

    if (added && c->depth > 0)
        added = member ? cJSON_AddItemToObject(node, member, item) : cJSON_AddItemToArray(node, item);
    if (!added) {
        c->failed = true;
        cJSON_Delete(item);
        return NULL;
    }
    if (c->depth == 0)
        c->root = item;
    return item;
}

bool json_has(const struct json_codec *c, const char *member)
{
    return peek(c, member) != NULL;
}

bool json_is_text(const struct json_codec *c, const char *member)
{
    return cJSON_IsString(peek(c, member));
}

bool json_is_list(const struct json_codec *c, const char *member)
{
    return cJSON_IsArray(peek(c, member));
}

void json_require(struct json_codec *c, const char *member)
{
    if (!c->writing && !json_has(c, member))
        json_fail(c, member, "missing");
}

static bool enter(struct json_codec *c, const char *member, cJSON *node)
{
    if (c->depth + 1 == JSON_FRAMES) {
        json_fail(c, member, "nested too deeply");
        return false;
    }
    c->depth++;
    c->frames[c->depth] = (struct json_frame){.node = node, .next = node->child, .name = member};
    return true;
}

bool json_object(struct json_codec *c, const char *member, bool present)
{
    cJSON *node;

    if (c->writing) {
        node = present ? put(c, member, cJSON_CreateObject()) : NULL;
    } else {
        node = take(c, member);
        if (node && !cJSON_IsObject(node)) {
            json_fail(c, member, "expected an object");
            return false;
        }
    }
    return node && enter(c, member, node);
}

size_t json_list(struct json_codec *c, const char *member, size_t count)
{
    cJSON *node;

    if (c->writing) {
        node = count > 0 || !member ? put(c, member, cJSON_CreateArray()) : NULL;
    } else {
        count = 0;
        node = take(c, member);
        if (node && !cJSON_IsArray(node)) {
            json_fail(c, member, "expected a list");
            return 0;
        }
        for (const cJSON *item = node ? node->child : NULL; item; item = item->next)
            count++;
    }
    return node && count > 0 && enter(c, member, node) ? count : 0;
}

static bool was_asked(const struct json_frame *frame, const char *member)
{
    for (size_t i = 0; i < frame->asked_count; i++)
        if (strcmp(frame->asked[i], member) == 0)
            return true;
    return false;
}

void json_end(struct json_codec *c)
{
    const struct json_frame *frame = &c->frames[c->depth];
    const cJSON *unknown = !c->writing && !c->failed && cJSON_IsObject(frame->node) ? frame->node->child : NULL;

    while (unknown && was_asked(frame, unknown->string))
        unknown = unknown->next;
    c->depth--;
    if (unknown) {
        char member[48]; /* cut before it is spelled, so that a long name costs nothing */

        snprintf(member, sizeof member, "%s", unknown->string);
        json_fail(c, frame->name, "unknown member \"%s\"", bytes_escape(c->arena, str_of(member)));
    }
}

bool json_bool(struct json_codec *c, const char *member, bool value, bool fallback)
{
    if (c->writing) {
        if (value || fallback || !member)
            put(c, member, cJSON_CreateBool(value));
        return value;
    }

    const cJSON *item = take(c, member);

    if (item && !cJSON_IsBool(item))
        json_fail(c, member, "expected true or false");
    return c->failed || !item ? fallback : cJSON_IsTrue(item);
}

int64_t json_int(struct json_codec *c, const char *member, int64_t value, int64_t min, int64_t max, int64_t fallback)
{
    if (c->writing) {
        put(c, member, json_number(value));
        return value;
    }

    const cJSON *item = take(c, member);
    double number = item ? item->valuedouble : 0;

    if (!item)
        return fallback;
    if (!cJSON_IsNumber(item))
        json_fail(c, member, "expected a number");
    else if (!(number >= (double)min && number <= (double)max) || number < -(double)JSON_INT_MAX ||
             number > (double)JSON_INT_MAX || floor(number) < number)
        json_fail(c, member, "expected a whole number from %lld to %lld", (long long)min, (long long)max);
    return c->failed ? fallback : (int64_t)number;
}

int64_t json_unusual_int(struct json_codec *c, const char *member, int64_t value, int64_t min, int64_t max,
                         int64_t usual)
{
    return c->writing && value == usual ? value : json_int(c, member, value, min, max, usual);
}

const char *json_text_or_null(struct json_codec *c, const char *member, const char *value, const char *fallback)
{
    if (c->writing && !value && fallback)
        put(c, member, cJSON_CreateNull());
    if (!c->writing && cJSON_IsNull(peek(c, member))) {
        take(c, member);
        return NULL;
    }
    return json_text(c, member, value, fallback);
}

const char *json_text(struct json_codec *c, const char *member, const char *value, const char *fallback)
{
    if (c->writing) {
        if (value)
            put(c, member, cJSON_CreateString(json_utf8(c->arena, value)));
        return value;
    }

    const cJSON *item = take(c, member);

    if (item && !cJSON_IsString(item))
        json_fail(c, member, "expected a text");
    return c->failed || !item ? fallback : str_dup(c->arena, item->valuestring);
}

const char *json_borrow(struct json_codec *c, const char *member, const char *value)
{
    if (c->writing)
        return json_text(c, member, value, NULL);

    const cJSON *item = take(c, member);

    if (item && !cJSON_IsString(item))
        json_fail(c, member, "expected a text");
    return c->failed || !item ? NULL : item->valuestring;
}

int json_word(struct json_codec *c, const char *member, int value, const char *const words[], int count, int fallback)
{
    if (c->writing) {
        put(c, member, cJSON_CreateString(words[value]));
        return value;
    }

    const cJSON *item = take(c, member);

    if (!item)
        return fallback;
    for (int i = 0; cJSON_IsString(item) && i < count; i++)
        if (words[i] && strcmp(words[i], item->valuestring) == 0)
            return i;
    json_fail(c, member, "expected a word such as \"%s\" or \"%s\"", words[0], words[count - 1]);
    return fallback;
}

struct str json_bytes(struct json_codec *c, const char *member, struct str value)
{
    if (c->writing) {
        if (value.len > 0 || !member)
            put(c, member, cJSON_CreateString(bytes_escape(c->arena, value)));
        return value;
    }

    const cJSON *item = take(c, member);
    struct str bytes = {"", 0};

    if (item && (!cJSON_IsString(item) || !bytes_unescape(c->arena, item->valuestring, &bytes)))
        json_fail(c, member, "expected printable ASCII, other bytes as \\xNN, a backslash as \\\\");
    return c->failed ? (struct str){"", 0} : bytes;
}

struct str json_base64(struct json_codec *c, const char *member, struct str value)
{
    if (c->writing) {
        if (value.len > 0 || !member)
            put(c, member, cJSON_CreateString(base64_encode(c->arena, value)));
        return value;
    }

    const cJSON *item = take(c, member);
    struct str bytes = {"", 0};

    if (item && (!cJSON_IsString(item) || !base64_decode_exact(c->arena, item->valuestring, &bytes)))
        json_fail(c, member, "expected base64");
    return c->failed ? (struct str){"", 0} : bytes;
}

struct cJSON *json_raw(struct json_codec *c, const char *member, struct cJSON *value)
{
    return c->writing ? put(c, member, value) : take(c, member);
}

struct ip json_ip(struct json_codec *c, const char *member, struct ip value)
{
    const char *known = c->writing && value.family != IP_NONE ? ip_text(c->arena, &value) : NULL;
    const char *text = json_text(c, member, known, NULL);
    struct ip ip = {.family = IP_NONE};

    if (c->writing)
        return value;
    if (text && !ip_parse(text, &ip))
        json_fail(c, member, "not an IP address");
    return ip;
}
