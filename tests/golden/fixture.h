/* tests/golden/fixture.h - one fixed result that has everything that a report can be asked to show.
 *
 * Two MX hosts and one declared sender; all six statuses; a broken forward confirmation, a missing reverse name, a host
 * that does not answer and what follows from it; and hostile bytes wherever a peer could put them.
 */
#pragma once

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/derive/mail_path.h"
#include "core/derive/resolver.h"
#include "core/derive/services.h"
#include "core/derive/spf.h"
#include "core/facts/evidence.h"
#include "core/facts/evidence_json.h"
#include "core/facts/vantage.h"
#include "core/result/cause.h"
#include "core/result/receiver.h"
#include "core/result/result.h"
#include "tests/unit/subject_of.h"

/* Markup, a colour code, a bidi override, C1 (raw, and as UTF-8), bytes that are not UTF-8, and an honest e acute. */
#define HOSTILE "<script>alert('1')</script> & \"\x1b[31m\" \xe2\x80\xae \x9b \xc2\x9b \xff\xc3\x28 caf\xc3\xa9"
#define HOSTILE_JSON "<script>alert('1')</script> & \\\"\\\\x1b[31m\\\" \\\\xe2\\\\x80\\\\xae \\\\x9b \\\\xff"

/* A certificate for mx1.example.org, markup with a colour code, a bidi override and a stray byte, and *.example.net. */
#define CERTIFICATE \
    "MIIBwDCCAWagAwIBAgIURTGy7hv6KuFnCKhuXv9uEEo8nL8wCgYIKoZIzj0EAwIwDDEKMAgGA1UEAwwBeDAeFw0yNjExMjQyMzQw" \
    "MTZaFw0zNjExMjEyMzQwMTZaMAwxCjAIBgNVBAMMAXgwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASXtdboLVurYaj+4oK6Mxa1" \
    "ciTror8QP+TGk2yHx5qljpY0t51H9Saze/KwxG0V4PVfav6Z4erKV6GKcOsOFbVvo4GlMIGiMB0GA1UdDgQWBBR1VLdMpviGbff2" \
    "2K7WC2UzfcnS0DAfBgNVHSMEGDAWgBR1VLdMpviGbff22K7WC2UzfcnS0DAPBgNVHRMBAf8EBTADAQH/ME8GA1UdEQRIMEaCD214" \
    "MS5leGFtcGxlLm9yZ4IkPHNjcmlwdD5hbGVydCgnMScpPC9zY3JpcHQ+G1szMW3igK7/gg0qLmV4YW1wbGUubmV0MAoGCCqGSM49" \
    "BAMCA0gAMEUCIFLbI1wiIFKNr23ChQzbmNjT50jT0HadfVXy1wvpoTufAiEApj23hTeRQa2TZkrs7rClLgXijjOHf1fDI/rNTOVF" \
    "yaY="

static const struct {
    const char *key, *value;
} fixture_evidence[] = {
    /* in order of keys */
    {"dns:1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa/PTR", "\"nxdomain\""},
    {"dns:1.2.0.192.in-addr.arpa/PTR", "[\"mx1.example.org\"]"},
    {"dns:2.100.51.198.in-addr.arpa/PTR", "\"timeout\""},
    {"dns:7.113.0.203.in-addr.arpa/PTR", "[\"mail.example.org\", \"static-203-0-113-7.customers.provider.example\"]"},
    {"dns:example.org/MX", "{\"status\": \"ok\", \"security\": \"secure\", \"server\": \"127.0.0.1\", \"records\": "
                           "[\"10 mx1.example.org\", \"20 "
                           "mx2.example.org\"]}"},
    {"dns:example.org/TXT", "[\"" HOSTILE_JSON "\"]"},
    {"dns:mail.example.org/A", "[\"203.0.113.9\"]"},
    {"dns:mx1.example.org/A", "[\"192.0.2.1\"]"},
    {"dns:mx1.example.org/AAAA", "[\"2001:db8::1\"]"},
    {"dns:mx2.example.org/A", "[\"198.51.100.2\"]"},
    {"dns:mx2.example.org/AAAA", "\"nodata\""},
    {"dns:static-203-0-113-7.customers.provider.example/A", "\"nxdomain\""},
    {"now", "1795482123"},
    {"smtp:192.0.2.1:25/mx1.example.org",
     "{\"greeting\": [\"220-" HOSTILE_JSON
     "\", \"220 mx1.example.org ESMTP\"], \"ehlo\": [\"250-<b>\\\\x1b[31m\\\\xe2\\\\x80\\\\xaemx1</b> greets "
     "you\", \"250-SIZE 52428800\", \"250 8BITMIME\"], \"quit\": [\"221 2.0.0 Bye\"], "
     "\"tls\": {\"chain\": [\"" CERTIFICATE
     "\"], \"verify_error\": 18, \"verify_text\": \"self-signed certificate\"}}"},
    {"smtp:198.51.100.2:25/mx2.example.org", "\"timeout\""},
};

