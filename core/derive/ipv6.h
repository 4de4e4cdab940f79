/* core/derive/ipv6.h - does IPv6 work from this machine? */
#pragma once

struct run;

/* Does IPv6 work from this machine?  Canaries are asked only when no IPv6 session with the target came about. */
enum ipv6 { IPV6_PENDING, IPV6_OFF, IPV6_MISSING, IPV6_UNTESTED, IPV6_WORKS, IPV6_NOT_SEEN };
enum ipv6 need_ipv6(struct run *);
