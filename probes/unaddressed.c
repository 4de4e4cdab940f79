/* probes/unaddressed.c - what to say of a domain without a mail address. */
#include "core/run.h"
#include "core/target.h"
#include "probes/mail.h"

/* Why it is not known whether there are addresses; NULL: it is known that there are none. */
static const struct trouble *doubt_about(const struct inventory *mail)
{
    if (mail->kind == MX_UNDECIDED)
        return mail->trouble;
    for (size_t i = 0; i < mail->host_count; i++) {
        const struct dns_answer *answers[2] = {mail->hosts[i].a, mail->hosts[i].aaaa};

        for (size_t k = 0; k < 2; k++)
            if (answers[k] && answers[k]->status == DNS_UNKNOWN && !answers[k]->chain_loops && !answers[k]->chain_too_long)
                return &answers[k]->trouble;
    }
    return NULL;
}

void judge_without_address(struct run *run, const struct inventory *mail, enum check_id check, const char *why)
{
    const char *domain = run_target(run)->domain;
    const struct trouble *doubt = doubt_about(mail);

    if (doubt)
        finding_follows(finding_unknown(run, check, domain, doubt, "no mail address is known"),
                        mail->kind == MX_UNDECIDED ? MX_EXISTS : MX_RESOLVES);
    else
        finding(run, check, SKIPPED, domain, "%s", why);
}