enum { FIXTURE_EVIDENCE = sizeof fixture_evidence / sizeof *fixture_evidence };

static struct ip fixture_ip(const char *text)
{
    struct ip ip = {IP_NONE, {0}};

    if (!ip_parse(text, &ip))
        abort();
    return ip;
}

static const struct evidence *fixture_known(struct arena *arena, const char *text, const char *value)
{
    struct evidence *evidence = ARENA_NEW(arena, struct evidence);
    char error[EVIDENCE_ERROR_MAX];
    cJSON *json = cJSON_Parse(value);

    evidence->text = text;
    evidence->known = true;
    if (!json || !key_parse(arena, text, &evidence->key) ||
        !(evidence->value = evidence_from_json(arena, &evidence->key, text, json, error))) {
        fprintf(stderr, "%s: %s\n", text, json ? error : "no JSON");
        abort();
    }
    cJSON_Delete(json);
    return evidence;
}

static struct finding *fixture_finding(struct arena *arena, struct result *result, enum check_id check,
                                       enum status status, const char *subject, const char *message)
{
    const struct finding **more = ARENA_ARRAY(arena, const struct finding *, result->finding_count + 1);
    struct finding *f = ARENA_NEW(arena, struct finding);

    *f = (struct finding){
        .check = check, .status = status, .worst = check_of(check)->worst, .about = subject_of(arena, check, subject),
        .subject = subject, .message = message, .because = CHECK_NONE};
    for (size_t i = 0; i < result->finding_count; i++)
        more[i] = result->findings[i];
    more[result->finding_count++] = f;
    result->findings = more;
    result->counts[status]++;
    return f;
}

static void fixture_list(struct arena *arena, struct text_list *list, const char *text)
{
    const char **more = ARENA_ARRAY(arena, const char *, list->count + 1);

    for (size_t i = 0; i < list->count; i++)
        more[i] = list->at[i];
    more[list->count++] = text;
    list->at = more;
}

static struct finding *fixture_undecided(struct arena *arena, struct result *result, enum check_id check,
                                         const char *subject, const char *message, enum reason reason,
                                         const char *because)
{
    struct finding *f = fixture_finding(arena, result, check, UNKNOWN, subject, message);

    f->reason = reason;
    f->side = trouble_of(reason).side;
    if (because && !check_from_name(because, &f->because))
        abort();
    return f;
}

