/* core/audit/recording.c - writes an audit's evidence to a file and reads it back. */

#include "core/audit/recording.h"

#include <cjson/cJSON.h>
#include <limits.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/json.h"
#include "core/base/json_codec.h"
#include "core/base/limits.h"
#include "core/base/name.h"
#include "core/facts/evidence_json.h"
#include "core/facts/target.h"
#include "core/records/trust_anchor.h"
#include "core/result/result.h"

enum { VERSION = 1 };

/* Decoded values are copied into arenas of EVIDENCE_BYTES that hold the key, too. */
enum { VALUE_BYTES = EVIDENCE_BYTES - 16384 };

static const int64_t usual_now = 1767225600; /* 2026-01-01, for cases that do not care */

struct recording {
    struct arena *arena; /* of target and index */
    struct cJSON *root;
    struct target target;
    int64_t elapsed_ms;
    struct cJSON **index; /* members of "evidence", in order of their keys */
    size_t count;
    bool starved; /* the machine has no memory for it */
};

/* The description of the target and what stands around the evidence, for both directions. */

static struct sender sender(struct json_codec *c, struct sender s)
{
    if (json_is_text(c, NULL)) {
        s.ip = json_ip(c, NULL, s.ip);
    } else if (json_object(c, NULL, true)) {
        s.host = json_text(c, "host", s.host, NULL);
        s.ip = json_ip(c, "ip", s.ip);
        s.helo = json_text(c, "helo", s.helo, NULL);
        if (!s.host && s.ip.family == IP_NONE)
            json_fail(c, NULL, "a sender needs \"ip\" or \"host\"");
        json_end(c);
    }
    return s;
}

static const char *const *texts(struct json_codec *c, const char *member, const char *const *value, size_t *count)
{
    *count = json_list(c, member, *count);
    if (*count == 0)
        return value;

    const char **all = ARENA_ARRAY(c->arena, const char *, *count);

    for (size_t i = 0; i < *count; i++)
        all[i] = json_text(c, NULL, c->writing ? value[i] : NULL, "");
    json_end(c);
    return all;
}

static const struct ip_network *networks(struct json_codec *c, const char *member, const struct ip_network *value,
                                         size_t *count)
{
    const char **spelled = ARENA_ARRAY(c->arena, const char *, *count + 1);
    const char *const *read;
    struct ip_network *all;

    for (size_t i = 0; c->writing && i < *count; i++)
        spelled[i] = str_printf(c->arena, "%s/%u", ip_text(c->arena, &value[i].base), value[i].bits);
    read = texts(c, member, spelled, count);
    if (c->writing)
        return value;
    all = ARENA_ARRAY(c->arena, struct ip_network, *count + 1);
    for (size_t i = 0; !c->failed && i < *count; i++)
        if (!ip_network_parse(read[i], &all[i]))
            json_fail(c, member, "neither an address nor a network");
    return all;
}

static void check_domain(struct json_codec *c, const char *member, const char *domain)
{
    const char *why, *name = domain ? name_from_user(c->arena, domain, &why) : NULL;

    if (!name || strcmp(name, domain) != 0)
        json_fail(c, member, "not a domain name in lower case, as A-labels, without a final dot");
}

static const char *const *domains(struct json_codec *c, const char *member, const char *const *value, size_t *count)
{
    value = texts(c, member, value, count);
    for (size_t i = 0; !c->writing && !c->failed && i < *count; i++)
        check_domain(c, member, value[i]);
    return value;
}

static const char *const *anchors(struct json_codec *c, const char *const *value, size_t *count)
{
    struct ds ds;

    value = texts(c, "trust_anchors", value, count);
    for (size_t i = 0; !c->writing && !c->failed && i < *count; i++)
        if (!value[i] || !trust_anchor_parse(c->arena, value[i], &ds))
            json_fail(c, "trust_anchors", "expected the data of a DS record: \"20326 8 2 E06D44...\"");
    return value;
}

