/* core/facts/smtp_session.h - one session with one address, as it was seen.
 *
 * All that was seen is kept, raw, with times.  A session that ends early keeps what it had and says at which state it
 * ended and how.  Nothing here judges.  (RFC 5321 3.1, 4.2; RFC 3207)
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/ip.h"
#include "core/base/str.h"
#include "core/base/trouble.h"
#include "core/facts/tls_session.h"

enum smtp_state {
    SMTP_CONNECTING,
    SMTP_GREETING,
    SMTP_EHLO,
    SMTP_HELO,
    SMTP_STARTTLS,
    SMTP_HANDSHAKE,
    SMTP_EHLO_TLS,
    SMTP_LISTENING, /* the injection trial: nothing was said inside TLS, so nothing may be answered */
    SMTP_MAIL,
    SMTP_RCPT,
    SMTP_QUIT,
    SMTP_DONE,
    SMTP_STATE_COUNT
};

/* How a session ended.  Each kind is different evidence (threats.md C5); none is merged with another. */
enum smtp_end {
    SMTP_END_OK,            /* ran to QUIT, whatever the replies said */
    SMTP_END_REFUSED,       /* RST to our SYN */
    SMTP_END_TIMEOUT,       /* nothing came within the state's deadline; `state` says which */
    SMTP_END_UNREACHABLE,   /* ICMP, or no route */
    SMTP_END_RESET,         /* RST after the connection stood */
    SMTP_END_CLOSED,        /* FIN before a complete reply */
    SMTP_END_PROTOCOL,      /* a reply that is none, or a limit exceeded: see `violation` */
    SMTP_END_TLS,           /* the handshake failed: see tls->error */
    SMTP_END_INJECTION,     /* bytes after the reply to STARTTLS: see `injected` */
    SMTP_END_LOCAL,         /* our side: EPERM, EADDRNOTAVAIL, no descriptors ... */
    SMTP_END_NOT_CONTACTED, /* special-purpose address */
    SMTP_END_BUDGET,        /* the audit's deadline came first */
    SMTP_END_COUNT
};

/* Ways in which a reply can be wrong.  The first four are noted, the others end the session. */
enum smtp_violation {
    SMTP_BARE_LF = 1 << 0,
    SMTP_LONG_LINE = 1 << 1,      /* over SMTP_LINE_LEGAL octets */
    SMTP_CONTROL_OCTETS = 1 << 2, /* C0 but HT (RFC 5321 4.2 allows it), or DEL, inside a line; lone CR included */
    SMTP_8BIT_OCTETS = 1 << 3,
    SMTP_BAD_CODE = 1 << 4,      /* not three digits 2xx..5xx */
    SMTP_BAD_SEPARATOR = 1 << 5, /* fourth octet is not space, hyphen or the end */
    SMTP_CODE_CHANGES =
        1 << 6, /* between the lines of one reply; not where a greeting goes on from 220 to 4yz or 5yz */
    SMTP_TOO_MANY_LINES = 1 << 7,
    SMTP_TOO_MANY_BYTES = 1 << 8, /* in one reply, or in the session */
    SMTP_UNASKED = 1 << 9,        /* octets behind a complete reply, before we said anything */
};
enum { SMTP_VIOLATIONS = 0x3ff }; /* all of them */
enum {
    SMTP_FATAL_VIOLATIONS = ~(SMTP_BARE_LF | SMTP_LONG_LINE | SMTP_CONTROL_OCTETS | SMTP_8BIT_OCTETS) & SMTP_VIOLATIONS
};

struct smtp_reply {
    int code;                /* of its last line, which decides; 0: no complete reply */
    const struct str *lines; /* raw, without line ends, code included; cut at SMTP_LINE_KEEP */
    size_t line_count;
    unsigned violations; /* of enum smtp_violation */
    int64_t ms;          /* from the start of the wait to the end of the last line */
    unsigned reads;      /* in how many pieces it came; 0: not known */
};

struct smtp_session {
    const char *key; /* of the evidence: "smtp:192.0.2.1:25/mx.example.org" */
    struct ip ip;
    uint16_t port;
    const char *server_name; /* SNI and name checked; "" for none */
    enum smtp_end end;
    enum smtp_state state;  /* where it ended: SMTP_QUIT if END_OK; SMTP_DONE for a "connect:" that never spoke */
    struct trouble trouble; /* why there is no session, for smtp_end values but SMTP_END_OK; reason none there */
    int os_error;           /* errno, 0 when it does not apply */
    unsigned violations;    /* of all replies */
    struct str injected;    /* bytes between the reply to STARTTLS and the handshake; set only if SMTP_END_INJECTION */
    /* quit: never set, see smtp_collect() */
    struct smtp_reply greeting, ehlo, helo, starttls, ehlo_tls, unasked, mail, rcpt, quit;
    const struct tls_session *tls; /* NULL when no handshake was begun */
    const char *our_name;          /* said in EHLO */
    struct ip our_ip;
    int64_t connect_ms;  /* to the end of the TCP handshake; -1 */
    int64_t greeting_ms; /* from the TCP handshake to the complete greeting; -1 */
    bool is_earlier;     /* of an earlier run (audit/earlier.h) */
    int64_t greeted_s;   /* our wall clock at the greeting's end, seconds since 1970; 0 */
    /* the date in the greeting, of several the nearest to ours; 0: none.  Not in JSON: it follows from these */
    int64_t told_s;
    int64_t total_ms;
};

const char *smtp_state_name(enum smtp_state);   /* "greeting" */
const char *smtp_state_during(enum smtp_state); /* "while waiting for the greeting" */
const char *smtp_end_name(enum smtp_end);       /* "refused" */
bool smtp_state_from_name(const char *, enum smtp_state *out);
bool smtp_end_from_name(const char *, enum smtp_end *out);

/* Is this the MX host that the session was for?  By its key. */
bool smtp_session_is_for(const struct smtp_session *, const char *host);

/* The grammar of a reply, line by line: what is wrong with the next line, without its
 * end, of a reply whose lines had *code so far (0: it is the first).  *code becomes
 * the line's, unless that is wrong; *is_last: no line is announced behind it. */
unsigned smtp_line_violations(struct str line, bool is_greeting, int *code, bool *is_last);
unsigned smtp_octet_violations(char); /* of an octet inside a line */

/* Views of a reply.  All but those of whole lines point into them. */
const char *smtp_reply_line(struct arena *,
                            const struct smtp_reply *); /* the first line, code included; "" where there is no reply */
const char *smtp_reply_last_line(struct arena *, const struct smtp_reply *); /* the one that decides */
struct str smtp_reply_text(const struct smtp_reply *, size_t line);          /* behind the code and separator */
/* first word of the first line's text, whatever it is */
struct str smtp_reply_name(const struct smtp_reply *);
/* The host that names itself, without a final dot: in a greeting the first line
 * whose first word is a host name with a dot (a teaser before it is text), in the
 * reply to EHLO, or to HELO where EHLO is refused, the first line.  Empty: none. */
struct str smtp_greeting_name(const struct smtp_reply *greeting); /* RFC 5321 4.2 */
struct str smtp_ehlo_name(const struct smtp_session *);           /* RFC 5321 4.1.1.1 */
/* When it is where the peer is, by the date in its greeting: of several the nearest to `ours_s`.  0: it has none. */
int64_t smtp_greeting_date(const struct smtp_reply *greeting, int64_t ours_s);
/* without case; parameters may be NULL */
bool smtp_keyword(const struct smtp_reply *ehlo, const char *keyword, struct str *parameters);
