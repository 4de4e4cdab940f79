/* cmd/io/journal_file.c - writes and finds the entries of a journal. */
#include "cmd/io/journal_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/gzip.h"
#include "core/base/limits.h"

static const char magic[] = "mailready journal ";

enum {
    MARK_DIGITS = 2 * JOURNAL_MARK,
    LENGTH_AT = JOURNAL_MARK,
    SUM_AT = LENGTH_AT + 4,
    HEADER = SUM_AT + 4,
    FIRST_LINE_MAX = 64,
    SEARCH_BYTES = 65536
};

/* ---- octets ---- */

/* All of them, or as many as the file has; -1: errno. */
static ssize_t read_at(int fd, uint64_t at, char *bytes, size_t size)
{
    size_t done = 0;

    while (done < size) {
        ssize_t got = pread(fd, bytes + done, size - done, (off_t)(at + done));

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        done += (size_t)got;
    }
    return (ssize_t)done;
}

static bool write_at(int fd, uint64_t at, const char *bytes, size_t size)
{
    for (size_t done = 0; done < size;) {
        ssize_t put = pwrite(fd, bytes + done, size - done, (off_t)(at + done));

        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0) {
            errno = put < 0 ? errno : EIO;
            return false;
        }
        done += (size_t)put;
    }
    return true;
}

static uint32_t number_at(const char *bytes)
{
    uint32_t number = 0;

    for (int i = 4; i > 0; i--)
        number = number << 8 | (unsigned char)bytes[i - 1];
    return number;
}

static void put_number(char *bytes, uint32_t number)
{
    for (int i = 0; i < 4; i++)
        bytes[i] = (char)(number >> (8 * i) & 0xff);
}

static bool have_room(struct journal_file *file, size_t size)
{
    char *larger = size > file->room ? realloc(file->buffer, size) : file->buffer;

    if (!larger && size > file->room)
        return false; /* errno is ENOMEM */
    file->room = size > file->room ? size : file->room;
    file->buffer = larger;
    return true;
}

/* ---- the first line ---- */

bool journal_file_begin(struct journal_file *file, int fd)
{
    char line[FIRST_LINE_MAX];
    int length;

    *file = (struct journal_file){.fd = fd};
    if (getrandom(file->mark, sizeof file->mark, 0) != (ssize_t)sizeof file->mark)
        return false;
    length = snprintf(line, sizeof line, "%s%d ", magic, JOURNAL_VERSION);
    for (size_t i = 0; i < sizeof file->mark; i++)
        length += snprintf(line + length, sizeof line - (size_t)length, "%02x", file->mark[i]);
    line[length++] = '\n';
    file->first = file->end = (uint64_t)length;
    return write_at(fd, 0, line, (size_t)length);
}

static bool read_mark(const char *digits, unsigned char *mark)
{
    for (size_t i = 0; i < MARK_DIGITS; i++) {
        if (!ascii_is_hex(digits[i]))
            return false;
        mark[i / 2] = (unsigned char)(mark[i / 2] << 4 | ascii_hex_value(digits[i]));
    }
    return digits[MARK_DIGITS] == '\n';
}

bool journal_file_open(struct journal_file *file, int fd, const char **why)
{
    char line[FIRST_LINE_MAX + 1] = "", *end;
    ssize_t size = read_at(fd, 0, line, FIRST_LINE_MAX);
    long version;

    *file = (struct journal_file){.fd = fd};
    *why = NULL;
    if (size < 0)
        return false;
    *why = "is no journal of mailready";
    if (strncmp(line, magic, sizeof magic - 1) != 0)
        return false;
    version = strtol(line + sizeof magic - 1, &end, 10);
    *why = "is a journal of a newer mailready, whose format this one does not know";
    if (version > JOURNAL_VERSION)
        return false;
    *why = "is damaged in its first line, without which nothing in it can be found";
    if (version != JOURNAL_VERSION || *end != ' ' || end + 1 + MARK_DIGITS >= line + size ||
        !read_mark(end + 1, file->mark))
        return false;
    file->first = file->end = (uint64_t)(end + 1 + MARK_DIGITS + 1 - line);
    return true;
}