static unsigned active_json(struct json_codec *c, unsigned value)
{
    const char *named[sizeof value * CHAR_BIT];
    const char *const *read;
    enum active one;
    size_t count = 0;

    for (unsigned bit = 1; c->writing && active_word(bit); bit <<= 1)
        if (value & bit)
            named[count++] = active_word(bit);
    read = texts(c, "active", named, &count);
    for (size_t i = 0; !c->writing && !c->failed && i < count; i++) {
        if (active_from_word(read[i], &one))
            value |= one;
        else
            json_fail(c, "active", "no such test");
    }
    return value;
}

static void expectations_json(struct json_codec *c, struct target *t)
{
    const char **spelled = ARENA_ARRAY(c->arena, const char *, t->expectation_count + 1);
    struct expectation *all;
    const char *const *read;
    const char *why;

    for (size_t i = 0; c->writing && i < t->expectation_count; i++)
        spelled[i] = t->expectations[i].text;
    read = texts(c, "expectations", spelled, &t->expectation_count);
    if (c->writing)
        return;
    t->expectations = all = ARENA_ARRAY(c->arena, struct expectation, t->expectation_count + 1);
    for (size_t i = 0; !c->failed && i < t->expectation_count; i++)
        if (!expectation_parse(c->arena, read[i], &all[i], &why))
            json_fail(c, "expectations", "%s", why);
}

static void target_json(struct json_codec *c, struct target *t)
{
    static const char *const volumes[] = {[VOLUME_UNSAID] = "unsaid", [VOLUME_LOW] = "low", [VOLUME_BULK] = "bulk"};

    if (!json_object(c, "target", true)) {
        json_require(c, "target");
        return;
    }
    json_require(c, "domain");
    t->domain = json_text(c, "domain", t->domain, "");
    if (!c->writing)
        check_domain(c, "domain", t->domain);
    t->unicode = json_text(c, "unicode", t->unicode, t->domain);
    t->sender_count = json_list(c, "senders", t->sender_count);
    if (t->sender_count > 0) {
        struct sender *all = ARENA_ARRAY(c->arena, struct sender, t->sender_count);

        for (size_t i = 0; i < t->sender_count; i++)
            all[i] = sender(c, c->writing ? t->senders[i] : (struct sender){.ip = {.family = IP_NONE}});
        t->senders = all;
        json_end(c);
    }
    t->not_senders = networks(c, "not_senders", t->not_senders, &t->not_sender_count);
    t->dnsbls = domains(c, "dnsbls", t->dnsbls, &t->dnsbl_count);
    t->selectors = texts(c, "selectors", t->selectors, &t->selector_count);
    t->guess_selectors = json_bool(c, "guess_selectors", t->guess_selectors, false);
    t->mail_froms = domains(c, "mail_froms", t->mail_froms, &t->mail_from_count);
    t->froms = domains(c, "froms", t->froms, &t->from_count);
    if (!c->writing || t->volume != VOLUME_UNSAID)
        t->volume = (enum volume)json_word(c, "volume", (int)t->volume, volumes, VOLUME_BULK + 1, VOLUME_UNSAID);
    t->canaries = texts(c, "canaries", t->canaries, &t->canary_count);
    t->bogus_canaries = domains(c, "bogus_canaries", t->bogus_canaries, &t->bogus_canary_count);
    t->trust_anchors = anchors(c, t->trust_anchors, &t->trust_anchor_count);
    t->smtp_port = (uint16_t)json_int(c, "smtp_port", t->smtp_port, 1, UINT16_MAX, 25);
    t->active = active_json(c, t->active);
    t->own = domains(c, "own", t->own, &t->own_count);
    t->relay_domain = json_text(c, "relay_domain", t->relay_domain, NULL);
    if (!c->writing && (t->active & ACTIVE_RELAY || t->relay_domain))
        check_domain(c, "relay_domain", t->relay_domain);
    t->sessions = (unsigned)json_int(c, "sessions", t->sessions, 0, 2, 0);
    expectations_json(c, t);
    json_end(c);
}