static void fixture_findings(struct arena *arena, struct result *r)
{
    static const char mx1[] = "mx1.example.org[192.0.2.1]", mx2[] = "mx2.example.org[198.51.100.2]";
    struct finding *f;

    fixture_finding(arena, r, ENV_RESOLVER, PASS, "127.0.0.1", "answers for the root, denies names that do not exist");
    fixture_undecided(arena, r, ENV_IPV6, "audit.example.net", "IPv6: this machine has no IPv6 connectivity",
                      REASON_NO_IPV6_HERE, NULL);
    f = fixture_finding(arena, r, DOMAIN_EXISTS, PASS, "example.org", "the domain exists");
    fixture_list(arena, &f->evidence, "dns:example.org/MX");
    fixture_finding(arena, r, MX_EXISTS, PASS, "example.org", "2 MX records");
    fixture_finding(arena, r, MX_RESOLVES, PASS, "mx1.example.org", "192.0.2.1, 2001:db8::1");
    fixture_finding(arena, r, MX_RESOLVES, PASS, "mx2.example.org", "198.51.100.2");
    f = fixture_finding(arena, r, IP_PUBLIC, WARN, "192.0.2.1", "lies in 192.0.2.0/24 (Documentation, RFC 5737)");
    f->remedy = "Publish the public address of the server.";
    f = fixture_finding(arena, r, IP_PUBLIC, WARN, "198.51.100.2", "lies in 192.0.2.0/24 (Documentation, RFC 5737)");
    f->remedy = "Publish the public address of the server.";
    f = fixture_finding(arena, r, PTR_EXISTS, PASS, "192.0.2.1", "mx1.example.org");
    fixture_list(arena, &f->evidence, "dns:1.2.0.192.in-addr.arpa/PTR");
    fixture_undecided(arena, r, PTR_EXISTS, "198.51.100.2", "the reverse name: no answer before the deadline",
                      REASON_TIMEOUT, NULL);
    fixture_undecided(arena, r, PTR_FCRDNS, "198.51.100.2", "the reverse name: no answer before the deadline",
                      REASON_TIMEOUT, "ptr.exists");
    f = fixture_finding(arena, r, PTR_EXISTS, WARN, "2001:db8::1",
                        "no PTR record for 1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa");
    f->remedy = "Ask whoever assigned you the address 2001:db8::1 for this PTR record; that name needs an address "
                "record (A or AAAA) for the same address.";
    fixture_list(
        arena, &f->records,
        "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa. 3600 IN PTR mx1.example.org.");
    fixture_list(arena, &f->evidence,
                 "dns:1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa/PTR");
    f = fixture_finding(arena, r, PTR_FCRDNS, FAIL, "203.0.113.7",
                        "no reverse name leads back to the address: mail.example.org (has 203.0.113.9); "
                        "static-203-0-113-7.customers.provider.example (does not exist)");
    f->remedy =
        "Let mail.example.org have the address that mail is sent from: publish this record, or ask for a PTR record "
        "with the right name.";
    fixture_list(arena, &f->records, "mail.example.org. 3600 IN A 203.0.113.7");
    fixture_list(arena, &f->evidence, "dns:7.113.0.203.in-addr.arpa/PTR");
    fixture_list(arena, &f->evidence, "dns:mail.example.org/A");
    fixture_list(arena, &f->evidence, "dns:static-203-0-113-7.customers.provider.example/A");
    fixture_finding(arena, r, PTR_FCRDNS, PASS, "192.0.2.1", "mx1.example.org leads back to the address");
    fixture_finding(arena, r, PTR_SINGLE, NOTE, "203.0.113.7", "2 PTR records");
    fixture_finding(arena, r, PTR_GENERIC, PASS, "192.0.2.1 mx1.example.org", "does not look generated");
    fixture_finding(arena, r, HELO_FQDN, PASS, "203.0.113.7 mail.example.org", "a full host name");
    f = fixture_finding(arena, r, HELO_MATCHES_IP, WARN, "203.0.113.7 mail.example.org",
                        "leads to other addresses than the sending one");
    fixture_list(arena, &f->evidence, "dns:mail.example.org/A");
    fixture_finding(arena, r, HELO_RESOLVES, SKIPPED, "192.0.2.1",
                    "the HELO name is not known: name it with --sender ADDRESS=NAME");
    fixture_finding(arena, r, HELO_MATCHES_PTR, SKIPPED, "192.0.2.1",
                    "the HELO name is not known: name it with --sender ADDRESS=NAME");
    f = fixture_finding(arena, r, BANNER_FQDN, NOTE, mx1,
                        "the greeting names no host: it begins with \"" HOSTILE "\"");
    fixture_list(arena, &f->evidence, "smtp:192.0.2.1:25/mx1.example.org");
    fixture_undecided(arena, r, BANNER_GREETING, mx2, "no session: no answer before the deadline", REASON_TIMEOUT,
                      "smtp.reachable");
    fixture_undecided(arena, r, BANNER_FQDN, mx2, "no session: no answer before the deadline", REASON_TIMEOUT,
                      "banner.greeting");
    fixture_finding(arena, r, SMTP_REACHABLE, PASS, mx1, "connected after 12 ms");
    f = fixture_undecided(arena, r, SMTP_REACHABLE, mx2, "no connection: no answer before the deadline", REASON_TIMEOUT,
                          NULL);
    fixture_list(arena, &f->evidence, "smtp:198.51.100.2:25/mx2.example.org");
    fixture_undecided(arena, r, SMTP_EHLO_ACCEPTED, mx2, "no session: no answer before the deadline", REASON_TIMEOUT,
                      "smtp.reachable");
    f = fixture_finding(arena, r, SMTP_DELAY, WARN, mx1, "the greeting came after 61 s");
    fixture_list(arena, &f->evidence, "smtp:192.0.2.1:25/mx1.example.org");
}

