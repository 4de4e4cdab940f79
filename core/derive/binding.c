/* core/derive/binding.c - does a policy of the domain's own bind senders to TLS with an MX host? */
#include "core/derive/binding.h"

#include "core/base/name.h"
#include "core/derive/dane.h"
#include "core/derive/inventory.h"
#include "core/derive/run.h"
#include "core/derive/sts.h"

enum binding need_binding(struct run *run, const char *mx_host)
{
    const struct inventory *mail = need_inventory(run);
    bool pending = false, by_dane = false;
    bool by_sts = need_covered_by_sts(run, mx_host, STS_ENFORCE, &pending);
    bool tested = need_covered_by_sts(run, mx_host, STS_TESTING, &pending);

    for (size_t i = 0; i < mail->host_count; i++) {
        const struct dane *dane;

        if (!name_equal(mail->hosts[i].name, mx_host))
            continue;
        dane = need_dane(run, &mail->hosts[i]);
        pending |= dane->state == DANE_PENDING;
        by_dane = dane->state == DANE_SECURE && dane->usable;
    }
    if (pending)
        return BINDING_PENDING;
    if (by_sts)
        return by_dane ? BINDING_BOTH : BINDING_STS;
    if (by_dane)
        return BINDING_DANE;
    return tested ? BINDING_TESTED : BINDING_NONE;
}

bool binding_is_set(enum binding binding)
{
    return binding == BINDING_STS || binding == BINDING_DANE || binding == BINDING_BOTH;
}

const char *binding_text(enum binding binding)
{
    static const char *const texts[] = {
        [BINDING_PENDING] = "",
        [BINDING_NONE] = "",
        [BINDING_TESTED] = "the domain's MTA-STS policy, were it not in mode testing,",
        [BINDING_STS] = "the domain's MTA-STS policy",
        [BINDING_DANE] = "the host's TLSA records",
        [BINDING_BOTH] = "the domain's MTA-STS policy and the host's TLSA records",
    };

    return texts[binding];
}