static struct cJSON *whole(struct json_codec *c, struct target *target, int64_t *elapsed_ms, struct cJSON *evidence)
{
    if (!json_object(c, NULL, true)) {
        cJSON_Delete(c->writing ? evidence : NULL);
        return NULL;
    }
    json_require(c, "mailready_evidence");
    json_int(c, "mailready_evidence", VERSION, VERSION, VERSION, VERSION);
    target_json(c, target);
    *elapsed_ms = json_int(c, "elapsed_ms", *elapsed_ms, 0, JSON_INT_MAX, 0);
    json_require(c, "evidence");
    evidence = json_raw(c, "evidence", evidence);
    if (!c->writing && evidence && !cJSON_IsObject(evidence))
        json_fail(c, "evidence", "expected an object");
    json_end(c);
    return evidence;
}

/* Reading */

static int compare_members(const void *a, const void *b)
{
    return strcmp((*(struct cJSON *const *)a)->string, (*(struct cJSON *const *)b)->string);
}

/* A key, cut and spelled so that it can stand in a message. */
static void print_key(struct arena *scratch, const char *key, char *out, size_t size)
{
    char cut[128];

    snprintf(cut, sizeof cut, "%s", key);
    snprintf(out, size, "%s", bytes_escape(scratch, str_of(cut)));
}

/* Functions with setjmp() have no local variables that change behind it. */
static bool decode(struct arena *scratch, struct cJSON *member, char detail[EVIDENCE_ERROR_MAX])
{
    jmp_buf exhausted;
    struct key key;

    arena_on_exhausted(scratch, &exhausted);
    if (setjmp(exhausted) != 0) {
        snprintf(detail, EVIDENCE_ERROR_MAX, "larger than a piece of evidence may be");
        return false;
    }
    if (!key_parse(scratch, member->string, &key)) {
        snprintf(detail, EVIDENCE_ERROR_MAX, "not a key of evidence");
        return false;
    }
    return evidence_from_json(scratch, &key, member->string, member, detail) != NULL;
}

/* Decodes every value once, each in an arena that is no larger than the one that recording_value() will get. */
static bool decode_all(struct recording *r, char *error, size_t size)
{
    struct arena *scratch = arena_new(VALUE_BYTES);
    char detail[EVIDENCE_ERROR_MAX] = "", shown[160] = "";
    size_t i = 0;

    for (; scratch && i < r->count && decode(scratch, r->index[i], detail); i++)
        arena_reset(scratch);
    if (scratch && i == r->count) {
        arena_free(scratch);
        return true;
    }
    r->starved = !scratch || arena_is_refused(scratch);
    arena_free(scratch); /* its place to jump to is decode()'s, and gone */
    if (i < r->count)
        print_key(r->arena, r->index[i]->string, shown, sizeof shown);
    snprintf(error, size, "evidence %s: %s", shown, detail);
    return false;
}

static bool read_whole(struct recording *r, char *error, size_t size)
{
    struct json_codec c;
    struct cJSON *evidence;
    jmp_buf exhausted;

    arena_on_exhausted(r->arena, &exhausted);
    if (setjmp(exhausted) != 0) {
        r->starved = arena_is_refused(r->arena);
        snprintf(error, size, "larger than a recording may be");
        return false;
    }
    json_codec_read(&c, r->arena, r->root);
    evidence = whole(&c, &r->target, &r->elapsed_ms, NULL);
    if (c.failed) {
        snprintf(error, size, "%s", c.error);
        return false;
    }
    r->index = ARENA_ARRAY(r->arena, struct cJSON *, (size_t)cJSON_GetArraySize(evidence) + 1);
    for (struct cJSON *member = evidence->child; member; member = member->next)
        r->index[r->count++] = member;
    qsort(r->index, r->count, sizeof(struct cJSON *), compare_members);
    return decode_all(r, error, size);
}

