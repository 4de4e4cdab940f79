/* tests/unit/dns_packet.h - builds DNS packets byte by byte, wrong ones too. */
#pragma once

#include <assert.h>
#include <stdint.h>
#include <string.h>

struct packet {
    uint8_t at[65536];
    size_t size;
};

static inline void put8(struct packet *p, unsigned value)
{
    assert(p->size < sizeof p->at);
    p->at[p->size++] = (uint8_t)value;
}

static inline void put16(struct packet *p, unsigned value)
{
    put8(p, value >> 8);
    put8(p, value & 0xff);
}

static inline void put32(struct packet *p, uint32_t value)
{
    put16(p, value >> 16);
    put16(p, value & 0xffff);
}

static inline void put_bytes(struct packet *p, const void *bytes, size_t size)
{
    assert(size <= sizeof p->at - p->size);
    memcpy(p->at + p->size, bytes, size);
    p->size += size;
}

/* "mx.example.org": labels, no escapes. */
static inline void put_name(struct packet *p, const char *name)
{
    while (*name) {
        size_t length = strcspn(name, ".");

        put8(p, (unsigned)length);
        put_bytes(p, name, length);
        name += length + (name[length] == '.');
    }
    put8(p, 0);
}

static inline void set16(struct packet *p, size_t at, unsigned value)
{
    p->at[at] = (uint8_t)(value >> 8);
    p->at[at + 1] = (uint8_t)value;
}

static inline void count_record(struct packet *p, unsigned section)
{
    size_t at = 6 + 2 * section;

    set16(p, at, (unsigned)(p->at[at] << 8 | p->at[at + 1]) + 1);
}

static inline void begin_reply(struct packet *p, unsigned id, unsigned flags, const char *name, unsigned type)
{
    p->size = 0;
    put16(p, id);
    put16(p, flags);
    put16(p, 1);
    put16(p, 0);
    put32(p, 0);
    put_name(p, name);
    put16(p, type);
    put16(p, 1);
}

/* Returns where the length of the data stands, for end_record(). */
static inline size_t begin_record(struct packet *p, unsigned section, const char *owner, unsigned type, uint32_t ttl)
{
    if (owner)
        put_name(p, owner);
    else
        put16(p, 0xc00c); /* the question's name */
    put16(p, type);
    put16(p, 1);
    put32(p, ttl);
    put16(p, 0);
    count_record(p, section);
    return p->size - 2;
}

static inline void end_record(struct packet *p, size_t length_at)
{
    set16(p, length_at, (unsigned)(p->size - length_at - 2));
}

static inline void put_name_record(struct packet *p, const char *owner, unsigned type, uint32_t ttl, const char *name)
{
    size_t at = begin_record(p, 0, owner, type, ttl);

    put_name(p, name);
    end_record(p, at);
}

static inline void put_a(struct packet *p, const char *owner, uint32_t ttl, uint32_t address)
{
    size_t at = begin_record(p, 0, owner, 1, ttl);

    put32(p, address);
    end_record(p, at);
}

static inline void put_soa(struct packet *p, unsigned section, const char *owner, uint32_t ttl, uint32_t minimum)
{
    size_t at = begin_record(p, section, owner, 6, ttl);

    put_name(p, "ns.example");
    put_name(p, "hostmaster.example");
    for (uint32_t i = 1; i <= 4; i++)
        put32(p, i);
    put32(p, minimum);
    end_record(p, at);
}

/* Of the question's name. */
static inline void put_rrsig(struct packet *p, unsigned covers, unsigned algorithm)
{
    size_t at = begin_record(p, 0, NULL, 46, 300);

    put16(p, covers);
    put8(p, algorithm);
    put8(p, 2);
    put32(p, 300);
    put32(p, 2);
    put32(p, 1);
    put16(p, 4711);
    put_name(p, "example.org");
    put_bytes(p, "signature", 9);
    end_record(p, at);
}

/* extended_error -1: none */
static inline void put_opt(struct packet *p, unsigned rcode_high, int extended_error)
{
    put8(p, 0);
    put16(p, 41);
    put16(p, 1232);
    put32(p, rcode_high << 24 | 0x8000);
    if (extended_error < 0) {
        put16(p, 0);
    } else {
        put16(p, 6);
        put16(p, 15);
        put16(p, 2);
        put16(p, (unsigned)extended_error);
    }
    count_record(p, 2);
}
