/* probes/tls_rpt.c - can senders report failures of TLS?  (checks.md, section 12; RFC 8460 3) */
#include "core/base/arena.h"
#include "core/base/str.h"
#include "core/derive/absence.h"
#include "core/derive/inventory.h"
#include "core/derive/run.h"
#include "core/facts/record_text.h"
#include "core/facts/target.h"
#include "core/records/policy_mend.h"
#include "core/records/tag_mend.h"
#include "core/records/tlsrpt.h"
#include "core/result/finding.h"
#include "core/result/probe.h"

static void offer_record(struct run *run, struct finding *f)
{
    const char *domain = run_target(run)->domain;

    finding_record(run, f, "_smtp._tls.%s. 3600 IN TXT \"v=TLSRPTv1; rua=mailto:tls-reports@%s\"", domain, domain);
}

/* A text that senders ignore, as it was meant. */
static struct finding *refuse(struct run *run, struct str text, const char *why)
{
    const char *domain = run_target(run)->domain, *owner = str_printf(run_arena(run), "_smtp._tls.%s", domain);
    struct policy_mended mended = tlsrpt_mend(run_arena(run), text);
    struct finding *f = finding(run, TLS_RPT_RECORD, WARN, subject_domain(domain), "acts as no record: %s", why);

    finding_cause(f, CAUSE_RPT_FAULTY);
    if (mended.text) {
        finding_remedy(run, f, "Publish the record below in place of the one at %s%s%s%s.", owner,
                       mended.slips ? " (with " : "", tag_slips_text(run_arena(run), mended.slips),
                       mended.slips ? ")" : "");
        finding_txt(run, f, owner, mended.text);
        finding_replaces(run, f, "%s", record_txt_line(run_arena(run), owner, str_text(run_arena(run), text)));
    } else {
        finding_remedy(run, f,
                       "Write the record at %s anew: v=TLSRPTv1; then rua= with addresses of the form "
                       "mailto:NAME@DOMAIN or https://..., commas between "
                       "them.",
                       owner);
    }
    return f;
}

static struct finding *judge_record(struct run *run, struct str text)
{
    const char *domain = run_target(run)->domain, *why;
    struct tlsrpt_record record;

    if (!tlsrpt_parse(text, &record, &why))
        return refuse(run, text, why);
    if (record.unknown)
        return finding(run, TLS_RPT_RECORD, PASS, subject_domain(domain), "%zu of %zu destinations can be used; not %s",
                       record.uris - record.unknown, record.uris, str_text(run_arena(run), record.first_odd));
    return finding(run, TLS_RPT_RECORD, PASS, subject_domain(domain), "reports go to %zu destination%s", record.uris,
                   record.uris == 1 ? "" : "s");
}

static struct finding *judge_records(struct run *run, const struct inventory *mail, const struct dns_answer *txt)
{
    const char *domain = run_target(run)->domain;
    struct str text = {NULL, 0}, odd = {NULL, 0};
    size_t count = 0;
    struct finding *f;

    for (size_t i = 0; i < txt->count; i++) {
        if (tlsrpt_is_one(txt->records[i].txt.joined)) {
            text = txt->records[i].txt.joined;
            count++;
        } else if (tlsrpt_mend(run_arena(run), txt->records[i].txt.joined).meant) {
            odd = txt->records[i].txt.joined;
        }
    }
    if (count > 1)
        return finding_remedy(run,
                              finding_cause(finding(run, TLS_RPT_RECORD, WARN, subject_domain(domain),
                                                    "%zu records, so senders ignore all of them", count),
                                            CAUSE_RPT_FAULTY),
                              "Keep one TXT record that begins with v=TLSRPTv1; at _smtp._tls.%s.", domain);
    if (count == 1)
        return judge_record(run, text);
    if (odd.at)
        return refuse(run, odd, "it does not begin with \"v=TLSRPTv1;\"");
    if (inventory_takes_mail(mail))
        f = finding(run, TLS_RPT_RECORD, NOTE, subject_domain(domain),
                    "no TLS-RPT record: nobody reports failures of TLS");
    else
        return finding(run, TLS_RPT_RECORD, SKIPPED, subject_domain(domain), "the domain receives no mail");
    offer_record(run, f);
    return f;
}

static void probe_tls_rpt(struct run *run)
{
    const char *domain = run_target(run)->domain;
    const struct dns_answer *txt = need_record(run, str_printf(run_arena(run), "_smtp._tls.%s", domain), DNS_TXT);
    const struct inventory *mail = need_inventory(run);
    struct finding *f;

    if (!txt || mail->kind == MX_PENDING)
        return;
    if (txt->status == DNS_UNKNOWN)
        f = finding_unknown(run, TLS_RPT_RECORD, subject_domain(domain), &txt->trouble, "no answer for _smtp._tls.%s",
                            domain);
    else
        f = judge_records(run, mail, txt);
    finding_rests_on(run, f, txt->key);
}

const struct probe tls_rpt_probe = {
    .name = "tls_rpt",
    .summary = "where senders report failures of TLS",
    .groups = "tls_rpt",
    .run = probe_tls_rpt,
};
