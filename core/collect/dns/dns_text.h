/* core/collect/dns/dns_text.h - words for extended errors, and the system's list of resolvers.  For core/dns*.c. */
#pragma once

#include <stddef.h>

#include "core/collect/dns/dns.h"

enum { DNS_EXTENDED_TEXT_MAX = 80 };
const char *dns_extended_error_print(int code,
                                     char out[DNS_EXTENDED_TEXT_MAX]); /* ", extended error 7 (...)"; -1: "" */
bool dns_extended_error_is_bogus(int code);                            /* says that DNSSEC validation failed */

void dns_system_parse(const char *text, size_t size, struct dns_system *out); /* of resolv.conf(5) */
