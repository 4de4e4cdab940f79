/* core/derive/port25.h - does port 25 leave this machine? */
#pragma once

struct run;

/* Does port 25 leave this machine?  (checks.md, section 7: canary logic) */
enum port25 {
    PORT25_PENDING,
    PORT25_UNTESTED,    /* no session was tried, or none ended in a way that makes one wonder */
    PORT25_WORKS,       /* a greeting was seen */
    PORT25_BLOCKED,     /* no canary connects on 25, but elsewhere one does */
    PORT25_INTERCEPTED, /* canaries greet with names that are not theirs */
    PORT25_NO_NETWORK,  /* nothing connects at all */
    PORT25_UNDECIDED,   /* no canary could be asked */
};
enum port25 need_port25(struct run *);
