/* core/base/limits.h - every limit of the program, each with its
 * reason.  Change one with a measurement, not by feeling. */
#pragma once

/* clang-format off */
enum {
    /* DNS */
    DNS_EDNS_SIZE        = 1232,  /* avoids IP fragments; larger answers come over TCP */
    DNS_TRY_MS           = 2000,  /* one UDP try */
    DNS_TRIES            = 3,     /* over UDP, all resolvers together; sums up well below one audit's time */
    DNS_TCP_MS           = 5000,  /* one TCP exchange */
    DNS_SOCKETS_MAX      = 1024,  /* one a question: at 200 ms an answer 5,000 a second */
    DNS_DATAGRAM_MAX     = 4096,  /* of replies over UDP: nobody announces more, and we do DNS_EDNS_SIZE */
    DNS_CONTRADICTIONS   = 8,     /* SERVFAIL but an answer with CD, in a row, to mean bogus: where 30 % are SERVFAIL
                                     by chance one question in 900,000 sees that; with two it was one in seventeen */
    DNS_NAME_HOPS        = 126,   /* compression pointers in one name: it has at most 127 labels */
    DNS_MESSAGE_HOPS     = 4096,  /* and in one message */
    DNS_RECORDS_MAX      = 1024,  /* a 64 KiB message has room for 5,000 empty ones, each of which takes a struct */
    DNS_OWNERS_MAX       = 64,    /* distinct owners in a section */
    DNS_TXT_MAX          = 16384, /* joined; longer is cut and flagged */
    DNS_CNAME_MAX        = 11,    /* links over all replies: Unbound's max-query-restarts */
    DNS_SAMPLES          = 5,     /* questions again to a zone that lost one: at DNS_TRY_MS each ten seconds at most */
    DNS_SAMPLES_LOST     = 2,     /* of them, to be no chance: at 2 % loss one run in 260 sees two */
    DNS_CONTROLS         = 4,     /* to root servers with each: at 10 % loss near us one zone in a hundred is lost twice
                                     where all twenty get through; with ten it was one in forty, as the lab saw */
    DNS_QUERIES_PER_AUDIT = 200,  /* Unbound's total per question */
    DNS_QUERIES_PER_ADDRESS = 16, /* more for each mail address: its PTR, ten names at most, an absence confirmed */
    DNS_QUERIES_PER_HOST = 12,    /* and for each MX host: two families, TLSA, and an absence confirmed */
    DNSBL_QUERIES_PER_AUDIT = 300, /* counted apart: a dozen addresses on two dozen lists */
    DNSBL_LISTS_MAX      = 32,    /* that a user may name */
    DNS_TTL_MAX_S        = 3600,  /* of the cache between audits; a run's own evidence is pinned */

    /* DNSSEC by our own eyes */
    DNSSEC_QUERIES_PER_AUDIT = 64, /* counted apart: two a zone, and one an RRset that counts */
    DNSSEC_SIGNATURES_MAX = 16,   /* over an RRset that are looked at: it has one or two (KeyTrap, CVE-2023-50387) */
    DNSSEC_KEYS_MAX      = 32,    /* of a zone that are looked at */
    DNSSEC_DS_MAX        = 16,    /* of a zone that are looked at: each may cost a digest of each key */
    DNSSEC_VERIFICATIONS = 16,    /* of an RRset: BIND's; keys of the same tag are each tried */
    DNSSEC_DENIALS_MAX   = 8,     /* NSEC and NSEC3 RRsets of a reply that are verified: a proof needs three */
    DNSSEC_RSA_BITS_MAX  = 4096,  /* RFC 3110 2 */
    DNSSEC_ZONES_MAX     = 24,    /* between a name and the root: more is a trap, ip6.arpa names have six */
    NSEC3_ITERATIONS     = 150,   /* what Unbound and BIND take for unsigned beyond; RFC 9276 3.1 asks for none */
    NSEC3_HASHES         = 64,    /* of a proof: one for each label of a name (CVE-2023-50868) */
    TRUST_ANCHORS_MAX    = 16,    /* of the root: there are two, three while a key is changed */

    /* DKIM and DMARC */
    TAGLIST_TAGS_MAX     = 64,    /* in a record: the known ones are a dozen */
    USUAL_NAMES_TRIED    = 5,     /* of recognised services; with the selector that nobody has, six questions */
    DMARC_WALK_QUERIES   = 8,     /* RFC 9989 4.10 */
    DMARC_URIS_MAX       = 16,    /* report destinations that are looked at; receivers send to a few */

