/* cmd/io/journal_file.h - a file that only grows, by entries that each have their length and their checksum.
 *
 *     mailready journal 1 0123456789abcdef\n     the version of this format, and the mark of this file in hex
 *     MARK LENGTH CHECKSUM octets                the mark; four octets each, the lowest first; LENGTH octets
 *     MARK LENGTH CHECKSUM octets ...
 *
 * CHECKSUM is the CRC-32 of LENGTH and the octets.  Entries are found by the mark, so one that is damaged costs no
 * other; the mark is random, so nothing that a peer said, and nothing that the disk kept of another file, passes for
 * an entry. What a kill, a power cut or a full disk leaves of the last one is no entry, and the next is written over
 * it.
 *
 * The file is hostile until judged, as all files: lengths are checked against it and against JOURNAL_ENTRY_MAX.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/str.h"

enum { JOURNAL_VERSION = 1, JOURNAL_MARK = 8 };

struct journal_file {
    int fd;
    unsigned char mark[JOURNAL_MARK];
    uint64_t first, end; /* where the first entry begins; behind the last whole one that was read or written */
    char *buffer;        /* of one entry */
    size_t room;
};

bool journal_file_begin(struct journal_file *, int fd); /* an empty file, open for both; false: errno */
/* False with *why, a constant that follows the file's name; NULL: it cannot be read, errno. */
bool journal_file_open(struct journal_file *, int fd, const char **why);
void journal_file_free(struct journal_file *); /* the descriptor stays open */

enum journal_step {
    JOURNAL_ENTRY,
    JOURNAL_END,
    JOURNAL_FAULT /* errno */
};

/* Where reading stands: begin with zeros. */
struct journal_place {
    uint64_t at;      /* the entry */
    uint64_t next;    /* behind it */
    uint64_t damaged; /* octets in front of it that are no entry; at the end, behind the last one */
};

/* The next whole entry, valid until the next call. */
enum journal_step journal_file_next(struct journal_file *, struct journal_place *, struct str *entry);
enum journal_step journal_file_read(struct journal_file *, uint64_t at, struct str *entry); /* JOURNAL_END: none */
/* Of two parts.  False: errno, and the file ends as it did; it may be tried again. */
bool journal_file_append(struct journal_file *, struct str first, struct str second);
