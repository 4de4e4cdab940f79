/* reports/json/json_senders.c - addresses, names, services, and who takes their mail. */
#include "core/derive/mail_path.h"
#include "core/derive/spf.h"
#include "core/facts/evidence_json.h"
#include "core/result/identity.h"
#include "reports/json/json_node.h"
#include "reports/json/json_parts.h"
#include "reports/receivers.h"
#include "reports/services.h"

void json_add_mail_address(struct report *report, cJSON *addresses, const struct mail_path *path)
{
    const struct mail_address *address = path->address;
    struct str banner = session_banner(path->session), ehlo = session_ehlo_name(path->session);
    cJSON *node = json_append_object(report, addresses), *list;

    json_add_text(report, node, "ip", ip_text(report->arena, &address->ip));
    list = json_add_array(report, node, "roles");
    if (address->roles & ROLE_SENDER)
        json_append_text(report, list, "sender");
    if (address->roles & ROLE_MX)
        json_append_text(report, list, "mx");
    if (address->origin != SENDER_NOT)
        json_add_text(report, node, "origin", sender_origin_word(address->origin));
    if (address->term)
        json_add_text(report, node, "term", address->term);
    if (address->spf)
        json_add_text(report, node, "spf", address->spf);
    list = json_add_array(report, node, "hosts");
    for (size_t i = 0; i < address->host_count; i++)
        json_append_text(report, list, address->hosts[i]);
    list = json_add_array(report, node, "ptr");
    for (size_t i = 0; i < path->name_count; i++)
        json_append_text(report, list, path->names[i].name);
    if (banner.len)
        json_add_text(report, node, "banner", sink_visible(report->arena, banner));
    if (ehlo.len)
        json_add_text(report, node, "ehlo", sink_visible(report->arena, ehlo));
}

enum { EXACT_BITS = 53 }; /* of a number in JSON: RFC 8259 6 */

static void add_range(struct report *report, cJSON *ranges, const struct spf_range *range)
{
    cJSON *node = json_append_object(report, ranges);
    unsigned bits = ip_network_host_bits(&range->network);

    json_add_text(report, node, "network", ip_network_text(report->arena, &range->network));
    if (bits <= EXACT_BITS)
        json_add_number(report, node, "addresses", (int64_t)1 << bits);
    json_add_text(report, node, "domain", range->domain);
    json_add_text(report, node, "term", range->term);
}

static void add_include(struct report *report, cJSON *includes, const struct spf_include *include)
{
    cJSON *node = json_append_object(report, includes);

    json_add_text(report, node, "domain", include->domain);
    json_add_text(report, node, "organisation", name_org_domain(include->domain));
    json_add_number(report, node, "ip4_addresses", (int64_t)include->ip4);
    json_add_number(report, node, "ip4_ranges", (int64_t)include->networks4);
    json_add_number(report, node, "ip6_ranges", (int64_t)include->networks6);
    json_add_number(report, node, "host_terms", (int64_t)include->hosts);
    json_add_bool(report, node, "complete", include->is_known);
}

/* What SPF lets send beside the mail addresses. */
void json_add_ranges(struct report *report, cJSON *document, const struct result *result)
{
    const struct spf_addresses *named = result->inventory ? result->inventory->named : NULL;
    cJSON *ranges = json_add_array(report, document, "ranges"),
          *includes = json_add_array(report, document, "includes");

    for (size_t i = 0; named && i < named->range_count; i++)
        add_range(report, ranges, &named->ranges[i]);
    for (size_t i = 0; named && i < named->include_count; i++)
        add_include(report, includes, &named->includes[i]);
}

static void add_name(struct report *report, cJSON *names, const struct identity_name *row)
{
    cJSON *node = json_append_object(report, names), *list;

    json_add_text(report, node, "part", identity_part_word(row->part));
    if (row->name.len)
        json_add_text(report, node, "name", sink_visible(report->arena, row->name));
    if (row->part == PART_HELO && row->name.len)
        json_add_text(report, node, "origin", row->assumed ? "assumed" : "declared");
    json_add_text(report, node, "state", cell_word(row->state));
    json_add_text(report, node, "status", status_word(row->weight));
    json_add_text(report, node, "leads", cell_word(row->leads));
    list = json_add_array(report, node, "addresses");
    for (size_t i = 0; row->forward && i < row->forward->count; i++)
        json_append_text(report, list, ip_text(report->arena, &row->forward->records[i].ip));
    list = json_add_object(report, node, "compared");
    for (int part = 0; part < PART_NAMES; part++)
        if (row->with[part] != CELL_NONE)
            json_add_text(report, list, identity_part_word((enum identity_part)part), cell_word(row->with[part]));
    json_add_text(report, node, "says", row->says);
}

