/* core/collect/dns/dns_text.h - words for extended errors, and the system's list of resolvers.  For core/dns*.c. */
#pragma once

#include <stddef.h>

#include "core/collect/dns/dns.h"

enum { DNS_EXTENDED_TEXT_MAX = 80 };
const char *dns_extended_error_print(int code,
                                     char out[DNS_EXTENDED_TEXT_MAX]); /* ", extended error 7 (...)"; -1: "" */
bool dns_extended_error_is_bogus(int code);                            /* says that DNSSEC validation failed */

enum { DNS_SERVER_TEXT_MAX = IP_TEXT_MAX + 6 };
void dns_server_print(const struct dns_server *, char out[DNS_SERVER_TEXT_MAX]); /* "192.0.2.53", "192.0.2.53@5353" */

/* The `nameserver` lines of resolv.conf(5); what does not parse (an address with a zone) is passed over. */
size_t dns_servers_parse(const char *text, size_t size, struct dns_server *out, size_t max);
