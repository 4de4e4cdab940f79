/* What is found on servers that a service runs is that service's to keep; what a domain publishes stays its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/arena.h"
#include "core/derive/inventory.h"
#include "core/derive/services.h"
#include "core/records/provider.h"
#include "core/result/finding.h"
#include "core/result/hosted.h"

#define SERVICE_IP {IP_V4, {11, 0, 0, 1}}
#define OWN_IP {IP_V4, {11, 0, 0, 2}}
#define LAST_IP {IP_V4, {11, 0, 0, 4}}

static const struct provider provider = {.id = "service", .mx = "mx.service.lab", .kind = PROVIDER_MAILBOX};
static const struct service service = {.provider = &provider, .roles = SERVICE_RECEIVES};
static const struct services services = {.at = &service, .count = 1};
static const char *const hosts_of_service[] = {"mx.service.lab"}, *const own_hosts[] = {"mx.good.lab"};
/* Whoever leaves out the first or the last one of two is found out. */
static const struct mail_address addresses[] = {{.ip = SERVICE_IP, .hosts = hosts_of_service, .host_count = 1},
                                                {.ip = OWN_IP, .hosts = own_hosts, .host_count = 1},
                                                {.ip = LAST_IP, .hosts = hosts_of_service, .host_count = 1}};
static const struct mx_host hosts[] = {{.name = "mx.service.lab"}, {.name = "mx.good.lab"}, {.name = "mx.service.lab"}};
static const struct inventory mail = {.addresses = addresses, .address_count = 3, .hosts = hosts, .host_count = 3};
static const struct ip service_ip = SERVICE_IP, own_ip = OWN_IP, last_ip = LAST_IP, other_ip = {IP_V4, {11, 0, 0, 3}};

static bool yields(enum check_id check, struct subject about, const struct inventory *inventory)
{
    struct arena *arena = arena_new(1 << 16);
    struct finding f = {.check = check, .status = WARN, .worst = FAIL, .about = about};

    finding_yield(arena, &f, &services, inventory);
    arena_free(arena);
    assert_ptr_equal(f.run_by, f.status == NOTE ? &service : NULL);
    return f.run_by != NULL;
}

static void findings_about_a_server_are_its_keepers(void **state)
{
    (void)state;
    assert_true(yields(PTR_EXISTS, subject_address(&service_ip), &mail));
    assert_true(yields(PTR_EXISTS, subject_address(&last_ip), &mail));
    assert_false(yields(PTR_EXISTS, subject_address(&own_ip), &mail));
    assert_false(yields(PTR_EXISTS, subject_address(&other_ip), &mail)); /* nobody's that is known */
    assert_true(yields(HELO_RESOLVES, subject_address_name(&service_ip, "a.service.lab"), &mail));
    assert_true(yields(BANNER_GREETING, subject_host_address("mx.service.lab", &service_ip), &mail));
    assert_true(yields(DNSBL_LISTED, subject_listing(&service_ip, "bl.lab"), &mail));
    assert_true(yields(DANE_TLSA, subject_host("mx.service.lab"), &mail));
    assert_true(yields(DANE_TLSA, subject_tlsa("_25._tcp.mx.service.lab", "3 1 1 00"), &mail));
    assert_false(yields(DANE_TLSA, subject_tlsa("_25._tcp.mx.good.lab", "3 1 1 00"), &mail));
    assert_false(yields(DANE_TLSA, subject_host("mx.good.lab"), &mail));
}

static void what_the_domain_publishes_is_its_own(void **state)
{
    (void)state;
    assert_false(yields(MX_RESOLVES, subject_host("mx.service.lab"), &mail));
    assert_false(yields(SPF_AUTHORIZES, subject_address(&service_ip), &mail));
    assert_false(yields(MTA_STS_MX_MATCH, subject_host("mx.service.lab"), &mail));
    assert_false(yields(PTR_EXISTS, subject_domain("mx.service.lab"), &mail)); /* a name, and no zone is judged */
}

static void zones_are_kept_by_who_keeps_the_servers_in_them(void **state)
{
    struct inventory some = mail;

    (void)state;
    assert_true(yields(DNSSEC_STATUS, subject_domain("mx.service.lab"), &mail));
    assert_true(yields(NS_CONSISTENT, subject_zone("mx.service.lab"), &mail));
    assert_false(yields(DNSSEC_STATUS, subject_domain("good.lab"), &mail));
    assert_true(yields(DNSSEC_STATUS, subject_zone("1.0.0.11.in-addr.arpa"), &mail));
    assert_false(yields(DNSSEC_STATUS, subject_zone("2.0.0.11.in-addr.arpa"), &mail));
    assert_false(yields(DNSSEC_STATUS, subject_zone("0.0.11.in-addr.arpa"), &mail)); /* the domain's own host, too */
    assert_false(yields(DNSSEC_STATUS, subject_zone("3.0.0.11.in-addr.arpa"), &mail));
    some.address_count = 1;
    assert_true(yields(DNSSEC_STATUS, subject_zone("0.0.11.in-addr.arpa"), &some));
}

static void redundancy_is_the_service_s_where_all_hosts_are(void **state)
{
    struct inventory some = mail;

    (void)state;
    assert_false(yields(MX_REDUNDANCY, subject_domain("good.lab"), &mail));
    some.host_count = 2;
    assert_false(yields(MX_REDUNDANCY, subject_domain("good.lab"), &some));
    some.hosts++;
    assert_false(yields(MX_REDUNDANCY, subject_domain("good.lab"), &some));
    some.hosts = hosts;
    some.host_count = 1;
    assert_true(yields(MX_REDUNDANCY, subject_domain("good.lab"), &some));
    some.host_count = 0;
    assert_false(yields(MX_REDUNDANCY, subject_domain("good.lab"), &some));
}

/* A note at most, unknown or not; but what the domain's own policy has refused stays a failure. */
static void only_a_policy_makes_it_a_failure(void **state)
{
    static const struct {
        enum check_id check;
        enum status status, left, worst;
    } cases[] = {
        {PTR_EXISTS, FAIL, NOTE, NOTE},           {PTR_EXISTS, WARN, NOTE, NOTE},
        {PTR_EXISTS, UNKNOWN, UNKNOWN, NOTE},     {PTR_EXISTS, PASS, PASS, NOTE},
        {PTR_EXISTS, SKIPPED, SKIPPED, NOTE},     {TLS_VERSION, FAIL, FAIL, FAIL},
        {TLS_VERSION, WARN, NOTE, NOTE},         {SMTP_STARTTLS_OFFERED, FAIL, FAIL, FAIL},
        {SMTP_STARTTLS_OFFERED, WARN, NOTE, NOTE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *arena = arena_new(1 << 16);
        struct finding f = {.check = cases[i].check,
                            .status = cases[i].status,
                            .worst = FAIL,
                            .about = subject_host_address("mx.service.lab", &service_ip)};

        finding_yield(arena, &f, &services, &mail);
        assert_int_equal(f.status, cases[i].left);
        assert_int_equal(f.worst, cases[i].worst);
        arena_free(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(findings_about_a_server_are_its_keepers),
        cmocka_unit_test(what_the_domain_publishes_is_its_own),
        cmocka_unit_test(zones_are_kept_by_who_keeps_the_servers_in_them),
        cmocka_unit_test(redundancy_is_the_service_s_where_all_hosts_are),
        cmocka_unit_test(only_a_policy_makes_it_a_failure),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
