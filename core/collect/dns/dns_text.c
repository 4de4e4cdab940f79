/* core/collect/dns/dns_text.c - words for extended errors, and the system's list of resolvers. */
#include "core/collect/dns/dns_text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <net/if.h>

#include "core/base/str.h"

enum { DNS_PORT = 53, RESOLV_CONF_MAX = 65536 };

/* IANA's registry "Extended DNS Error Codes". */
static const char *const extended_errors[] = {
    [0] = "Other Error",
    [1] = "Unsupported DNSKEY Algorithm",
    [2] = "Unsupported DS Digest Type",
    [3] = "Stale Answer",
    [4] = "Forged Answer",
    [5] = "DNSSEC Indeterminate",
    [6] = "DNSSEC Bogus",
    [7] = "Signature Expired",
    [8] = "Signature Not Yet Valid",
    [9] = "DNSKEY Missing",
    [10] = "RRSIGs Missing",
    [11] = "No Zone Key Bit Set",
    [12] = "NSEC Missing",
    [13] = "Cached Error",
    [14] = "Not Ready",
    [15] = "Blocked",
    [16] = "Censored",
    [17] = "Filtered",
    [18] = "Prohibited",
    [19] = "Stale NXDOMAIN Answer",
    [20] = "Not Authoritative",
    [21] = "Not Supported",
    [22] = "No Reachable Authority",
    [23] = "Network Error",
    [24] = "Invalid Data",
    [25] = "Signature Expired before Valid",
    [26] = "Too Early",
    [27] = "Unsupported NSEC3 Iterations Value",
    [28] = "Unable to conform to policy",
    [29] = "Synthesized",
    [30] = "Invalid Query Type",
};

const char *dns_extended_error_print(int code, char out[DNS_EXTENDED_TEXT_MAX])
{
    bool is_known = code >= 0 && (size_t)code < sizeof extended_errors / sizeof *extended_errors;

    out[0] = '\0';
    if (is_known)
        snprintf(out, DNS_EXTENDED_TEXT_MAX, ", extended error %d (%s)", code, extended_errors[code]);
    else if (code >= 0)
        snprintf(out, DNS_EXTENDED_TEXT_MAX, ", extended error %d", code);
    return out;
}

bool dns_extended_error_is_bogus(int code)
{
    return (code >= 6 && code <= 12) || code == 25;
}

/* ---- name servers ---- */

/* RFC 4007 11.2: the name of an interface, or its index.  0: there is none. */
static uint32_t scope_of(const char *zone)
{
    char *end;
    unsigned long index = strtoul(zone, &end, 10);

    if (zone[0] >= '0' && zone[0] <= '9' && !*end)
        return index <= UINT32_MAX ? (uint32_t)index : 0;
    return if_nametoindex(zone);
}

static bool is_link_local(const struct ip *ip)
{
    return ip->family == IP_V6 && ip->bytes[0] == 0xfe && (ip->bytes[1] & 0xc0) == 0x80;
}

bool dns_server_parse(const char *text, struct dns_server *out)
{
    const char *zone = strchr(text, '%');
    size_t length = zone ? (size_t)(zone - text) : strlen(text);
    char ip[IP_TEXT_MAX];

    if (length >= sizeof ip)
        return false;
    memcpy(ip, text, length);
    ip[length] = '\0';
    *out = (struct dns_server){.port = DNS_PORT, .scope = zone ? scope_of(zone + 1) : 0};
    return ip_parse(ip, &out->ip) && (zone != NULL) == is_link_local(&out->ip) && (zone != NULL) == (out->scope != 0);
}

void dns_server_print(const struct dns_server *server, char out[DNS_SERVER_TEXT_MAX])
{
    char ip[IP_TEXT_MAX], zone[1 + IF_NAMESIZE] = "%", port[8] = "";

    ip_print(&server->ip, ip);
    if (server->scope && !if_indextoname(server->scope, zone + 1))
        snprintf(zone, sizeof zone, "%%%u", (unsigned)server->scope);
    if (server->port != DNS_PORT)
        snprintf(port, sizeof port, "@%u", (unsigned)server->port);
    snprintf(out, DNS_SERVER_TEXT_MAX, "%s%s%s", ip, server->scope ? zone : "", port);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* The address in a "nameserver" line; "" if it is another line. */
static void read_line(const char *line, const char *end, char address[DNS_SERVER_TEXT_MAX])
{
    static const char keyword[] = "nameserver";
    const size_t length = sizeof keyword - 1;
    size_t used = 0;

    if ((size_t)(end - line) > length && memcmp(line, keyword, length) == 0 && is_blank(line[length])) {
        line += length;
        while (line < end && is_blank(*line))
            line++;
        while (line < end && !is_blank(*line) && used < DNS_SERVER_TEXT_MAX - 1)
            address[used++] = *line++;
    }
    address[used] = '\0';
}

void dns_system_parse(const char *text, size_t size, struct dns_system *out)
{
    const char *end = text + size;

    *out = (struct dns_system){.count = 0};
    while (text < end) {
        const char *line_end = memchr(text, '\n', (size_t)(end - text));
        char address[DNS_SERVER_TEXT_MAX];

        if (!line_end)
            line_end = end;
        read_line(text, line_end, address);
        text = line_end < end ? line_end + 1 : end;
        if (!address[0])
            continue;
        if (out->count < DNS_SYSTEM_MAX && dns_server_parse(address, &out->servers[out->count]))
            out->count++;
        else if (out->unusable_count < DNS_SYSTEM_MAX)
            memcpy(out->unusable[out->unusable_count++], address, sizeof address);
    }
}

int dns_system_read(struct dns_system *out)
{
    FILE *file = fopen("/etc/resolv.conf", "re");
    char text[RESOLV_CONF_MAX];
    int error = file || errno == ENOENT ? 0 : errno;

    dns_system_parse(text, file ? fread(text, 1, sizeof text, file) : 0, out);
    if (file)
        fclose(file);
    return error;
}
