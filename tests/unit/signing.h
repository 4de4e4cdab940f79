/* tests/unit/signing.h - zones of our own, signed in the test: keys, replies, and signatures right or wrong. */
#pragma once

#include <openssl/evp.h>
#include <string.h>

#include "core/base/wire_name.h"
#include "core/facts/dns_answer.h"
#include "core/facts/signed_reply.h"
#include "core/records/dnskey.h"
#include "core/records/rrset.h"
#include "tests/unit/wire_text.h"

enum { KEY_OCTETS = 32, SIGNATURE_OCTETS = 64, RRSIG_HEAD = 18, RECORDS_MAX = 128 };
enum { ED25519 = 15, ZONE_KEY = 0x0100, ENTRY_KEY = 0x0101 };

struct signing_key {
    EVP_PKEY *pair;
    struct dnskey dnskey;
};

struct reply {
    struct wire_record records[RECORDS_MAX];
    size_t count;
};

/* Always the same one for a seed. */
static inline struct signing_key key_of(unsigned seed, unsigned flags)
{
    unsigned char private[KEY_OCTETS] = {(unsigned char)seed, (unsigned char)(seed >> 8)};
    unsigned char *rdata = arena_alloc(arena, 4 + KEY_OCTETS);
    size_t size = KEY_OCTETS;
    struct signing_key key = {.pair = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, private, sizeof private)};

    memcpy(rdata, (unsigned char[]){(unsigned char)(flags >> 8), (unsigned char)flags, 3, ED25519}, 4);
    assert_non_null(key.pair);
    assert_int_equal(EVP_PKEY_get_raw_public_key(key.pair, rdata + 4, &size), 1);
    assert_true(dnskey_parse((struct str){(char *)rdata, 4 + KEY_OCTETS}, &key.dnskey));
    return key;
}

static inline void forget(struct signing_key *key)
{
    EVP_PKEY_free(key->pair);
}

static inline struct wire_record *add(struct reply *reply, const char *text, bool in_answer)
{
    assert_true(reply->count < RECORDS_MAX);
    reply->records[reply->count] = record_of(text, in_answer);
    return &reply->records[reply->count++];
}

static inline void add_key(struct reply *reply, const char *zone, const struct signing_key *key)
{
    assert_true(reply->count < RECORDS_MAX);
    reply->records[reply->count++] = (struct wire_record){name_of(zone), WIRE_DNSKEY, 1, key->dnskey.rdata, true};
}

static inline struct signed_reply as_reply(const struct reply *reply)
{
    return (struct signed_reply){.records = reply->records, .count = reply->count};
}

static inline void put32(unsigned char *at, uint32_t value)
{
    for (size_t i = 0; i < 4; i++)
        at[i] = (unsigned char)(value >> (24 - 8 * i));
}

struct signing {
    const char *owner, *signer;
    unsigned type;
    unsigned labels;
    int64_t from, until;
    bool spoiled;
};

/* RFC 4034 3.1: over the set as it stands in the reply. */
static inline void sign(struct reply *reply, const struct signing_key *key, struct signing how)
{
    struct str signer = name_of(how.signer);
    size_t head = RRSIG_HEAD + signer.len, size = SIGNATURE_OCTETS;
    unsigned char *rdata = arena_alloc(arena, head + SIGNATURE_OCTETS);
    struct signed_reply all = as_reply(reply);
    struct rrset set = rrset_find(arena, &all, name_of(how.owner), how.type);
    struct rrsig sig = {.labels = (uint8_t)how.labels, .ttl_s = 1, .head = {(char *)rdata, head}};
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    struct str data;

    assert_true(set.count > 0);
    rdata[1] = (unsigned char)how.type;
    rdata[2] = ED25519;
    rdata[3] = (unsigned char)how.labels;
    put32(rdata + 4, 1);
    put32(rdata + 8, (uint32_t)how.until);
    put32(rdata + 12, (uint32_t)how.from);
    rdata[16] = (unsigned char)(key->dnskey.tag >> 8);
    rdata[17] = (unsigned char)key->dnskey.tag;
    memcpy(rdata + RRSIG_HEAD, signer.at, signer.len);
    data = rrset_signed_data(arena, &set, &sig);
    assert_int_equal(EVP_DigestSignInit(context, NULL, NULL, NULL, key->pair), 1);
    assert_int_equal(EVP_DigestSign(context, rdata + head, &size, (const unsigned char *)data.at, data.len), 1);
    EVP_MD_CTX_free(context);
    rdata[head] ^= how.spoiled;
    assert_true(reply->count < RECORDS_MAX);
    reply->records[reply->count++] = (struct wire_record){
        set.owner, WIRE_RRSIG, 1, {(char *)rdata, head + SIGNATURE_OCTETS}, set.records[0]->in_answer};
}
