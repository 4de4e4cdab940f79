/* core/records/dkim_key.c - DKIM key records.  (RFC 6376 3.6.1; RFC 8463 3) */
#include "core/records/dkim_key.h"

#include "core/base/arena.h"
#include "core/base/base64.h"
#include "core/base/x509.h"
#include "core/base/x509_key.h"

enum { ED25519_OCTETS = 32, ED25519_BITS = 256 };

struct parser {
    struct arena *arena;
    struct dkim_key *key;
    struct dkim_fault *faults;
};

static void fault(struct parser *p, const char *what, struct str span)
{
    if (p->key->fault_count < DKIM_FAULTS_MAX)
        p->faults[p->key->fault_count++] = (struct dkim_fault){what, span};
}

static void read_list_faults(struct parser *p)
{
    const struct taglist *tags = &p->key->tags;

    for (size_t i = 0; i < tags->fault_count; i++)
        fault(p, tag_fault_text(tags->faults[i].kind), tags->faults[i].span);
}

static void read_version(struct parser *p)
{
    const struct tag *v = taglist_find(&p->key->tags, "v");

    if (!v)
        return;
    if (!str_equal(v->value, str_of("DKIM1")))
        fault(p, "v= is not DKIM1", v->value);
    else if (v != p->key->tags.tags)
        fault(p, "v= is not the first tag", v->name);
}

static void read_type(struct parser *p)
{
    const struct tag *k = taglist_find(&p->key->tags, "k");

    if (!k || str_equal_nocase(k->value, str_of("rsa"))) {
        p->key->type = DKIM_KEY_RSA;
    } else if (str_equal_nocase(k->value, str_of("ed25519"))) {
        p->key->type = DKIM_KEY_ED25519;
    } else {
        p->key->type = DKIM_KEY_OTHER;
        fault(p, "k= names a key type that verifiers ignore", k->value);
    }
}

static void read_hashes(struct parser *p)
{
    const struct tag *h = taglist_find(&p->key->tags, "h");
    struct tag_items items;
    struct str hash;

    p->key->allows_sha1 = p->key->allows_sha256 = !h;
    if (!h)
        return;
    items = tag_items(h->value);
    while (tag_items_next(&items, ':', &hash)) {
        if (hash.len == 0)
            fault(p, "h= has an empty item", h->value);
        p->key->allows_sha1 = p->key->allows_sha1 || str_equal_nocase(hash, str_of("sha1"));
        p->key->allows_sha256 = p->key->allows_sha256 || str_equal_nocase(hash, str_of("sha256"));
    }
}

static void read_services(struct parser *p)
{
    const struct tag *s = taglist_find(&p->key->tags, "s");
    struct tag_items items;
    struct str service;
    bool email = !s;

    if (!s)
        return;
    items = tag_items(s->value);
    while (tag_items_next(&items, ':', &service))
        email = email || str_equal_nocase(service, str_of("*")) || str_equal_nocase(service, str_of("email"));
    if (!email)
        fault(p, "s= does not allow mail: neither \"*\" nor \"email\"", s->value);
}

static void read_flags(struct parser *p)
{
    const struct tag *t = taglist_find(&p->key->tags, "t");
    struct tag_items items;
    struct str flag;

    if (!t)
        return;
    items = tag_items(t->value);
    while (tag_items_next(&items, ':', &flag)) {
        p->key->testing = p->key->testing || str_equal_nocase(flag, str_of("y"));
        p->key->strict = p->key->strict || str_equal_nocase(flag, str_of("s"));
    }
}

static void read_rsa(struct parser *p, struct str der, struct str span)
{
    struct x509_rsa_facts facts = x509_rsa_facts(der);

    x509_demand_memory(p->arena);
    if (facts.form == X509_RSA_NONE)
        fault(p, "p= holds no RSA public key", span);
    else if (facts.form == X509_RSA_BARE)
        fault(p, "p= holds a bare RSAPublicKey, where verifiers expect a SubjectPublicKeyInfo", span);
    else if (!facts.exponent_is_odd)
        fault(p, "p= holds an RSA key with a useless exponent", span);
    p->key->bits = facts.bits;
}

static void read_key(struct parser *p)
{
    const struct tag *tag = taglist_find(&p->key->tags, "p");
    struct str bytes;

    if (!tag) {
        fault(p, "p= is missing", (struct str){NULL, 0});
    } else if (tag->value.len == 0) {
        p->key->revoked = true;
    } else if (!base64_decode(p->arena, tag->value, &bytes)) {
        fault(p, "p= is not base 64", tag->value);
    } else if (p->key->type == DKIM_KEY_RSA) {
        read_rsa(p, bytes, tag->value);
    } else if (p->key->type == DKIM_KEY_ED25519) {
        if (bytes.len != ED25519_OCTETS)
            fault(p, "p= does not hold the 32 octets of an Ed25519 key", tag->value);
        else
            p->key->bits = ED25519_BITS;
    }
}

struct dkim_key dkim_key_parse(struct arena *arena, struct str text)
{
    struct dkim_key key = {.tags = taglist_parse(arena, text)};
    struct parser p = {arena, &key, ARENA_ARRAY(arena, struct dkim_fault, DKIM_FAULTS_MAX)};
    const struct tag *v = taglist_find(&key.tags, "v");

    key.is_key_record = taglist_find(&key.tags, "p") || (v && str_starts_nocase(v->value, "DKIM1"));
    read_list_faults(&p);
    read_version(&p);
    read_type(&p);
    read_hashes(&p);
    read_services(&p);
    read_flags(&p);
    read_key(&p);
    key.faults = p.faults;
    return key;
}

bool dkim_key_is_usable(const struct dkim_key *key)
{
    return key->fault_count == 0 && !key->revoked;
}

bool dkim_key_is_accepted(const struct dkim_key *key)
{
    return dkim_key_is_usable(key) && key->allows_sha256 && (key->type != DKIM_KEY_RSA || key->bits >= DKIM_RSA_LEAST);
}

const char *dkim_key_type_text(enum dkim_key_type type)
{
    static const char *const texts[] = {
        [DKIM_KEY_RSA] = "RSA", [DKIM_KEY_ED25519] = "Ed25519", [DKIM_KEY_OTHER] = "unknown"};

    return texts[type];
}
