/* tests/unit/zone_lines.h - fills a zone from lines that a table of cases can hold. */
#pragma once

#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"
#include "core/facts/record_text.h"
#include "tests/zone.h"

/* "example.com TXT v=spf1 -all", "example.com MX 10 mx1.lab", "lab NS ns1.lab", "mx1.lab A 11.0.0.1";
 * "mx1.lab BROKEN": what it does not have is not answered; "mx1.lab SIGNED". */
static inline void zone_add_line(struct zone *zone, const char *line)
{
    const char *type = strchr(line, ' ') + 1, *rest = strchr(type, ' ');
    const char *name = str_printf(zone->arena, "%.*s", (int)(type - line - 1), line);
    struct dns_record record = {.type = DNS_MX};
    const char *why = "no type";

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
