/* core/result/seen_json.c - what a difference needs of a report in JSON. */
#include "core/result/seen_json.h"

#include <cjson/cJSON.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/json.h"
#include "core/base/limits.h"
#include "core/base/list_text.h"
#include "core/base/str.h"

static const char schema[] = "https://mailready.example/schema/report-1.json";

struct reader {
    struct arena *arena;
    const char *why; /* NULL: all is well */
};

static const cJSON *member(const cJSON *object, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

static const char *text(struct reader *r, const cJSON *object, const char *place, const char *name)
{
    const cJSON *value = member(object, name);

    if (cJSON_IsString(value))
        return str_dup(r->arena, value->valuestring);
    if (!r->why)
        r->why = str_printf(r->arena, "%s%s%s: no text", place, *place ? "." : "", name);
    return "";
}

static const char *const *words(struct reader *r, const cJSON *list, size_t *count)
{
    const char **all = ARENA_ARRAY(r->arena, const char *, (size_t)cJSON_GetArraySize(list) + 1);
    const cJSON *item;

    *count = 0;
    cJSON_ArrayForEach(item, list) if (cJSON_IsString(item)) all[(*count)++] = str_dup(r->arena, item->valuestring);
    return all;
}

/* A name in another case is the same name. */
static const char *key_of(struct reader *r, const cJSON *finding, const char *check, const char *subject)
{
    static const char *const parts[] = {"kind", "ip", "host", "name", "selector"};
    const cJSON *object = member(finding, "subject_parts");
    struct list_text key = list_text(r->arena, "\n", sizeof parts / sizeof *parts + 1);

    list_add(&key, check);
    if (!cJSON_IsObject(object)) { /* of a report of the first weeks */
        list_add(&key, subject);
        return list_end(&key);
    }
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        const cJSON *part = member(object, parts[i]);
        char *lower = arena_alloc(r->arena, cJSON_IsString(part) ? strlen(part->valuestring) + 1 : 1);
        size_t length = 0;

        for (const char *at = cJSON_IsString(part) ? part->valuestring : ""; *at; at++)
            lower[length++] = ascii_lower(*at);
        lower[length] = '\0';
        list_add(&key, lower);
    }
    return list_end(&key);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The records of one answer, in an order of their own; a serial counts up by itself. */
static const char *records_of(struct reader *r, const char *key, const cJSON *value)
{
    const cJSON *records = member(value, "records"), *status = member(value, "status"), *item;
    size_t count = 0, length = strlen(key);
    const char **all;
    struct list_text list;

    if (strncmp(key, "dns:", 4) != 0 || strcmp(key + length - 4, "/SOA") == 0)
        return "";
    all = ARENA_ARRAY(r->arena, const char *, (size_t)cJSON_GetArraySize(records) + 1);
    cJSON_ArrayForEach(item, records) if (cJSON_IsString(item)) all[count++] = item->valuestring;
    qsort(all, count, sizeof *all, by_text);
    list = list_text(r->arena, "\n", count + 2);
    list_add(&list, key);
    list_add(&list, cJSON_IsString(status) ? status->valuestring : "");
    for (size_t i = 0; i < count; i++)
        list_add(&list, all[i]);
    return list_end(&list);
}

static const char *records(struct reader *r, const cJSON *document, const cJSON *finding)
{
    const cJSON *keys = member(finding, "evidence"), *evidence = member(document, "evidence"), *key;
    struct list_text list = list_text(r->arena, "\n", (size_t)cJSON_GetArraySize(keys) + 1);

    cJSON_ArrayForEach(key, keys) if (cJSON_IsString(key))
        list_add(&list, records_of(r, key->valuestring, member(evidence, key->valuestring)));
    return list_end(&list);
}

static struct seen finding(struct reader *r, const cJSON *document, const cJSON *node, size_t index)
{
    const char *place = str_printf(r->arena, "findings[%zu]", index);
    struct seen out = {.check = text(r, node, place, "id"), .subject = text(r, node, place, "subject")};
    const char *dot = strchr(out.check, '.'), *status = text(r, node, place, "status");

    out.group = str_text(r->arena, (struct str){out.check, dot ? (size_t)(dot - out.check) : strlen(out.check)});
    out.message = text(r, node, place, "message");
    if (!status_from_word(status, &out.status) && !r->why)
        r->why = str_printf(r->arena, "%s.status: \"%s\" is none", place, status);
    out.suppressed = member(node, "suppressed") != NULL;
    out.key = key_of(r, node, out.check, out.subject);
    out.records = records(r, document, node);
    return out;
}

static void refuse_what_is_none(struct reader *r, const cJSON *document)
{
    const cJSON *named = member(document, "schema");

    if (!cJSON_IsObject(document) || !cJSON_IsString(named))
        r->why = member(document, "mailready_evidence") ? "is a recording, no report in JSON (--format json)"
                                                        : "is no report of mailready in JSON (no \"schema\")";
    else if (strcmp(named->valuestring, schema) != 0)
        r->why = str_printf(r->arena, "has the schema \"%s\"; this version reads %s", named->valuestring, schema);
    else if (!cJSON_IsObject(member(document, "target")) || !cJSON_IsArray(member(document, "findings")))
        r->why = "has no target, or no findings";
}

static struct seen_report report(struct reader *r, const cJSON *document)
{
    const cJSON *scope = member(document, "scope"), *findings = member(document, "findings"), *node;
    struct seen_report out = {.domain = ""};
    struct seen *all;

    refuse_what_is_none(r, document);
    out.domain = text(r, member(document, "target"), "target", "domain");
    out.verdict = text(r, document, "", "verdict");
    out.started = text(r, member(document, "vantage"), "vantage", "started");
    out.only = words(r, member(scope, "only"), &out.only_count);
    out.skip = words(r, member(scope, "skip"), &out.skip_count);
    out.findings = all = ARENA_ARRAY(r->arena, struct seen, (size_t)cJSON_GetArraySize(findings) + 1);
    cJSON_ArrayForEach(node, findings)
    {
        all[out.finding_count] = finding(r, document, node, out.finding_count);
        out.finding_count++;
    }
    return out;
}

static void add(struct reader *r, struct seen_list *list, const cJSON *document)
{
    struct seen_report *more, one = report(r, document);

    if (!r->why && seen_find(list, one.domain))
        r->why = str_printf(r->arena, "has two reports about %s", one.domain);
    more = arena_grown(r->arena, list->at, list->count, sizeof *more);
    if (more)
        list->at = more;
    list->at[list->count++] = one;
}

static void read_tree(struct reader *r, struct seen_list *list, const char *bytes, size_t size)
{
    cJSON *tree = json_parse(r->arena, bytes, size, &r->why);
    const cJSON *item;

    if (!tree)
        return;
    r->why = NULL;
    if (!cJSON_IsArray(tree))
        add(r, list, tree);
    else if (cJSON_GetArraySize(tree) == 0)
        r->why = "has no report";
    else
        cJSON_ArrayForEach(item, tree) if (!r->why) add(r, list, item);
    cJSON_Delete(tree);
}

static bool is_lines(const char *bytes, size_t size)
{
    const char *end = memchr(bytes, '\n', size);
    size_t next = end ? (size_t)(end - bytes) + 1 : size;

    return next < size && bytes[0] == '{' && bytes[next] == '{';
}

bool seen_read(struct arena *arena, const char *bytes, size_t size, struct seen_list *out, const char **why)
{
    struct reader r = {.arena = arena};
    size_t line = 0;

    *out = (struct seen_list){NULL, 0};
    if (!is_lines(bytes, size)) {
        read_tree(&r, out, bytes, size);
        *why = r.why;
        return !r.why;
    }
    while (size > 0 && !r.why) {
        const char *end = memchr(bytes, '\n', size);
        size_t length = end ? (size_t)(end - bytes) : size;

        line++;
        if (length)
            read_tree(&r, out, bytes, length);
        if (r.why)
            r.why = str_printf(arena, "line %zu: %s", line, r.why);
        bytes += length + (end != NULL);
        size -= length + (end != NULL);
    }
    *why = r.why;
    return !r.why;
}

const struct seen_report *seen_find(const struct seen_list *list, const char *domain)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->at[i].domain, domain) == 0)
            return &list->at[i];
    return NULL;
}
