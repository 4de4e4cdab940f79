/* Runs the cases that spf.py makes of the openspf.org suite through need_spf(), with their zone data as evidence, once
 * with all answers at hand and some times with the answers arriving one by one.
 *
 * Speaks TAP; the line "FIGURE spf: N of N" says how many cases passed. */
#include <cjson/cJSON.h>
#include <stdio.h>

#include "core/base/json.h"
#include "core/base/str.h"
#include "core/derive/spf.h"
#include "core/records/spf_macro.h"
#include "tests/zone.h"

enum { INPUT_MAX = 4194304, ORDERS = 20 };

struct question {
    const char *host, *helo;
    struct str helo_octets, sender;
    const char *domain; /* NULL: one that cannot be asked for */
    struct ip ip;
    const struct spf_result *result;
};

static struct str octets_of(struct arena *arena, const cJSON *item)
{
    struct str octets = {NULL, 0};

    if (!cJSON_IsString(item) || !bytes_unescape(arena, item->valuestring, &octets))
        exit(2);
    return octets;
}

static const char *text_of(const cJSON *object, const char *member)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, member);

    return cJSON_IsString(item) ? item->valuestring : NULL;
}

static const char *name_of(struct zone *zone, struct str octets)
{
    const char *name;

    if (octets.len && octets.at[octets.len - 1] == '.')
        octets.len--;
    name = octets.len ? spf_name_text(zone->arena, octets) : "";
    return name ? name : "unspeakable.invalid";
}

static void add_record(struct zone *zone, const char *name, const char *type, const cJSON *values)
{
    struct dns_record record = {.ttl_s = 60};
    const cJSON *first = values->child, *value;
    struct str octets = {NULL, 0};

    if (strcmp(type, "TIMEOUT") == 0) {
        zone_break(zone, name);
        return;
    }
    if (strcmp(type, "EXISTS") == 0) {
        zone_add(zone, name, (struct dns_record){.type = DNS_SOA});
        return;
    }
    if (!dns_type_from_name(type, &record.type))
        exit(2);
    if (first)
        octets = octets_of(zone->arena, first);
    switch (record.type) {
    case DNS_A:
    case DNS_AAAA:
        if (!ip_parse(first->valuestring, &record.ip))
            exit(2);
        break;
    case DNS_MX:
        record.mx.preference = (uint16_t)strtoul(first->valuestring, NULL, 10);
        record.mx.host = name_of(zone, octets_of(zone->arena, first->next));
        break;
    case DNS_TXT:
        record.txt.joined = (struct str){NULL, 0};
        cJSON_ArrayForEach(value, values)
        {
            struct str part = octets_of(zone->arena, value), all = record.txt.joined;
            char *joined = arena_alloc(zone->arena, all.len + part.len + 1);

            if (all.len)
                memcpy(joined, all.at, all.len);
            if (part.len)
                memcpy(joined + all.len, part.at, part.len);
            record.txt.joined = (struct str){joined, all.len + part.len};
            record.txt.strings++;
        }
        break;
    default:
        record.name = name_of(zone, octets);
        break;
    }
    zone_add(zone, name, record);
}

static struct zone *read_zone(const cJSON *list)
{
    struct zone *zone = zone_new();
    const cJSON *entry;

    cJSON_ArrayForEach(entry, list)
    {
        const cJSON *name = entry->child, *type = name->next, *values = type->next;

        add_record(zone, name_of(zone, octets_of(zone->arena, name)), type->valuestring, values);
    }
    return zone;
}

/* RFC 7208 2.4: the sender is postmaster at the HELO name where the reverse-path is empty. */
static struct question read_question(struct zone *zone, const cJSON *test)
{
    struct question q = {.host = text_of(test, "host")};
    size_t at;

    q.helo_octets = octets_of(zone->arena, cJSON_GetObjectItemCaseSensitive(test, "helo"));
    q.sender = octets_of(zone->arena, cJSON_GetObjectItemCaseSensitive(test, "mailfrom"));
    if (!q.sender.len)
        q.sender = str_of(str_printf(zone->arena, "postmaster@%s", str_text(zone->arena, q.helo_octets)));
    for (at = q.sender.len; at > 0 && q.sender.at[at - 1] != '@'; at--)
        ;
    q.domain = spf_name_text(zone->arena, (struct str){q.sender.at + at, q.sender.len - at});
    if (!ip_parse(q.host, &q.ip))
        exit(2);
    return q;
}

static void ask(struct run *run, void *arg)
{
    struct question *q = arg;
    struct spf_question question = {
        .domain = q->domain, .ip = q->ip, .sender = q->sender, .helo = q->helo_octets, .explain = true};

    q->result = need_spf(run, &question);
}

static bool is_expected(const cJSON *test, const char *word, struct str explanation)
{
    const char *expected = text_of(test, "explanation");
    const cJSON *result;
    bool right = false;

    cJSON_ArrayForEach(result, cJSON_GetObjectItemCaseSensitive(test, "results")) right |=
        strcmp(result->valuestring, word) == 0;
    if (!right || !expected)
        return right;
    if (strcmp(expected, "DEFAULT") == 0)
        return explanation.len == 0;
    return str_equal_nocase(explanation, str_of(expected)); /* hex digits of %{i} may have either case */
}

/* Prints what is wrong; false: something is. */
static bool run_once(struct zone *zone, const cJSON *test, uint64_t seed)
{
    struct question q = read_question(zone, test);
    struct target target = {.domain = "example.com"};
    struct zone_session session;
    const char *word = "none";
    struct str explanation = {NULL, 0};
    bool right;

    zone_open(&session, zone, &target, seed);
    if (q.domain) {
        zone_run(&session, ask, &q);
        word = q.result ? spf_word_text(q.result->word) : "nothing";
        if (q.result)
            explanation = q.result->explanation;
    }
    right = is_expected(test, word, explanation);
    if (!right)
        printf("# seed %u: %s%s%s \"%.*s\"\n", (unsigned)seed, word, q.result && q.result->why ? ": " : "",
               q.result && q.result->why ? q.result->why : "", (int)explanation.len,
               explanation.at ? explanation.at : "");
    zone_close(&session);
    return right;
}

int main(void)
{
    struct arena *arena = arena_new(SIZE_MAX);
    char *input = arena_alloc(arena, INPUT_MAX);
    size_t size = fread(input, 1, INPUT_MAX, stdin), passed = 0, count = 0;
    const char *why = "";
    cJSON *suite = json_parse(arena, input, size, &why);
    const cJSON *scenario, *test;

    cJSON_ArrayForEach(scenario, suite)
    {
        cJSON_ArrayForEach(test, cJSON_GetObjectItemCaseSensitive(scenario, "tests"))
        {
            bool right = true;

            for (uint64_t seed = 0; seed <= ORDERS && right; seed++) {
                struct zone *zone = read_zone(cJSON_GetObjectItemCaseSensitive(scenario, "zone"));

                right = run_once(zone, test, seed * 0x9e3779b97f4a7c15u);
                zone_free(zone);
            }
            passed += right;
            printf("%s %zu - spf: %s: %s (RFC 7208 %s)\n", right ? "ok" : "not ok", ++count,
                   text_of(scenario, "description"), text_of(test, "name"), text_of(test, "spec"));
        }
    }
    printf("FIGURE spf: %zu of %zu cases of the openspf.org suite for RFC 7208\n", passed, count);
    if (!suite)
        fprintf(stderr, "%s\n", why);
    cJSON_Delete(suite);
    arena_free(arena);
    return count && passed == count ? 0 : 1;
}