static const struct spf_addresses *fixture_named(struct arena *arena)
{
    static const struct spf_include include = {
        .domain = "_spf.provider.example", .ip4 = 1280, .networks4 = 3, .networks6 = 1, .hosts = 1, .is_known = true};
    struct spf_range *ranges = ARENA_ARRAY(arena, struct spf_range, 2);
    struct spf_addresses *named = ARENA_NEW(arena, struct spf_addresses);
    struct ip base4 = fixture_ip("192.0.2.16"), base6 = fixture_ip("2001:db8::");

    ranges[0] = (struct spf_range){ip_network_of(&base4, 29), "example.org", "ip4:192.0.2.16/29"};
    ranges[1] = (struct spf_range){ip_network_of(&base6, 64), "<b>_spf.example.org</b>", HOSTILE};
    *named = (struct spf_addresses){
        .ranges = ranges, .range_count = 2, .includes = &include, .include_count = 1, .complete = true};
    return named;
}

static const struct inventory *fixture_inventory(struct arena *arena)
{
    static const char *const helo[] = {"mail.example.org"};
    static const char *const hosts[] = {"mx1.example.org", "mx2.example.org"};
    static const size_t first[] = {0, 3}, second[] = {1};
    static const struct dns_answer some = {.status = DNS_OK}, none = {.status = DNS_NODATA};
    struct mail_address *at = ARENA_ARRAY(arena, struct mail_address, 4);
    struct mx_host *host = ARENA_ARRAY(arena, struct mx_host, 2);
    struct inventory *mail = ARENA_NEW(arena, struct inventory);

    at[0] = (struct mail_address){.ip = fixture_ip("192.0.2.1"),
                                  .label = "192.0.2.1",
                                  .roles = ROLE_MX | ROLE_SENDER,
                                  .origin = SENDER_ASSUMED,
                                  .spf = "none",
                                  .hosts = hosts,
                                  .host_count = 1,
                                  .mx_name = hosts[0]};
    at[1] = (struct mail_address){.ip = fixture_ip("198.51.100.2"),
                                  .label = "198.51.100.2",
                                  .roles = ROLE_MX,
                                  .hosts = hosts + 1,
                                  .host_count = 1,
                                  .mx_name = hosts[1]};
    at[2] = (struct mail_address){.ip = fixture_ip("203.0.113.7"),
                                  .label = "203.0.113.7",
                                  .roles = ROLE_SENDER,
                                  .origin = SENDER_DECLARED,
                                  .helos = helo, .helo_count = 1,
                                  .spf = "softfail"};
    at[3] = (struct mail_address){.ip = fixture_ip("2001:db8::1"),
                                  .label = "2001:db8::1",
                                  .roles = ROLE_MX,
                                  .hosts = hosts,
                                  .host_count = 1,
                                  .mx_name = hosts[0]};
    host[0] = (struct mx_host){
        .name = hosts[0], .preference = 10, .a = &some, .aaaa = &some, .addresses = first, .address_count = 2};
    host[1] = (struct mx_host){
        .name = hosts[1], .preference = 20, .a = &some, .aaaa = &none, .addresses = second, .address_count = 1};
    *mail = (struct inventory){.kind = MX_LISTED,
                               .hosts = host,
                               .host_count = 2,
                               .addresses = at,
                               .address_count = 4,
                               .named = fixture_named(arena),
                               .complete = true};
    return mail;
}

static const struct vantage *fixture_vantage(void)
{
    static const char *const resolvers[] = {"127.0.0.1", "192.0.2.53@5353"};
    static const struct vantage vantage = {.host = "audit.example.net",
                                           .host_is_fqdn = true,
                                           .ipv4_route = true,
                                           .ipv4_used = true,
                                           .ipv6_used = true,
                                           .resolvers = resolvers,
                                           .resolver_count = 2,
                                           .trusts_ad = true};

    return &vantage;
}

static const void *fixture_value(struct arena *arena, const struct result *result, const struct key *key)
{
    const struct evidence *evidence = result_evidence(result, key_text(arena, key));

    return evidence ? evidence->value : NULL;
}

static const struct dns_answer *fixture_answer(struct arena *arena, const struct result *result, const char *name,
                                               enum dns_type type)
{
    return fixture_value(arena, result,
                         &(struct key){.kind = EVIDENCE_DNS, .name = name_lower(arena, name), .type = type, .nth = 1});
}

