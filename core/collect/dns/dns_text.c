/* core/collect/dns/dns_text.c - words for extended errors, and the system's list of resolvers. */
#include "core/collect/dns/dns_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

void dns_server_print(const struct dns_server *server, char out[DNS_SERVER_TEXT_MAX])
{
    char ip[IP_TEXT_MAX];

    ip_print(&server->ip, ip);
    if (server->port == DNS_PORT)
        snprintf(out, DNS_SERVER_TEXT_MAX, "%s", ip);
    else
        snprintf(out, DNS_SERVER_TEXT_MAX, "%s@%u", ip, (unsigned)server->port);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static bool parse_line(const char *line, const char *end, struct dns_server *out)
{
    static const char keyword[] = "nameserver";
    const size_t length = sizeof keyword - 1;
    char ip[IP_TEXT_MAX];
    size_t used = 0;

    if ((size_t)(end - line) <= length || memcmp(line, keyword, length) != 0 || !is_blank(line[length]))
        return false;
    line += length;
    while (line < end && is_blank(*line))
        line++;
    while (line < end && !is_blank(*line) && used < sizeof ip - 1)
        ip[used++] = *line++;
    ip[used] = '\0';
    if (!ip_parse(ip, &out->ip))
        return false;
    out->port = DNS_PORT;
    return true;
}

size_t dns_servers_parse(const char *text, size_t size, struct dns_server *out, size_t max)
{
    const char *end = text + size;
    size_t count = 0;

    while (text < end && count < max) {
        const char *line_end = memchr(text, '\n', (size_t)(end - text));

        if (!line_end)
            line_end = end;
        count += parse_line(text, line_end, &out[count]);
        text = line_end < end ? line_end + 1 : end;
    }
    return count;
}

size_t dns_system_servers(struct dns_server *out, size_t max)
{
    FILE *file = fopen("/etc/resolv.conf", "re");
    char *text = malloc(RESOLV_CONF_MAX);
    size_t count = 0;

    if (file && text)
        count = dns_servers_parse(text, fread(text, 1, RESOLV_CONF_MAX, file), out, max);
    free(text);
    if (file)
        fclose(file);
    return count;
}
