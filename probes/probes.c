/* probes/probes.c - THE list of probes, in report order. */
#include "probes/probes.h"

#include "core/result/probe.h"

extern const struct probe banner_probe, bimi_probe, dane_probe, dkim_probe, dmarc_probe, dnsbl_probe, dnssec_probe,
    env_probe, expect_probe, helo_probe, ip_probe, mta_sts_probe, mx_probe, ns_probe, ptr_probe, ptr_range_probe,
    recipient_probe, smtp_probe, spf_probe, tls_probe, tls_rpt_probe;

const struct probe *const all_probes[] = {
    &mx_probe,    &ip_probe,      &ptr_probe,     &ptr_range_probe, &helo_probe,   &spf_probe,  &dkim_probe,
    &dmarc_probe, &banner_probe,  &smtp_probe,    &recipient_probe, &tls_probe,    &dane_probe, &dnssec_probe,
    &dnsbl_probe, &mta_sts_probe, &tls_rpt_probe, &bimi_probe,      &expect_probe, &ns_probe,   &env_probe,
};

const size_t all_probe_count = sizeof all_probes / sizeof *all_probes;
