/* tests/unit/zone_lines.h - fills a zone from lines that a table of cases can hold. */
#pragma once

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"
#include "core/facts/evidence_json.h"
#include "core/facts/record_text.h"
#include "tests/zone.h"

static inline const void *zone_said(const struct zone *zone, struct evidence *evidence)
{
    size_t i = 0, octets = strlen(evidence->text);
    char error[EVIDENCE_ERROR_MAX] = "no JSON";
    const void *value;
    char *text;
    cJSON *json;

    while (i < zone->said_count &&
           !(strncmp(zone->said[i], evidence->text, octets) == 0 && zone->said[i][octets] == ' '))
        i++;
    if (i == zone->said_count)
        return NULL;
    text = strdup(zone->said[i] + octets + 1);
    assert_non_null(text);
    for (char *at = text; *at; at++)
        *at = *at == '\'' ? '"' : *at;
    json = cJSON_Parse(text);
    value = evidence_from_json(evidence_arena(evidence), &evidence->key, evidence->text, json, error);
    if (!value)
        fail_msg("%s: %s", zone->said[i], error);
    cJSON_Delete(json);
    free(text);
    return value;
}

/* "example.com TXT v=spf1 -all", "example.com MX 10 mx1.lab", "lab NS ns1.lab", "mx1.lab A 11.0.0.1";
 * " NS ns.lab" is of the root; "mx1.lab BROKEN": what it does not have is not answered; "mx1.lab SIGNED"; "mx1.lab
 * HIDDEN": only the servers of the zone have it, and not the resolver.
 * "dns@11.0.0.53:mx1.lab/A ['11.0.0.1']": the value of a key of evidence (evidence_json.h), with ' for ", whatever the
 * zone has. */
static inline void zone_add_line(struct zone *zone, const char *line)
{
    const char *type = strchr(line, ' ') + 1, *rest = strchr(type, ' ');
    const char *name = str_printf(zone->arena, "%.*s", (int)(type - line - 1), line);
    struct dns_record record = {.type = DNS_MX};
    const char *why = "no type";

    if (strchr(name, ':') || strcmp(name, "vantage") == 0) {
        zone->say = zone_said;
        zone->said[zone->said_count++] = line;
        return;
    }
    if (!rest && strcmp(type, "HIDDEN") == 0) {
        zone->hidden = name;
        return;
    }
    if (!rest && strcmp(type, "SIGNED") == 0) {
        zone->secure = name;
        return;
    }
    if (!rest) {
        assert_string_equal(type, "BROKEN");
        zone_break(zone, name);
        return;
    }
    rest++;
    if (strncmp(type, "TXT ", 4) == 0) { /* as it is, where a recording escapes it */
        zone_add_txt(zone, name, str_of(rest));
        return;
    }
    if (!dns_type_from_name(str_printf(zone->arena, "%.*s", (int)(rest - 1 - type), type), &record.type) ||
        !record_parse(zone->arena, record.type, rest, &record, &why))
        fail_msg("%s: %s", line, why);
    zone_add(zone, name, record);
}

/* What `ask` makes of the zone, whose run it is then over, is this text; `i` says of which row of a table. */
static inline void zone_says(struct zone *zone, const struct target *target, uint64_t seed,
                             void (*ask)(struct run *, void *), size_t i, const char *expected)
{
    struct zone_session s;
    const char *text;

    zone_open(&s, zone, target, seed);
    zone_run(&s, ask, &text);
    if (strcmp(text, expected) != 0)
        fail_msg("%zu: \"%s\", not \"%s\"", i, text, expected);
    zone_close(&s);
    zone_free(zone);
}
