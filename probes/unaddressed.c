/* probes/unaddressed.c - what to say where there is no server to talk to. */
#include "probes/unaddressed.h"

#include "core/base/str.h"
#include "core/derive/inventory.h"
#include "core/derive/run.h"
#include "core/facts/target.h"
#include "core/result/finding.h"

const struct trouble *address_doubt(const struct inventory *mail)
{
    if (mail->kind == MX_UNDECIDED)
        return mail->trouble;
    for (size_t i = 0; i < mail->host_count; i++) {
        const struct dns_answer *answers[2] = {mail->hosts[i].a, mail->hosts[i].aaaa};

        for (size_t k = 0; k < 2; k++)
            if (dns_answer_is_open(answers[k]))
                return &answers[k]->trouble;
    }
    return NULL;
}

void judge_without_address(struct run *run, const struct inventory *mail, enum check_id check, const char *why)
{
    const char *domain = run_target(run)->domain;
    const struct trouble *doubt = address_doubt(mail);

    if (doubt)
        finding_follows(finding_unknown(run, check, subject_domain(domain), doubt, "no server address is known"),
                        mail->kind == MX_UNDECIDED ? MX_EXISTS : MX_RESOLVES);
    else
        finding(run, check, SKIPPED, subject_domain(domain), "%s", why);
}

static const char *more(struct run *run, size_t count, const char *what, const char *ending)
{
    if (!count)
        return "";
    return str_printf(run_arena(run), "%zu more %s%s", count, what, count == 1 ? "" : *ending ? ending : "s");
}

void judge_left_out(struct run *run, const struct inventory *mail, enum check_id check)
{
    struct trouble budget = trouble_of(REASON_BUDGET);
    struct finding *f;

    if (!mail->complete || (!mail->addresses_left_out && !mail->hosts_left_out))
        return;
    budget.why = "there are more than one audit looks at";
    f = finding_unknown(run, check, subject_domain(run_target(run)->domain), &budget, "not judged: %s%s%s",
                        more(run, mail->hosts_left_out, "MX host", ""),
                        mail->hosts_left_out && mail->addresses_left_out ? " and " : "",
                        more(run, mail->addresses_left_out, "server address", "es"));
    finding_worst(f, FAIL); /* some of them may send */
}

void skip_sender_only(struct run *run, const struct inventory *mail, enum check_id check)
{
    for (size_t i = 0; i < mail->address_count; i++)
        if (!(mail->addresses[i].roles & ROLE_MX))
            finding(run, check, SKIPPED, subject_address(&mail->addresses[i].ip),
                    "it only sends, so it need not listen");
}