static enum link fixture_link(const struct dns_answer *answer, bool holds)
{
    return !answer || dns_answer_is_open(answer) ? LINK_OPEN : holds ? LINK_HOLDS : LINK_BROKEN;
}

static struct path_host fixture_host(struct arena *arena, const struct result *result, const char *name,
                                     const struct ip *ip)
{
    bool v6 = ip->family == IP_V6;

    return (struct path_host){name, fixture_answer(arena, result, name, v6 ? DNS_AAAA : DNS_A),
                              fixture_answer(arena, result, name, v6 ? DNS_A : DNS_AAAA)};
}

/* What an audit would put together from this evidence. */
static void fixture_path(struct arena *arena, const struct result *result, const struct mail_address *a,
                         struct mail_path *path)
{
    const struct dns_answer *ptr = fixture_answer(arena, result, ip_reverse_name(arena, &a->ip), DNS_PTR);
    struct path_name *names = ARENA_ARRAY(arena, struct path_name, ptr ? ptr->count + 1 : 1);
    struct path_host *hosts = ARENA_ARRAY(arena, struct path_host, ptr ? ptr->count + 3 : 3);
    struct path_helo *helo = ARENA_NEW(arena, struct path_helo);
    struct str greeting;

    *path = (struct mail_path){.address = a,
                               .ptr = ptr,
                               .reverse = fixture_link(ptr, ptr && ptr->count),
                               .names = names,
                               .hosts = hosts,
                               .helos = helo};
    if (ptr && dns_answer_is_open(ptr))
        path->trouble = ptr->trouble;
    for (size_t i = 0; ptr && i < ptr->count; i++) {
        const char *name = ptr->records[i].name;

        hosts[path->host_count] = fixture_host(arena, result, name, &a->ip);
        names[path->name_count++] = (struct path_name){
            name, fixture_link(hosts[path->host_count].own, dns_answer_has_ip(hosts[path->host_count].own, &a->ip)),
            hosts[path->host_count].own};
        path->host_count++;
    }
    if (a->mx_name)
        path->session = fixture_value(
            arena, result, &(struct key){.kind = EVIDENCE_SMTP, .name = a->mx_name, .ip = a->ip, .port = 25, .nth = 1});
    greeting = session_greeting_name(path->session);
    *helo = a->helo_count ? (struct path_helo){str_of(a->helos[0]), HELO_DECLARED}
                          : (struct path_helo){greeting, HELO_OF_GREETING};
    path->helo_count = helo->name.len > 0;
    if (helo->name.len)
        hosts[path->host_count++] =
            fixture_host(arena, result, name_compared(arena, str_text(arena, helo->name)), &a->ip);
    if (greeting.len)
        hosts[path->host_count++] =
            fixture_host(arena, result, name_compared(arena, str_text(arena, greeting)), &a->ip);
}

static const struct mail_paths *fixture_paths(struct arena *arena, const struct result *result)
{
    struct mail_paths *paths = ARENA_NEW(arena, struct mail_paths);
    struct mail_path *at = ARENA_ARRAY(arena, struct mail_path, result->inventory->address_count + 1);

    for (size_t i = 0; i < result->inventory->address_count; i++)
        fixture_path(arena, result, &result->inventory->addresses[i], &at[i]);
    *paths = (struct mail_paths){at, result->inventory->address_count};
    return paths;
}

static const struct instrument *fixture_instrument(void)
{
    static const struct instrument instrument = {.root = ROOT_ANSWERED,
                                                 .invented = INVENTED_DENIED,
                                                 .validation = VALIDATION_SHOWN,
                                                 .bogus = "bogus.example.net"};

    return &instrument;
}

