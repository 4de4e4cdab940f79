/* core/result/hosted.c - findings on servers that a service runs. */
#include "core/result/hosted.h"

#include <string.h>

#include "core/base/name.h"
#include "core/derive/inventory.h"
#include "core/derive/services.h"
#include "core/result/finding.h"

/* Groups that judge a server, not what the domain publishes about it. */
static bool is_about_servers(const struct finding *f)
{
    static const char *const groups[] = {"ip", "ptr", "helo", "banner", "smtp", "tls", "dane", "dnsbl"};

    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
        if (strcmp(check_of(f->check)->group, groups[i]) == 0)
            return true;
    return false;
}

/* Groups that judge the zone of a name. */
static bool is_about_zones(const struct finding *f)
{
    return strcmp(check_of(f->check)->group, "dnssec") == 0 || strcmp(check_of(f->check)->group, "ns") == 0;
}

/* Of "1.2.0.192.in-addr.arpa", or of a zone above it that holds no other mail address. */
static const struct service *service_of_reverse(struct arena *scratch, const char *name,
                                                const struct services *services, const struct inventory *mail)
{
    const struct service *s = NULL;

    for (size_t i = 0; name_is_under(name, "arpa") && i < mail->address_count; i++) {
        if (!name_is_under(ip_reverse_name(scratch, &mail->addresses[i].ip), name))
            continue;
        s = service_of_address(services, &mail->addresses[i]);
        if (!s)
            return NULL;
    }
    return s;
}

/* How many hosts and addresses there are behind a service's MX records is its own matter. */
static const struct service *service_of_all_hosts(const struct services *services, const struct inventory *mail)
{
    const struct service *s = NULL;

    for (size_t i = 0; i < mail->host_count; i++) {
        const struct service *one = service_of_host(services, mail->hosts[i].name);

        if (!one || (s && one != s))
            return NULL;
        s = one;
    }
    return s;
}

static const struct service *runs(struct arena *scratch, const struct finding *f, const struct services *services,
                                  const struct inventory *mail)
{
    const struct subject *about = &f->about;

    if (f->check == MX_REDUNDANCY)
        return service_of_all_hosts(services, mail);
    if (about->ip.family != IP_NONE) {
        for (size_t i = 0; i < mail->address_count; i++)
            if (ip_equal(&mail->addresses[i].ip, &about->ip))
                return service_of_address(services, &mail->addresses[i]);
        return NULL;
    }
    if (about->kind == SUBJECT_HOST || about->kind == SUBJECT_TLSA)
        return service_of_host(services, about->host); /* "_25._tcp.mx.example.net" is below the host */
    if ((about->kind == SUBJECT_DOMAIN || about->kind == SUBJECT_ZONE) && is_about_zones(f)) {
        const struct service *s = service_of_host(services, about->name);

        return s ? s : service_of_reverse(scratch, about->name, services, mail);
    }
    return NULL;
}

/* TLS fails only where a policy has senders refuse what does not measure up: the domain's own mostly. */
static bool is_refused_by_policy(const struct finding *f)
{
    return f->status == FAIL && (strcmp(check_of(f->check)->group, "tls") == 0 || f->check == SMTP_STARTTLS_OFFERED);
}

void finding_yield(struct arena *scratch, struct finding *f, const struct services *services,
                   const struct inventory *mail)
{
    const struct service *s =
        is_about_servers(f) || is_about_zones(f) || f->check == MX_REDUNDANCY ? runs(scratch, f, services, mail) : NULL;

    if (!s || is_refused_by_policy(f))
        return;
    f->run_by = s;
    if (f->status == WARN || f->status == FAIL)
        f->status = NOTE;
    f->worst = NOTE;
}