void json_add_identities(struct report *report, cJSON *document, const struct result *result)
{
    cJSON *identities = json_add_array(report, document, "identities");
    size_t count;
    const struct identity *all = identities_of(report->arena, result, &count);

    for (size_t i = 0; i < count; i++) {
        cJSON *node = json_append_object(report, identities), *list;

        json_add_text(report, node, "ip", ip_text(report->arena, &all[i].sender->ip));
        json_add_text(report, node, "verdict", identity_verdict_word(all[i].verdict));
        list = json_add_array(report, node, "names");
        for (size_t n = 0; n < all[i].name_count; n++)
            add_name(report, list, &all[i].names[n]);
        list = json_add_array(report, node, "findings");
        for (size_t f = 0; f < all[i].finding_count; f++) {
            cJSON *finding = json_append_object(report, list);

            json_add_text(report, finding, "id", check_of(all[i].findings[f]->check)->name);
            json_add_text(report, finding, "subject", all[i].findings[f]->subject);
        }
    }
}

static void add_clues(struct report *report, cJSON *node, const struct service *s)
{
    cJSON *list = json_add_array(report, node, "clues");

    for (size_t i = 0; i < s->clue_count; i++) {
        cJSON *clue = json_append_object(report, list);

        json_add_text(report, clue, "kind", clue_word(s->clues[i].kind));
        json_add_text(report, clue, "name", s->clues[i].name);
        if (s->clues[i].leads)
            json_add_text(report, clue, "leads_to", s->clues[i].leads);
        json_add_text(report, clue, "evidence", s->clues[i].key);
    }
}

void json_add_services(struct report *report, cJSON *document, const struct result *result)
{
    cJSON *services = json_add_array(report, document, "services");
    size_t count;
    const struct service_view *views = service_views(report->arena, result, &count);

    for (size_t i = 0; i < count; i++) {
        const struct service *s = views[i].service;
        cJSON *node = json_append_object(report, services), *list;

        json_add_text(report, node, "id", s->provider->id);
        json_add_text(report, node, "name", s->provider->name);
        json_add_text(report, node, "owner", s->provider->owner);
        json_add_text(report, node, "kind", provider_kind_word(s->provider->kind));
        list = json_add_array(report, node, "roles");
        if (s->roles & SERVICE_RECEIVES)
            json_append_text(report, list, "receives");
        if (s->roles & SERVICE_SENDS)
            json_append_text(report, list, "sends");
        if (s->provider->kind == PROVIDER_GATEWAY)
            json_append_text(report, list, "gateway");
        add_clues(report, node, s);
        list = json_add_array(report, node, "yours");
        for (size_t k = 0; k < views[i].part_count; k++) {
            cJSON *part = json_append_object(report, list);

            json_add_text(report, part, "part", views[i].parts[k].label);
            json_add_text(report, part, "status", status_word(views[i].parts[k].status));
            json_add_text(report, part, "says", views[i].parts[k].says);
        }
        json_add_number(report, node, "findings_on_servers", (int64_t)views[i].findings_on_servers);
        json_add_text(report, node, "source", s->provider->source);
    }
}

void json_add_receivers(struct report *report, cJSON *document, const struct result *result)
{
    cJSON *receivers = json_add_array(report, document, "receivers"),
          *rules = json_add_object(report, document, "rules");
    const struct receiver *told = NULL;

    json_add_text(report, rules, "date", receiver_rules_date());
    json_add_number(report, rules, "age_days", receiver_rules_age_days(result->started_s));

    for (size_t i = 0; i < result->receiver_count; i++) {
        const struct receiver_verdict *v = &result->receivers[i];
        cJSON *node, *reasons;

        if (!receiver_is_shown(result->target, v->receiver))
            continue;
        node = json_append_object(report, receivers);
        json_add_text(report, node, "receiver", v->receiver->name);
        json_add_text(report, node, "title", v->receiver->title);
        json_add_text(report, node, "sender", v->who);
        if (v->service)
            json_add_text(report, node, "service", v->service->provider->id);
        json_add_text(report, node, "outcome", receiver_outcome_word(v->outcome));
        reasons = json_add_array(report, node, "reasons");
        for (size_t r = 0; r < v->reason_count; r++) {
            const struct receiver_reason *reason = &v->reasons[r];
            cJSON *item = json_append_object(report, reasons);

            json_add_text(report, item, "words", reason->rule->words);
            json_add_text(report, item, "source", reason->rule->source);
            json_add_text(report, item, "date", reason->rule->date);
            json_add_text(report, item, "check", reason_check(reason));
            json_add_text(report, item, "finding_subject", reason->finding ? reason->finding->subject : "");
        }
        json_add_text(report, node, "not_visible", v->receiver->not_visible);
        if (v->receiver != told) { /* what holds whoever sends is long, and said once */
            json_add_text(report, node, "enrol", receiver_contact_of(v->receiver).enrol);
            json_add_text(report, node, "contact", receiver_contact_of(v->receiver).contact);
        }
        told = v->receiver;
    }
}