/* One complete, one of which nothing is known; the peers' words are in what they are recognised by. */
static const struct services *fixture_services(struct arena *arena)
{
    static const struct service_clue clues[] = {
        {CLUE_MX, "smtp.google.com", NULL, "dns:example.org/MX"},
        {CLUE_SPF, HOSTILE, NULL, "dns:example.org/TXT"},
        {CLUE_DKIM, "g._domainkey.example.org", HOSTILE, "dns:example.org/TXT"},
    };
    static const struct service_selector selectors[] = {
        {"google", "google._domainkey.example.org", NULL, false, true, false, false},
    };
    struct service *all = ARENA_ARRAY(arena, struct service, 2);
    struct services *services = ARENA_NEW(arena, struct services);

    all[0] = (struct service){.provider = provider_from_id("google"),
                              .roles = SERVICE_RECEIVES | SERVICE_SENDS,
                              .spf = SERVICE_SPF_PASSES,
                              .clues = clues,
                              .clue_count = 2,
                              .selectors = selectors,
                              .selector_count = 1,
                              .key = SERVICE_KEY_FOUND};
    all[1] = (struct service){
        .provider = provider_from_id("mailchimp"), .roles = SERVICE_SENDS, .clues = clues + 2, .clue_count = 1};
    *services = (struct services){.at = all, .count = 2, .complete = true};
    return services;
}

static const struct result *fixture_result(struct arena *arena)
{
    static const struct target target = {.domain = "example.org", .unicode = "example.org", .smtp_port = 25};
    struct result *result = ARENA_NEW(arena, struct result);
    const struct evidence **evidence = ARENA_ARRAY(arena, const struct evidence *, FIXTURE_EVIDENCE);

    *result = (struct result){.target = &target,
                              .verdict = VERDICT_NOT_READY,
                              .vantage = fixture_vantage(),
                              .instrument = fixture_instrument(),
                              .inventory = fixture_inventory(arena),
                              .started_s = 1795482123,
                              .elapsed_ms = 10412,
                              .evidence = evidence,
                              .evidence_count = FIXTURE_EVIDENCE};
    for (size_t i = 0; i < FIXTURE_EVIDENCE; i++)
        evidence[i] = fixture_known(arena, fixture_evidence[i].key, fixture_evidence[i].value);
    result->paths = fixture_paths(arena, result);
    result->services = fixture_services(arena);
    fixture_findings(arena, result);
    result->receivers = receivers_judge(arena, result, &result->receiver_count);
    result->causes = causes_of(arena, result, &result->cause_count);
    return result;
}

/* A second domain, for documents about several: all in order, and an internationalised name. */
static const struct result *fixture_ready(struct arena *arena)
{
    static const struct target target = {.domain = "xn--bcher-kva.example",
                                         .unicode = "b\xc3\xbc"
                                                    "cher.example",
                                         .smtp_port = 25};
    struct result *result = ARENA_NEW(arena, struct result);
    struct inventory *mail = ARENA_NEW(arena, struct inventory);

    mail->kind = MX_NULL_MX;
    mail->complete = true;
    *result = (struct result){.target = &target,
                              .verdict = VERDICT_READY,
                              .vantage = fixture_vantage(),
                              .instrument = fixture_instrument(),
                              .inventory = mail,
                              .started_s = 1795482123,
                              .elapsed_ms = 412};
    result->paths = fixture_paths(arena, result);
    fixture_finding(arena, result, DOMAIN_EXISTS, PASS, "xn--bcher-kva.example", "the domain exists");
    fixture_finding(arena, result, MX_NULL, NOTE, "xn--bcher-kva.example", "accepts no mail");
    return result;
}

/* A third one: seen from where port 25 is blocked, nothing can be said. */
static const struct result *fixture_blocked(struct arena *arena)
{
    static const struct target target = {.domain = "example.com", .unicode = "example.com", .smtp_port = 25};
    static const char mx[] = "mx.example.com[192.0.2.25]";
    static const enum check_id undecided[] = {
        BANNER_GREETING, BANNER_FQDN, BANNER_RESOLVES, BANNER_MATCHES_PTR, BANNER_MATCHES_EHLO,
        SMTP_REACHABLE, SMTP_EHLO_ACCEPTED, SMTP_EXTENSIONS, SMTP_STARTTLS_OFFERED, SMTP_STARTTLS_INJECTION, SMTP_DELAY,
        SMTP_PROTOCOL,
    };
    struct result *result = ARENA_NEW(arena, struct result);

    *result = (struct result){.target = &target,
                              .verdict = VERDICT_UNKNOWN,
                              .vantage = fixture_vantage(),
                              .instrument = fixture_instrument(),
                              .started_s = 1795482123,
                              .elapsed_ms = 21500};
    fixture_undecided(
        arena, result, ENV_PORT25, "audit.example.net",
        "no server for comparison connects on port 25, but one does on port 443: outbound port 25 is blocked where this "
        "program runs",
        REASON_PORT25_BLOCKED_HERE, NULL);
    fixture_finding(arena, result, ENV_IPV6, NOTE, "audit.example.net", "this machine has no IPv6 connectivity");
    fixture_finding(arena, result, DOMAIN_EXISTS, PASS, "example.com", "the domain exists");
    fixture_finding(arena, result, MX_EXISTS, PASS, "example.com", "1 MX record");
    for (size_t i = 0; i < sizeof undecided / sizeof *undecided; i++)
        fixture_undecided(arena, result, undecided[i], mx,
                          "no session: outbound port 25 is blocked where this program runs", REASON_PORT25_BLOCKED_HERE,
                          "env.port25");
    fixture_undecided(arena, result, SMTP_REACHABLE, "mx.example.com[2001:db8::25]",
                      "no session: this machine has no IPv6 connectivity", REASON_NO_IPV6_HERE, "env.ipv6");
    return result;
}

