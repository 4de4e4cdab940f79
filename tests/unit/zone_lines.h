/* tests/unit/zone_lines.h - fills a zone from lines that a table of cases can hold. */
#pragma once

#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"
#include "tests/zone.h"

/* "example.com TXT v=spf1 -all", "example.com MX 10 mx1.lab", "lab NS ns1.lab", "mx1.lab A 11.0.0.1";
 * "mx1.lab BROKEN": what it does not have is not answered; "mx1.lab SIGNED". */
static inline void zone_add_line(struct zone *zone, const char *line)
{
    const char *type = strchr(line, ' ') + 1, *rest = strchr(type, ' ');
    const char *name = str_printf(zone->arena, "%.*s", (int)(type - line - 1), line);
    struct dns_record record = {.type = DNS_MX};

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
    if (strncmp(type, "TXT ", 4) == 0) {
        zone_add_txt(zone, name, str_of(rest));
    } else if (strncmp(type, "MX ", 3) == 0) {
        record.mx.preference = (uint16_t)strtoul(rest, NULL, 10);
        record.mx.host = strchr(rest, ' ') + 1;
        zone_add(zone, name, record);
    } else if (strncmp(type, "CNAME ", 6) == 0) {
        zone_add(zone, name, (struct dns_record){.type = DNS_CNAME, .name = rest});
    } else if (strncmp(type, "NS ", 3) == 0) {
        zone_add(zone, name, (struct dns_record){.type = DNS_NS, .name = rest});
    } else {
        assert_true(ip_parse(rest, &record.ip));
        record.type = record.ip.family == IP_V6 ? DNS_AAAA : DNS_A;
        zone_add(zone, name, record);
    }
}