    /* Mail hosts of one domain: senders try about 5 addresses, we look further because each one is a check */
    MX_HOSTS_MAX         = 32,
    ADDRESSES_MAX        = 64,    /* beside the declared senders, which are never cut */
    SENDERS_MAX          = 1024,  /* declared: a /22; more is a usage error, never left out in silence */
    LISTED_MAX           = 8,     /* names or addresses in one sentence: more fill a screen and say no more */
    PTR_NAMES_TRIED      = 10,    /* forward lookups of one address: the figure of RFC 7208 4.6.4 for `ptr` */

    /* SPF: the first four are RFC 7208 4.6.4 to the letter */
    SPF_LOOKUPS          = 10,
    SPF_VOIDS            = 2,
    SPF_MX_NAMES         = 10,
    SPF_PTR_NAMES        = 10,
    SPF_NAME_MAX         = 253,   /* octets; 7.3 cuts labels from the left */
    SPF_EXPANSIONS       = 100,   /* macros in one string: rspamd's figure */
    SPF_TERMS            = 1024,  /* in one record: 16 KiB of sound terms have fewer */
    SPF_RECORDS          = 40,    /* shown of a tree of includes: four times what can be evaluated */
    SPF_TREE_BYTES       = 32768, /* of their text: a tree is parsed in each run of a probe */
    SPF_SINGLES_MAX      = 8192,  /* that its own records name one by one: SPF_TREE_BYTES hold a third */
    SPF_RANGES_MAX       = 128,   /* of a domain's own records: each is a line of the report */
    SPF_RANGE_HOST_BITS  = 4,     /* a range up to this size, a /28 or /124, is a list of hosts: each is looked up */
    RANGE_ADDRESSES_PER_AUDIT = 32, /* all ranges together: what a small network sends from */
    RANGE_QUERIES_PER_AUDIT = 200, /* counted apart; the absence of 16 names takes 177 where a zone has 8 servers */
    SPF_DEPTH            = 10,    /* of includes: each costs a lookup, so the evaluation goes no deeper either */

    /* SMTP */
    SMTP_LINE_KEEP       = 2048,  /* Postfix line_length_limit; the rest of a line is counted and drained */
    SMTP_LINE_LEGAL      = 512,   /* octets with CRLF, RFC 5321 4.5.3.1.5 */
    SMTP_REPLY_LINES     = 128,
    SMTP_REPLY_BYTES     = 65536, /* curl's reply buffer */
    SMTP_SESSION_BYTES   = 262144,
    SMTP_KEYWORDS_MAX    = 128,   /* more is a broken or hostile EHLO */
    SMTP_CONNECT_MS      = 10000,
    SMTP_GREETING_MS     = 40000,
    SMTP_REPLY_MS        = 15000,
    SMTP_SESSION_MS      = 55000, /* the only defence against one byte every ten seconds */
    SMTP_QUIT_MS         = 2000,
    SMTP_LISTEN_MS       = 3000,  /* inside TLS, for an answer to what was injected before it */
    SMTP_GREETING_MAX_MS = 300000, /* RFC 5321 4.5.3.2.1: how far --timeout can raise SMTP_GREETING_MS */
    SMTP_SHARED_S        = 3600,  /* how long a session's evidence serves other audits */
    SMTP_TROUBLE_SHARED_S = 60,   /* and that of one that failed */

    /* TLS */
    TLS_HANDSHAKE_MS     = 15000,
    TLS_CLEAR_TEXT_MS    = 2000,  /* after text instead of a TLS record: how long a record may still follow it */
    TLS_CHAIN_BYTES      = 102400,
    TLS_CHAIN_CERTS      = 10,
    TLS_RSA_BITS_MAX     = 16384, /* verifying larger keys is a CPU attack */
    TLS_SANS_SHOWN       = 100,
    DANE_RECORDS_MAX     = 32,    /* TLSA records of a host that are matched: each costs a verification */