/* A fourth one: its texts are what languages and logs could take for something else. */
static const struct result *fixture_hostile(struct arena *arena)
{
    static const struct target target = {
        .domain = "example.net", .unicode = "example.net", .smtp_port = 25, .place = "mail, 100%: project.conf:12"};
    static const char *const texts[] = {
        "::error file=x::not ours", " ::warning::not ours", "##[error]not ours", "##vso[task.complete result=Failed]",
        "##teamcity[buildProblem]", "=cmd|' /C calc'!A0", "@SUM(1+1)", "+1", "-1", ("\xef\xbc\x9d" "1"), "a|b\\|c",
        "` `` ``` ```` @user #1 https://example.com/ ![x](y)", "`", "\n::error::not ours\r\n<b>", "%0A::error::not ours",
        "]]></failure><failure>&lt;", "\"}], \"runs\": []", "\\\"", "'; rm -rf /; '$(id)`id`", "warn=0;;;; 'x'=1",
        "\x1b]0;title\x07\xe2\x80\xae\xff", "<!--", "---", "\xe2\x80\xa8\xe1\x9a\x80::error::x",
    };
    enum { HOSTILE_TEXTS = sizeof texts / sizeof *texts };
    static const struct suppression accepted = {.until = "2027-03-01",
                                                .reason = "] ]]> \"::error::`x`|y\" </skipped>",
                                                .where = "mail, 100%: project.conf:30"};
    struct result *result = ARENA_NEW(arena, struct result);

    *result = (struct result){.target = &target,
                              .verdict = VERDICT_NOT_READY,
                              .vantage = fixture_vantage(),
                              .instrument = fixture_instrument(),
                              .started_s = 1795482123,
                              .elapsed_ms = 1};
    fixture_finding(arena, result, EXPECT_PTR, FAIL, "192.0.2.3",
                    "expected ptr 192.0.2.3 mail.example.net; seen: other.example.net")
        ->place = "a,b::c.conf:14";
    fixture_finding(arena, result, EXPECT_MX, FAIL, "example.net",
                    "expected mx 10 mx1.example.net; seen: no MX record")
        ->place = "--expect";
    for (int status = NOTE; status <= FAIL; status++) {
        struct finding *f = fixture_finding(arena, result, PTR_FCRDNS, (enum status)status,
                                            str_printf(arena, "192.0.2.%d", 10 + status), "accepted by the user");

        f->suppressed = &accepted;
        f->reason = status == UNKNOWN ? REASON_TIMEOUT : REASON_NONE;
        f->side = status == UNKNOWN ? SIDE_NETWORK : SIDE_NONE;
        result->counts[status]--;
        result->suppressed_count++;
    }
    for (size_t i = 0; i < 2 * HOSTILE_TEXTS; i++) { /* once where it is told, once where it is only listed */
        static const enum status statuses[] = {FAIL, WARN, UNKNOWN, NOTE, SKIPPED, PASS};
        enum status status = statuses[i < HOSTILE_TEXTS ? i % 3 : 3 + i % 3];
        const char *text = texts[i % HOSTILE_TEXTS];
        struct finding *f = fixture_finding(arena, result, SMTP_PROTOCOL, status, text, text);

        f->remedy = text;
        f->about = subject_host(text);
        fixture_list(arena, &f->records, text);
        if (status == UNKNOWN) {
            f->reason = REASON_TIMEOUT;
            f->side = SIDE_NETWORK;
        }
    }
    return result;
}
