/* core/derive/run.h - one execution of one probe, and how a probe asks for evidence.
 *
 * need_*() returns evidence that is known, or NULL.  NULL has registered the wish: go on with what is there, the probe
 * is run again when the evidence has arrived.  Findings of a run that still has open wishes are thrown away with its
 * scratch arena, the first run without open wishes is the final one.  So a probe holds nothing between runs, and asks
 * for everything that it can name before it looks at the first answer.
 *
 * When an audit's time or query budget is spent, need_*() stops returning NULL: what is not known yet is answered with
 * trouble (reason budget), and every probe ends.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "core/base/ip.h"
#include "core/facts/dns_answer.h"
#include "core/facts/evidence.h"

struct arena;
struct https_response;
struct run;
struct signed_reply;
struct smtp_session;
struct target;
struct vantage;

const struct dns_answer *need_dns(struct run *, const char *name, enum dns_type);
const struct dns_answer *need_dns_again(struct run *, const char *name, enum dns_type); /* a second, later question */
const struct dns_answer *need_dns_at(struct run *, const struct ip *server, const char *name, enum dns_type);
/* Asked again, with a single packet (dns.h): sample 0 to DNS_SAMPLES - 1. */
const struct dns_answer *need_dns_sample(struct run *, const struct ip *server, const char *name, enum dns_type,
                                         unsigned sample);
/* With signatures, and not validated; the type is one of enum dns_type or enum wire_type.  Counted apart. */
const struct signed_reply *need_signed(struct run *, const char *name, unsigned type);
const struct signed_reply *need_signed_at(struct run *, const struct ip *server, const char *name, unsigned type);
const struct smtp_session *need_smtp(struct run *, const struct ip *, const char *mx_host);
const struct smtp_session *need_smtp_again(struct run *, const struct ip *, const char *mx_host);
const struct smtp_session *need_smtp_trial(struct run *, const struct ip *, const char *mx_host, enum smtp_trial,
                                           const char *recipient);
const struct smtp_session *need_connect(struct run *, const struct ip *, uint16_t port);
/* The addresses are the host's, from need_dns(): nothing is
 * looked up on the way.  Of the body so many octets are read. */
const struct https_response *need_https(struct run *, const char *url, const struct ip *addresses, size_t count,
                                        size_t body_max);
/* an A record of a blocklist, on a budget of its own */
const struct dns_answer *need_dnsbl(struct run *, const char *name);
const struct vantage *need_vantage(struct run *);
const int64_t *need_now(struct run *); /* wall clock, seconds since 1970 */

const struct target *run_target(const struct run *);
struct arena *run_arena(struct run *); /* scratch, and what findings are made of */
