/* core/base/tape.c - each item is a letter for its kind, eight octets, and as many octets as these say. */
#include "core/base/tape.h"

#include <stdlib.h>
#include <string.h>

enum { NUMBER = 'n', OCTETS = 'o', HEAD = 1 + sizeof(int64_t), ROOM_AT_FIRST = 256 };

static bool grow(struct tape *tape, size_t more)
{
    size_t room = tape->room ? tape->room : ROOM_AT_FIRST;
    char *grown;

    if (more > SIZE_MAX / 4 || tape->failed)
        return false;
    while (room - tape->size < more)
        room *= 2;
    if (room == tape->room)
        return true;
    grown = realloc(tape->at, room);
    if (!grown)
        return false;
    tape->at = grown;
    tape->room = room;
    return true;
}

static void put(struct tape *tape, char kind, int64_t number, struct str octets)
{
    if (!grow(tape, HEAD + octets.len)) {
        tape->failed = true;
        return;
    }
    tape->at[tape->size] = kind;
    memcpy(tape->at + tape->size + 1, &number, sizeof number);
    if (octets.len)
        memcpy(tape->at + tape->size + HEAD, octets.at, octets.len);
    tape->size += HEAD + octets.len;
}

void tape_number(struct tape *tape, int64_t number)
{
    put(tape, NUMBER, number, (struct str){0});
}

void tape_octets(struct tape *tape, struct str octets)
{
    put(tape, OCTETS, (int64_t)octets.len, octets);
}

void tape_text(struct tape *tape, const char *text)
{
    tape_octets(tape, text ? str_of(text) : (struct str){0});
}

void tape_free(struct tape *tape)
{
    free(tape->at);
    *tape = (struct tape){0};
}

struct tape_reader tape_reader(struct str all)
{
    return (struct tape_reader){.left = all};
}

bool tape_has_more(const struct tape_reader *reader)
{
    return reader->left.len > 0;
}

static void pass(struct tape_reader *reader, size_t octets)
{
    reader->left.at += octets;
    reader->left.len -= octets;
}

static bool read_head(struct tape_reader *reader, char kind, int64_t *number)
{
    if (reader->left.len < HEAD || *reader->left.at != kind) {
        *reader = (struct tape_reader){.failed = true};
        return false;
    }
    memcpy(number, reader->left.at + 1, sizeof *number);
    pass(reader, HEAD);
    return true;
}

int64_t tape_read_number(struct tape_reader *reader)
{
    int64_t number;

    return read_head(reader, NUMBER, &number) ? number : 0;
}

struct str tape_read_octets(struct tape_reader *reader)
{
    struct str octets = {0};
    int64_t length;

    if (!read_head(reader, OCTETS, &length))
        return octets;
    if (length < 0 || (uint64_t)length > reader->left.len) {
        *reader = (struct tape_reader){.failed = true};
        return octets;
    }
    octets = (struct str){reader->left.at, (size_t)length};
    pass(reader, octets.len);
    return octets;
}