    /* HTTPS */
    HTTPS_CONNECT_MS     = 10000,
    HTTPS_INTERVAL_MS    = 100,   /* between connections to one address, which may serve the policies of thousands */
    HTTPS_TOTAL_MS       = 20000, /* senders give a policy a minute (RFC 8461 3.3) */
    HTTPS_SLOW_BYTES     = 32,    /* a second, on average over ... */
    HTTPS_SLOW_S         = 8,     /* ... these: slower is a drip */
    HTTPS_HEADER_BYTES   = 65536,
    HTTPS_HEADERS_MAX    = 200,
    HTTPS_WIRE_SHARE     = 4,     /* times as much as a body may have is read, whatever it is */
    HTTPS_SHARED_S       = 3600,  /* how long a response serves other audits */
    HTTPS_TROUBLE_SHARED_S = 60,  /* and one that failed */
    HTTPS_POLICY_BYTES   = 65536, /* mox's */
    HTTPS_LOGO_BYTES     = 65536, /* twice SVG_BYTES, so that the report can name the size */
    HTTPS_PEM_BYTES      = 262144, /* a mark certificate, with the logo inside, and its chain */
    STS_MX_MAX           = 100,   /* patterns of a policy that are kept */
    STS_MAX_AGE          = 31557600, /* RFC 8461 3.2 */

    /* BIMI logos: what a renderer would meet, so that none need be asked */
    SVG_BYTES            = 32768, /* the draft's size */
    SVG_DEPTH            = 64,
    SVG_ELEMENTS         = 2000,
    SVG_ATTRIBUTES       = 64,    /* of one element */
    SVG_FAULTS_MAX       = 8,     /* kept: a report names a few */
    LOGOTYPE_INFLATE_MAX = 65536, /* a compressed logo: twice SVG_BYTES, so that its size can be named */

    /* Being a good guest */
    PEER_SESSIONS        = 1,     /* at once to one address */
    PEER_INTERVAL_MS     = 1000,  /* between two connections to it */
    PEER_RETRY_MS        = 5000,  /* before a connection that timed out or was refused is tried again */
    NET_SESSIONS         = 5,     /* at once to one /24 or /48 */

    /* The audit */
    PROBE_RUNS_MAX       = 256,   /* runs of a probe: DNS_QUERIES_PER_AUDIT answers may come one by one */
    AUDIT_MS             = 60000, /* --timeout */
    TRIALS_PER_AUDIT     = 16,    /* of records that are proposed: a list of repairs has fewer */
    TRIAL_BYTES          = 16777216, /* one: all findings, and the facts that they follow from */
    AUDIT_BYTES          = 4194304,
    SENDER_BYTES         = 65536, /* more for each declared sender: twenty findings, thirty receivers */
    EVIDENCE_BYTES       = 1048576, /* one piece */
    STORE_ENTRIES_MAX    = 65536,   /* then those go that no audit has pinned or asked for the longest */
    STORE_IDLE_BYTES     = 67108864, /* of them: what a few hundred audits leave behind for others */
    FD_RESERVE           = 32,

    /* Our own input */
    SENDER_RANGE_ADDRESSES = 16,  /* in a network that is declared as sender: a /28 or /124 */
    INPUT_LINE_MAX       = 1024,
    ZONE_BYTES           = 16777216, /* a zone file, of a quarter of a million records */
    CONFIG_BYTES         = 1048576,
    PRINT_MS             = 120000, /* a browser that makes a PDF: a hundred pages take five seconds */
    COVER_NAME_MAX       = 200, /* octets of a client's or consultant's name */
    LOGO_FILE_BYTES      = 262144, /* each page of a run carries it; a logo on paper needs a fifth */
    EXPECTED_ADDRESSES   = 256, /* of one expectation about SPF */
    SECTIONS_MAX         = 1000, /* of a project file */
    TARGETS_REMEMBERED   = 200000, /* names of a list, to leave out duplicates: bounds memory, not the list */
    RESULTS_WAITING      = 1000,  /* --ordered: finished audits that wait for an earlier, slower one */
    JSON_BYTES           = 16777216,
    JOURNAL_ENTRY_MAX    = JSON_BYTES + 4096, /* a recording that could not be packed, and what stands in front of it */
    JOURNAL_SETTLE_MS    = 5000, /* between waits for the disk: what a power cut may cost; each holds up all audits */
    JOURNAL_UNASKED      = 100, /* more domains than these have a journal beside their report: minutes of work */
    DESTINATION_MS       = 2500, /* for the MX records by which a domain is dealt among processes: a second try */
    WORKER_PULSE_MS      = 1000, /* between signs of life of a process that audits */
    WORKER_PULSES_MISSED = 30,   /* then it is ended: no turn of its loop takes seconds, under valgrind neither */
    JSON_DEPTH           = 64,    /* cJSON itself goes 1,000 deep, recursively */
    JSON_VALUES          = 524288, /* cJSON takes 80 bytes for each, be it one byte of text */
};
/* clang-format on */