struct recording *recording_read(struct arena *arena, const char *bytes, size_t size, const char **why)
{
    char error[EVIDENCE_ERROR_MAX + 200] = "";
    struct cJSON *root = json_parse(arena, bytes, size, why);
    struct recording *r = root ? calloc(1, sizeof *r) : NULL;
    bool starved = true;

    if (!root)
        return NULL;
    if (r) {
        r->root = root;
        r->arena = arena_new(2 * (size_t)JSON_BYTES);
        if (r->arena && read_whole(r, error, sizeof error))
            return r;
        starved = !r->arena || r->starved;
        recording_free(r);
    } else {
        cJSON_Delete(root);
    }
    if (starved)
        arena_exhaust(arena);
    *why = str_dup(arena, error); /* last, because the arena may jump */
    return NULL;
}

const struct target *recording_target(const struct recording *r)
{
    return &r->target;
}

int64_t recording_elapsed_ms(const struct recording *r)
{
    return r->elapsed_ms;
}

static struct cJSON *find(const struct recording *r, const char *key)
{
    size_t low = 0, high = r->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(r->index[middle]->string, key);

        if (order == 0)
            return r->index[middle];
        *(order < 0 ? &low : &high) = order < 0 ? middle + 1 : middle;
    }
    return NULL;
}

const void *recording_value(const struct recording *r, struct arena *arena, const char *key_text)
{
    struct cJSON nobody = {.type = cJSON_Object}, now = {.type = cJSON_Number, .valuedouble = (double)usual_now};
    struct cJSON *json = find(r, key_text);
    char error[EVIDENCE_ERROR_MAX];
    struct key key;

    if (!json && strcmp(key_text, "vantage") == 0)
        json = &nobody;
    if (!json && strcmp(key_text, "now") == 0)
        json = &now;
    if (!json || !key_parse(arena, key_text, &key))
        return NULL;
    return evidence_from_json(arena, &key, str_dup(arena, key_text), json, error);
}

size_t recording_count(const struct recording *r)
{
    return r->count;
}

const char *recording_key(const struct recording *r, size_t i)
{
    return r->index[i]->string;
}

void recording_free(struct recording *r)
{
    if (!r)
        return;
    cJSON_Delete(r->root);
    arena_free(r->arena);
    free(r);
}

/* Writing */

static struct cJSON *evidence_object(const struct result *result)
{
    struct cJSON *all = cJSON_CreateObject();

    for (size_t i = 0; all && i < result->evidence_count; i++) {
        const struct evidence *evidence = result->evidence[i];
        struct cJSON *json = evidence->known ? evidence_to_json(evidence) : NULL;

        if (evidence->known && (!json || !cJSON_AddItemToObject(all, evidence->text, json))) {
            cJSON_Delete(json);
            cJSON_Delete(all);
            all = NULL;
        }
    }
    return all;
}

static void write_whole(struct json_codec *c, const struct result *result, struct cJSON *evidence)
{
    struct target target = *result->target;
    int64_t elapsed_ms = result->elapsed_ms;
    jmp_buf exhausted;

    arena_on_exhausted(c->arena, &exhausted);
    if (setjmp(exhausted) == 0)
        whole(c, &target, &elapsed_ms, evidence);
    else
        c->failed = true;
}

char *recording_write(const struct result *result)
{
    struct arena *scratch = arena_new(SIZE_MAX);
    struct cJSON *evidence = scratch ? evidence_object(result) : NULL;
    struct json_codec c;
    char *text = NULL, *longer;

    if (evidence) {
        json_codec_write(&c, scratch);
        write_whole(&c, result, evidence);

        struct cJSON *root = json_codec_written(&c);

        text = root ? cJSON_Print(root) : NULL;
        cJSON_Delete(root);
    }
    arena_free(scratch);
    longer = text ? realloc(text, strlen(text) + 2) : NULL;
    if (!longer) {
        free(text);
        return NULL;
    }
    text = longer;
    text[strlen(text) + 1] = '\0';
    text[strlen(text)] = '\n';
    return text;
}
