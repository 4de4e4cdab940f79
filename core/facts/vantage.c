/* core/facts/vantage.c - evidence about this machine: names, addresses, routes. */
#include "core/facts/vantage.h"

#include <errno.h>
#include <ifaddrs.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/arena.h"
#include "core/base/name.h"
#include "core/base/str.h"

enum { HOST_NAME_ROOM = 256 };

/* The canonical name in /etc/hosts, as a resolver library would find it, but without asking anybody. */
static const char *fqdn_from_hosts(struct arena *arena, const char *host)
{
    FILE *hosts = fopen("/etc/hosts", "re");
    char line[1024];
    const char *found = NULL;

    if (!hosts)
        return NULL;
    while (!found && fgets(line, sizeof line, hosts)) {
        char *rest = line, *canonical, *word;

        line[strcspn(line, "#\r\n")] = '\0';
        if (!strsep(&rest, " \t"))
            continue;
        canonical = NULL;
        while (!found && (word = strsep(&rest, " \t"))) {
            if (*word && !canonical)
                canonical = word;
            if (canonical && strcmp(word, host) == 0 && strchr(canonical, '.'))
                found = str_dup(arena, canonical);
        }
    }
    fclose(hosts);
    return found;
}

static const char *own_name(struct arena *arena)
{
    char host[HOST_NAME_ROOM];
    const char *fqdn;

    if (gethostname(host, sizeof host) != 0)
        return "localhost";
    host[sizeof host - 1] = '\0';
    if (strchr(host, '.'))
        return str_dup(arena, host);
    fqdn = fqdn_from_hosts(arena, host);
    return fqdn ? fqdn : str_dup(arena, host);
}

/* False: the system does not tell, which is no sign that there are none. */
static bool find_addresses(struct arena *arena, struct vantage *vantage)
{
    struct ip *own = ARENA_ARRAY(arena, struct ip, VANTAGE_ADDRESSES_MAX);
    struct ifaddrs *all;

    if (getifaddrs(&all) != 0) {
        if (errno == ENOMEM)
            arena_exhaust(arena);
        return false;
    }
    for (const struct ifaddrs *at = all; at && vantage->address_count < VANTAGE_ADDRESSES_MAX; at = at->ifa_next) {
        struct ip ip;
        const struct ip_block *block;

        if (!at->ifa_addr || !ip_from_sockaddr(at->ifa_addr, &ip, NULL))
            continue;
        block = ip_special(&ip);
        if (block && (strstr(block->name, "Loopback") || strstr(block->name, "Link")))
            continue;
        own[vantage->address_count++] = ip;
    }
    freeifaddrs(all);
    vantage->addresses = own;
    return true;
}

/* A private IPv4 address reaches the internet through NAT; an IPv6 address has to be global. */
static bool has_family(const struct vantage *vantage, enum ip_family family)
{
    for (size_t i = 0; i < vantage->address_count; i++)
        if (vantage->addresses[i].family == family && (family == IP_V4 || !ip_special(&vantage->addresses[i])))
            return true;
    return false;
}

struct vantage *vantage_look(struct arena *arena, const char *helo)
{
    struct vantage *vantage = ARENA_NEW(arena, struct vantage);
    bool are_known;

    vantage->host = helo ? str_dup(arena, helo) : own_name(arena);
    vantage->host_is_fqdn = name_is_host(vantage->host);
    are_known = find_addresses(arena, vantage);
    vantage->ipv4_route = !are_known || has_family(vantage, IP_V4);
    vantage->ipv6_route = !are_known || has_family(vantage, IP_V6);
    return vantage;
}

const char *vantage_switched_off(const struct vantage *vantage, enum ip_family family)
{
    if (family == IP_V6 && !vantage->ipv6_used)
        return "IPv6 was left out of this audit";
    return family == IP_V4 && !vantage->ipv4_used ? "IPv4 was left out of this audit" : NULL;
}
