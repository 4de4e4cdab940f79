/* reports/html/html_addresses.c - the table of mail addresses: what each one
 * is, and what its names are; and that of the ranges that SPF lets send. */

#include "reports/html/html.h"

#include "core/base/arena.h"
#include "core/base/ip_network.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/derive/spf.h"
#include "reports/words.h"

static void role(struct report *report, const struct mail_address *address)
{
    const char *sender = sender_text(report->arena, address);

    if (address->roles & ROLE_MX)
        sink_literal(&report->sink, "receives");
    if (address->roles & ROLE_MX && address->roles & ROLE_SENDER)
        sink_literal(&report->sink, ", ");
    if (address->roles & ROLE_SENDER)
        sink_literal(&report->sink, "sends");
    if (sender) {
        sink_literal(&report->sink, " (");
        sink_text(&report->sink, sender);
        sink_literal(&report->sink, ")");
    }
    if (address->spf) {
        sink_literal(&report->sink, "<br>SPF: ");
        sink_text(&report->sink, address->spf);
    }
}

static void sign(struct sink *sink, enum link link)
{
    switch (link) {
    case LINK_HOLDS:
        sink_literal(sink, "<span class=\"sign pass\" aria-hidden=\"true\">\xe2\x9c\x93</span> ");
        break;
    case LINK_BROKEN:
        sink_literal(sink, "<span class=\"sign fail\" aria-hidden=\"true\">\xe2\x9c\x97</span> ");
        break;
    case LINK_OPEN:
        sink_literal(sink, "<span class=\"sign unknown\" aria-hidden=\"true\">?</span> ");
        break;
    }
}

static void reverse_names(struct sink *sink, const struct mail_path *path)
{
    if (path->name_count == 0) {
        sign(sink, path->reverse);
        if (path->reverse == LINK_BROKEN)
            sink_literal(sink, "none");
        else if (path->ptr)
            sink_literal(sink, "no answer");
        else
            sink_literal(sink, "not looked up");
        return;
    }
    for (size_t i = 0; i < path->name_count; i++) {
        if (i)
            sink_literal(sink, "<br>");
        sign(sink, path->names[i].link);
        sink_literal(sink, "<code>");
        sink_text(sink, path->names[i].name);
        sink_literal(sink, "</code>");
        switch (path->names[i].link) {
        case LINK_HOLDS:
            sink_literal(sink, " leads back to the address");
            break;
        case LINK_BROKEN:
            sink_literal(sink, " does not lead back to the address");
            break;
        case LINK_OPEN:
            sink_literal(sink, " not established");
            break;
        }
    }
}

static void cell(struct sink *sink, struct str text)
{
    if (text.len == 0) {
        sink_literal(sink, "\xe2\x80\x93");
        return;
    }
    sink_literal(sink, "<code>");
    sink_bytes(sink, text);
    sink_literal(sink, "</code>");
}

static void address_table(struct report *report, const struct result *result, const struct mail_path *paths)
{
    struct sink *sink = &report->sink;

    if (result->inventory->address_count == 0)
        return;
    sink_literal(sink, "<table class=\"addresses\">\n<thead><tr><th "
                       "scope=\"col\">Address</th><th scope=\"col\">Role</th>"
                       "<th scope=\"col\">Hosts</th><th scope=\"col\">Reverse names</th><th scope=\"col\">Banner</th>"
                       "<th scope=\"col\">EHLO name</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < result->inventory->address_count; i++) {
        const struct mail_address *address = paths[i].address;

        sink_literal(sink, "<tr><th scope=\"row\"><code>");
        sink_text(sink, address->label);
        sink_literal(sink, "</code></th><td data-head=\"Role\">");
        role(report, address);
        sink_literal(sink, "</td><td data-head=\"Hosts\">");
        for (size_t k = 0; k < address->host_count; k++) {
            if (k)
                sink_literal(sink, "<br>");
            cell(sink, str_of(address->hosts[k]));
        }
        if (address->host_count == 0)
            cell(sink, (struct str){NULL, 0});
        sink_literal(sink, "</td><td data-head=\"Reverse names\">");
        reverse_names(sink, &paths[i]);
        sink_literal(sink, "</td><td data-head=\"Banner\">");
        cell(sink, session_banner(paths[i].session));
        sink_literal(sink, "</td><td data-head=\"EHLO name\">");
        cell(sink, session_ehlo_name(paths[i].session));
        sink_literal(sink, "</td></tr>\n");
    }
    sink_literal(sink, "</tbody>\n</table>\n");
    if (result->inventory->addresses_left_out || result->inventory->hosts_left_out) {
        sink_literal(sink, "<p class=\"muted\">Left out: ");
        sink_number(sink, (long long)result->inventory->hosts_left_out);
        sink_literal(sink, " hosts and ");
        sink_number(sink, (long long)result->inventory->addresses_left_out);
        sink_literal(sink, " addresses.</p>\n");
    }
}

static void range_row(struct sink *sink, const char *range, const char *holds, const char *by)
{
    sink_literal(sink, "<tr><th scope=\"row\"><code>");
    sink_text(sink, range);
    sink_literal(sink, "</code></th><td data-head=\"Holds\">");
    sink_text(sink, holds);
    sink_literal(sink, "</td><td data-head=\"Named by\">");
    sink_text(sink, by);
    sink_literal(sink, "</td></tr>\n");
}

static void range_table(struct report *report, const struct result *result)
{
    const struct spf_addresses *named = result->inventory->named;
    struct arena *arena = report->arena;
    struct sink *sink = &report->sink;

    if (!named || named->range_count + named->include_count == 0)
        return;
    sink_literal(
        sink,
        "<h3>What else SPF allows to send</h3>\n<table class=\"ranges\">\n<thead><tr><th scope=\"col\">Range, or "
        "included record</th><th scope=\"col\">Holds</th><th scope=\"col\">Named by</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < named->range_count; i++) {
        const struct spf_range *range = &named->ranges[i];

        range_row(sink, ip_network_text(arena, &range->network), ip_network_size_text(arena, &range->network),
                  str_printf(arena, "%s of %s", range->term, range->domain));
    }
    for (size_t i = 0; i < named->include_count; i++) {
        const struct spf_include *include = &named->includes[i];

        range_row(sink, include->domain, spf_include_text(arena, include),
                  str_printf(arena, "records of %s", name_org_domain(include->domain)));
    }
    sink_literal(sink, "</tbody>\n</table>\n");
}

bool html_has_addresses(struct report *report, const struct result *result)
{
    (void)report;
    return result->inventory && result->paths && result->inventory->address_count > 0;
}

void html_addresses(struct report *report, const struct result *result)
{
    address_table(report, result, result->paths->at);
    range_table(report, result);
}
