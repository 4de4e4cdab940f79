/* core/result/subject.c - what a finding speaks of, and its text. */
#include "core/result/subject.h"

#include <assert.h>

#include "core/base/arena.h"
#include "core/base/str.h"

struct subject subject_domain(const char *name)
{
    return (struct subject){.kind = SUBJECT_DOMAIN, .name = name};
}

struct subject subject_envelope(const char *mail_from, const char *from)
{
    return (struct subject){.kind = SUBJECT_ENVELOPE, .host = mail_from, .name = from};
}

struct subject subject_zone(const char *name)
{
    return (struct subject){.kind = SUBJECT_ZONE, .name = name};
}

struct subject subject_host(const char *host)
{
    return (struct subject){.kind = SUBJECT_HOST, .host = host};
}

struct subject subject_address(const struct ip *ip)
{
    return (struct subject){.kind = SUBJECT_ADDRESS, .ip = *ip};
}

struct subject subject_host_address(const char *host, const struct ip *ip)
{
    return (struct subject){.kind = SUBJECT_HOST_ADDRESS, .host = host, .ip = *ip};
}

struct subject subject_address_name(const struct ip *ip, const char *name)
{
    return (struct subject){.kind = SUBJECT_ADDRESS_NAME, .ip = *ip, .name = name};
}

struct subject subject_network(const char *text)
{
    return (struct subject){.kind = SUBJECT_NETWORK, .name = text};
}

struct subject subject_selector(const char *selector, const char *domain)
{
    return (struct subject){.kind = SUBJECT_SELECTOR, .selector = selector, .name = domain};
}

struct subject subject_service(const char *service, const char *domain)
{
    return (struct subject){.kind = SUBJECT_SERVICE, .host = service, .name = domain};
}

struct subject subject_tlsa(const char *owner, const char *record)
{
    return (struct subject){.kind = SUBJECT_TLSA, .host = owner, .name = record};
}

struct subject subject_url(const char *url)
{
    return (struct subject){.kind = SUBJECT_URL, .name = url};
}

struct subject subject_list(const char *label)
{
    return (struct subject){.kind = SUBJECT_LIST, .name = label};
}

struct subject subject_listing(const struct ip *ip, const char *label)
{
    return (struct subject){.kind = SUBJECT_LIST, .ip = *ip, .name = label};
}

struct subject subject_domain_listing(const char *domain, const char *label)
{
    return (struct subject){.kind = SUBJECT_LIST, .host = domain, .name = label};
}

struct subject subject_mailbox(const char *domain, const char *host, const struct ip *ip)
{
    return (struct subject){.kind = SUBJECT_MAILBOX, .name = domain, .host = host, .ip = *ip};
}

struct subject subject_resolver(const char *server)
{
    return (struct subject){.kind = SUBJECT_RESOLVER, .name = server};
}

struct subject subject_machine(const char *host)
{
    return (struct subject){.kind = SUBJECT_MACHINE, .host = host};
}

const char *subject_kind_word(enum subject_kind kind)
{
    static const char *const words[] = {
        [SUBJECT_DOMAIN] = "domain",
        [SUBJECT_ENVELOPE] = "envelope",
        [SUBJECT_ZONE] = "zone",
        [SUBJECT_HOST] = "host",
        [SUBJECT_ADDRESS] = "address",
        [SUBJECT_HOST_ADDRESS] = "host_address",
        [SUBJECT_ADDRESS_NAME] = "address_name",
        [SUBJECT_NETWORK] = "network",
        [SUBJECT_SELECTOR] = "selector",
        [SUBJECT_SERVICE] = "service",
        [SUBJECT_TLSA] = "tlsa",
        [SUBJECT_URL] = "url",
        [SUBJECT_LIST] = "list",
        [SUBJECT_MAILBOX] = "mailbox",
        [SUBJECT_RESOLVER] = "resolver",
        [SUBJECT_MACHINE] = "machine",
    };
    static_assert(sizeof words / sizeof *words == SUBJECT_KIND_COUNT, "a kind without a word");

    return words[kind];
}

const char *subject_text(struct arena *arena, const struct subject *s)
{
    const char *ip = s->ip.family == IP_NONE ? NULL : ip_text(arena, &s->ip);

    switch (s->kind) {
    case SUBJECT_DOMAIN:
    case SUBJECT_ZONE:
    case SUBJECT_NETWORK:
    case SUBJECT_URL:
    case SUBJECT_RESOLVER:
        return s->name;
    case SUBJECT_HOST:
    case SUBJECT_MACHINE:
        return s->host;
    case SUBJECT_ADDRESS:
        return ip;
    case SUBJECT_HOST_ADDRESS:
        return str_concat(arena, s->host, "[", ip, "]", s->name ? " " : "", s->name ? s->name : "", NULL);
    case SUBJECT_ADDRESS_NAME:
        return str_concat(arena, ip, " ", s->name, NULL);
    case SUBJECT_SELECTOR:
        return s->selector;
    case SUBJECT_SERVICE:
        return str_concat(arena, s->name, " by ", s->host, NULL);
    case SUBJECT_ENVELOPE:
    case SUBJECT_TLSA:
        return str_concat(arena, s->host, " ", s->name, NULL);
    case SUBJECT_LIST:
        return ip || s->host ? str_concat(arena, ip ? ip : s->host, " ", s->name, NULL) : s->name;
    case SUBJECT_MAILBOX:
        return str_concat(arena, s->name, " ", s->host, "[", ip, "]", NULL);
    case SUBJECT_KIND_COUNT:
        break;
    }
    return "";
}
