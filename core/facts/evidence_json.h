/* core/facts/evidence_json.h - values of evidence as JSON, both ways.
 *
 * What is written is the long form.  The short ones exist for people who write cases by hand.
 *
 * dns:, dns@
 *   {"status": "ok", "security": "secure", "ttl": 300, "records": ["10 mx1.example.org"], "algorithms": [13],
 *    "chain": [["owner", "target"]], "zone": "example.org", "server": "127.0.0.1", "rcode": 0, "extended_error": -1,
 *    "tries": 2, "setbacks": 1, "false_ad": false, "tcp": false, "edns": true}
 *   trouble: {"status": "unknown", "reason": "timeout", "side": "network", "why": "...", "chain_loops": true}
 *   records as record_text.h spells them; with a TTL of its own, or TXT of several strings:
 *     {"text": "...", "ttl": 60, "strings": 2, "oversize": true}
 *   in short: ["10 mx1.example.org"], "nodata", "nxdomain", "timeout" or another reason (reasons.def)
 *
 * dnssec:, dnssec@
 *   {"answer": ["example.org. 300 IN DS \\# 4 0a0b0c0d"], "authority": [...], "server": "127.0.0.1", "rcode": 0,
 *    "own": false}
 *   trouble: {"reason": "servfail", "side": "target", "why": "..."}
 *
 * smtp:, connect:
 *   {"end": "ok", "state": "quit",
 *    "greeting": {"code": 220, "lines": ["220 mx1.example.org ESMTP"], "ms": 3, "reads": 1, "violations": ["bare_lf"]},
 *    "ehlo": ..., "helo": ..., "starttls": ..., "ehlo_tls": ..., "quit": ...,
 *    "tls": {"protocol": "TLSv1.3", "cipher": "...", "chain": [BASE64, ...], "verify_error": 0, "verify_text": "ok",
 *            "lacks_anchors": true, "name_matches": true, "ms": 9},
 *    "injected": "...", "our_name": "...", "our_ip": "...", "connect_ms": 1, "greeting_ms": 3,
 *    "earlier": true, "greeted": 1767225600, "total_ms": 20}
 *   trouble, where the end is not "ok": "reason", "side", "why", "os_error"
 *   in short: a reply as "220 text" or ["250-one", "250 two"], a session as the word for its end: "refused"
 *
 * https:
 *   {"end": "ok", "status": 200, "content_type": "text/plain", "content_encoding": "gzip", "location": "...", "date":
 * "...", "body": "...", "ip": "192.0.2.80", "received": 1767225600, "connect_ms": 1, "total_ms": 20, "tls": ...} in
 * short: a body as a list of lines, which end in CRLF then; a response as the word for its end: "refused"
 *
 * vantage: {"host": "audit.example.net", "addresses": ["198.51.100.7"], "resolvers": ["127.0.0.1"], ...}
 * now:     1767225600
 *
 * Every member may be left out: an answer is then "ok" if it has records, trouble has the words of its reason, and so
 * on.
 */
#pragma once

#include "core/facts/evidence.h"

struct arena;
struct cJSON;
struct https_response;
struct json_codec;
struct signed_reply;
struct smtp_session;
struct tls_session;

#define EVIDENCE_HOST "audit.example.net" /* our own name in a case that does not say where it looks from */

enum { EVIDENCE_ERROR_MAX = 320 };

/* The value of a key, in the arena; NULL with the place and the fault in `error`.  The text of the key is borrowed. */
const void *evidence_from_json(struct arena *, const struct key *, const char *key_text, struct cJSON *,
                               char error[EVIDENCE_ERROR_MAX]);

/* One value as JSON, as it stands in recordings and in the "evidence" of the JSON report; null for evidence that never
 * became known.  NULL: no memory. */
struct cJSON *evidence_to_json(const struct evidence *);

/* The descriptions (json_codec.h) that it is made of: members of an object that is open. */
void dns_answer_json(struct json_codec *, struct dns_answer *, const struct key *);
void signed_reply_json(struct json_codec *, struct signed_reply *, const struct key *);
void smtp_session_json(struct json_codec *, struct smtp_session *);
void https_response_json(struct json_codec *, struct https_response *);
const struct tls_session *tls_session_json(struct json_codec *, const struct tls_session *); /* the member "tls" */
struct trouble trouble_json(struct json_codec *, struct trouble, enum reason fallback);