void journal_file_free(struct journal_file *file)
{
    free(file->buffer);
    file->buffer = NULL;
    file->room = 0;
}

/* ---- entries ---- */

enum journal_step journal_file_read(struct journal_file *file, uint64_t at, struct str *entry)
{
    char header[HEADER];
    ssize_t got = read_at(file->fd, at, header, sizeof header);
    uint32_t length, sum;
    struct stat about;

    if (got < 0 || fstat(file->fd, &about) != 0)
        return JOURNAL_FAULT;
    if (got < HEADER || memcmp(header, file->mark, JOURNAL_MARK) != 0)
        return JOURNAL_END;
    length = number_at(header + LENGTH_AT);
    if (length > JOURNAL_ENTRY_MAX || length > (uint64_t)about.st_size - at - HEADER)
        return JOURNAL_END;
    if (!have_room(file, length) || (got = read_at(file->fd, at + HEADER, file->buffer, length)) < 0)
        return JOURNAL_FAULT;
    *entry = (struct str){file->buffer, length};
    sum = gzip_checksum(gzip_checksum(0, (struct str){header + LENGTH_AT, 4}), *entry);
    return (size_t)got == length && sum == number_at(header + SUM_AT) ? JOURNAL_ENTRY : JOURNAL_END;
}

/* The next mark at or behind *at; JOURNAL_END: there is none. */
static enum journal_step find_mark(const struct journal_file *file, uint64_t *at)
{
    const struct str mark = {(const char *)file->mark, JOURNAL_MARK};
    char bytes[SEARCH_BYTES];
    ssize_t got;

    while ((got = read_at(file->fd, *at, bytes, sizeof bytes)) >= JOURNAL_MARK) {
        const char *found = str_find((struct str){bytes, (size_t)got}, mark);

        *at += found ? (uint64_t)(found - bytes) : (uint64_t)got - JOURNAL_MARK + 1;
        if (found)
            return JOURNAL_ENTRY;
    }
    return got < 0 ? JOURNAL_FAULT : JOURNAL_END;
}

enum journal_step journal_file_next(struct journal_file *file, struct journal_place *place, struct str *entry)
{
    uint64_t from = place->next ? place->next : file->first;
    enum journal_step step, here;
    struct stat about;

    place->at = from;
    while ((step = find_mark(file, &place->at)) == JOURNAL_ENTRY) {
        here = journal_file_read(file, place->at, entry);
        if (here != JOURNAL_END) {
            step = here;
            break;
        }
        place->at++;
    }
    if (step == JOURNAL_ENTRY) {
        place->next = file->end = place->at + HEADER + entry->len;
        place->damaged = place->at - from;
    } else if (step == JOURNAL_END && fstat(file->fd, &about) == 0) {
        place->damaged = (uint64_t)about.st_size > from ? (uint64_t)about.st_size - from : 0;
    }
    return step;
}

bool journal_file_append(struct journal_file *file, struct str first, struct str second)
{
    size_t length = first.len + second.len, size = HEADER + length;
    struct stat about;
    int error;

    if (length > JOURNAL_ENTRY_MAX) {
        errno = EFBIG;
        return false;
    }
    if (!have_room(file, size) || fstat(file->fd, &about) != 0)
        return false;
    memcpy(file->buffer, file->mark, JOURNAL_MARK);
    put_number(file->buffer + LENGTH_AT, (uint32_t)length);
    memcpy(file->buffer + HEADER, first.at, first.len);
    memcpy(file->buffer + HEADER + first.len, second.at, second.len);
    put_number(file->buffer + SUM_AT, gzip_checksum(gzip_checksum(0, (struct str){file->buffer + LENGTH_AT, 4}),
                                                    (struct str){file->buffer + HEADER, length}));
    if ((uint64_t)about.st_size > file->end && ftruncate(file->fd, (off_t)file->end) != 0)
        return false;
    if (write_at(file->fd, file->end, file->buffer, size)) {
        file->end += size;
        return true;
    }
    error = errno;
    if (ftruncate(file->fd, (off_t)file->end) != 0)
        error = errno; /* then the next one is written over what is left */
    errno = error;
    return false;
}
