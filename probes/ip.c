/* probes/ip.c - are the mail addresses reachable from the internet at all?  (checks.md, ip.public; RFC 6890) */
#include "core/derive/inventory.h"
#include "core/derive/run.h"
#include "core/facts/target.h"
#include "core/result/finding.h"
#include "core/result/probe.h"
#include "probes/unaddressed.h"

static bool is_mx(const struct mail_address *address)
{
    return address->roles & ROLE_MX;
}

/* False where that is not known: an MX host that could not be looked up may be the one that works. */
static bool every_mx_is_special(const struct inventory *mail)
{
    if (address_doubt(mail) || mail->hosts_left_out || mail->addresses_left_out)
        return false;
    for (size_t i = 0; i < mail->address_count; i++)
        if (is_mx(&mail->addresses[i]) && !ip_special(&mail->addresses[i].ip))
            return false;
    return true;
}

static void probe_ip(struct run *run)
{
    const struct inventory *mail = need_inventory(run);
    bool all_special = every_mx_is_special(mail);

    for (size_t i = 0; i < mail->address_count; i++) {
        const struct mail_address *address = &mail->addresses[i];
        const struct ip_block *block = ip_special(&address->ip);
        bool is_fatal = address_is_sender(address) || (is_mx(address) && all_special);

        if (!block)
            finding(run, IP_PUBLIC, PASS, subject_address(&address->ip), "globally reachable");
        else
            finding(run, IP_PUBLIC, is_fatal ? FAIL : WARN, subject_address(&address->ip), "lies in the %s block (%s)",
                    block->name, block->source);
    }
    if (mail->complete && mail->address_count == 0)
        judge_without_address(run, mail, IP_PUBLIC, "no server address is known");
}

const struct probe ip_probe = {
    .name = "ip",
    .summary = "server addresses against the IANA special-purpose registries",
    .groups = "ip",
    .run = probe_ip,
};
