/* core/facts/key.c - keys of evidence as text, and back. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/arena.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/base/url.h"
#include "core/facts/evidence.h"
#include "core/facts/signed_reply.h"

/* ---- as they are: probes look for evidence more often than they do anything else, and few want the text ---- */

static bool has_letter_case(const struct key *key)
{
    return key->kind == EVIDENCE_HTTPS; /* in paths */
}

static bool is_named(const struct key *key)
{
    return key->kind <= EVIDENCE_SMTP || key->kind == EVIDENCE_HTTPS;
}

static const char *text_of(const char *text)
{
    return text ? text : "";
}

static bool names_are_equal(const struct key *a, const struct key *b)
{
    const char *left = text_of(a->name), *right = text_of(b->name);

    return has_letter_case(a) ? strcmp(left, right) == 0 : strcasecmp(left, right) == 0;
}

bool key_equal(const struct key *a, const struct key *b)
{
    if (a->kind != b->kind || a->nth != b->nth || (is_named(a) && !names_are_equal(a, b)))
        return false;
    switch (a->kind) {
    case EVIDENCE_DNS:
    case EVIDENCE_DNSSEC:
        return a->type == b->type && ip_equal(&a->ip, &b->ip);
    case EVIDENCE_SMTP:
        return a->port == b->port && ip_equal(&a->ip, &b->ip) && a->trial == b->trial &&
               (a->trial != SMTP_TRIAL_RCPT || strcasecmp(text_of(a->recipient), text_of(b->recipient)) == 0);
    case EVIDENCE_CONNECT:
        return a->port == b->port && ip_equal(&a->ip, &b->ip);
    default:
        return true;
    }
}

static uint64_t mixed(uint64_t hash, uint64_t more)
{
    hash ^= more;
    hash *= 0x9fb21c651e98df25u;
    return hash ^ hash >> 32;
}

/* Eight octets at once, and without the bit in which the letters of two cases differ. */
static uint64_t mixed_text(uint64_t hash, const char *text)
{
    static const uint64_t either_case = UINT64_C(0x2020202020202020);
    size_t left = strlen(text);
    uint64_t word;

    for (; left >= sizeof word; left -= sizeof word, text += sizeof word) {
        memcpy(&word, text, sizeof word);
        hash = mixed(hash, word | either_case);
    }
    word = 0;
    memcpy(&word, text, left);
    return mixed(hash, word | either_case);
}

/* Of what nearly always tells them apart. */
uint64_t key_hash(uint64_t seed, const struct key *key)
{
    uint64_t hash = mixed(seed, (uint64_t)key->kind << 32 | key->nth), words[2];

    if (is_named(key))
        hash = mixed_text(hash, text_of(key->name));
    if (key->kind <= EVIDENCE_DNSSEC)
        hash = mixed(hash, key->type);
    if (key->kind > EVIDENCE_CONNECT || key->ip.family == IP_NONE)
        return hash;
    memcpy(words, key->ip.bytes, sizeof words);
    return mixed(mixed(hash, words[0]), words[1]);
}

/* ---- as text ---- */

static const char *const trials[SMTP_TRIAL_COUNT] = {"", "old-tls", "injection", "rcpt="};

/* Names are printable ASCII (name.h), so ASCII case is all there is. */
static void lower_ascii(char *text, const char *end)
{
    for (; text != end; text++)
        *text = ascii_lower(*text);
}

static void print_endpoint(const char *kind, const struct key *key, char *out, size_t size)
{
    char ip[IP_TEXT_MAX];

    ip_print(&key->ip, ip);
    snprintf(out, size, key->ip.family == IP_V6 ? "%s:[%s]:%u" : "%s:%s:%u", kind, ip, (unsigned)key->port);
}

static char *append(char *at, const char *end, const char *text)
{
    while (*text && at + 1 < end)
        *at++ = *text++;
    *at = '\0';
    return at;
}

static char *append_lower(char *at, const char *end, const char *text)
{
    while (*text && at + 1 < end)
        *at++ = ascii_lower(*text++);
    *at = '\0';
    return at;
}

/* The type stays in upper case. */
static void print_question(const struct key *key, const char *name, char *out, size_t size)
{
    char *at = append(out, out + size, key->kind == EVIDENCE_DNS ? "dns" : "dnssec");
    char ip[IP_TEXT_MAX], word[WIRE_TYPE_TEXT_MAX];

    if (key->ip.family != IP_NONE) {
        ip_print(&key->ip, ip);
        at = append(at, out + size, key->ip.family == IP_V6 ? "@[" : "@");
        at = append(at, out + size, ip);
        at = append(at, out + size, key->ip.family == IP_V6 ? "]" : "");
    }
    at = append(at, out + size, ":");
    at = append_lower(at, out + size, name);
    at = append(at, out + size, "/");
    wire_type_print(key->type, word);
    append(at, out + size, word);
}

void key_print(const struct key *key, char *out, size_t size)
{
    const char *name = key->name ? key->name : "";
    size_t used;

    out[0] = '\0';
    switch (key->kind) {
    case EVIDENCE_DNS:
    case EVIDENCE_DNSSEC:
        print_question(key, name, out, size);
        break;
    case EVIDENCE_SMTP:
        print_endpoint("smtp", key, out, size);
        used = strlen(out);
        snprintf(out + used, size - used, "/%s", name);
        used = strlen(out);
        if (key->trial)
            snprintf(out + used, size - used, "?%s%s", trials[key->trial],
                     key->trial == SMTP_TRIAL_RCPT ? key->recipient : "");
        break;
    case EVIDENCE_CONNECT:
        print_endpoint("connect", key, out, size);
        break;
    case EVIDENCE_HTTPS:
        snprintf(out, size, "https:%s", name);
        break;
    case EVIDENCE_VANTAGE:
        snprintf(out, size, "vantage");
        break;
    case EVIDENCE_NOW:
        snprintf(out, size, "now");
        break;
    case EVIDENCE_KIND_COUNT:
        abort();
    }
    used = strlen(out);
    if (key->nth > 1)
        snprintf(out + used, size - used, "#%u", key->nth);
    if (key->kind == EVIDENCE_SMTP || key->kind == EVIDENCE_CONNECT) /* paths of HTTPS have letter case */
        lower_ascii(out, out + strlen(out));
}

const char *key_text(struct arena *arena, const struct key *key)
{
    char text[KEY_TEXT_MAX];

    key_print(key, text, sizeof text);
    return str_dup(arena, text);
}

static bool parse_number(const char *text, unsigned long max, unsigned long *out)
{
    char *end;

    if (!isdigit((unsigned char)*text))
        return false;
    *out = strtoul(text, &end, 10);
    return *end == '\0' && *out <= max;
}

/* "192.0.2.1:25" or "[2001:db8::1]:25"; `text` is changed. */
static bool parse_endpoint(char *text, struct key *out)
{
    char *colon = strrchr(text, ':');
    unsigned long port;
    size_t len;

    if (!colon || !parse_number(colon + 1, 65535, &port))
        return false;
    *colon = '\0';
    out->port = (uint16_t)port;
    len = strlen(text);
    if (len > 2 && text[0] == '[' && text[len - 1] == ']') {
        text[len - 1] = '\0';
        return ip_parse(text + 1, &out->ip) && out->ip.family == IP_V6;
    }
    return ip_parse(text, &out->ip) && out->ip.family == IP_V4;
}

/* "@192.0.2.1:", "@[2001:db8::1]:" or ":" in front of a question; returns what follows, or NULL. */
static char *parse_server(char *text, struct key *out)
{
    char *end;

    if (*text == ':')
        return text + 1;
    if (*text++ != '@')
        return NULL;
    end = *text == '[' ? strstr(text, "]:") : strchr(text, ':');
    if (!end)
        return NULL;
    if (*text == '[') {
        *end = '\0';
        return ip_parse(text + 1, &out->ip) ? end + 2 : NULL;
    }
    *end = '\0';
    return ip_parse(text, &out->ip) ? end + 1 : NULL;
}

/* "old-tls" or "rcpt=postmaster@example.org" */
static bool parse_trial(struct arena *arena, const char *text, struct key *out)
{
    for (enum smtp_trial trial = SMTP_TRIAL_OLD_TLS; trial < SMTP_TRIAL_COUNT; trial++) {
        size_t len = strlen(trials[trial]);

        if (strncmp(text, trials[trial], len) != 0 || (text[len] != '\0') != (trial == SMTP_TRIAL_RCPT))
            continue;
        out->trial = trial;
        out->recipient = str_dup(arena, text + len);
        return true;
    }
    return false;
}

static bool parse_kind(struct arena *arena, char *text, struct key *out)
{
    char *slash = strrchr(text, '/');

    if (strcmp(text, "now") == 0 || strcmp(text, "vantage") == 0) {
        out->kind = *text == 'n' ? EVIDENCE_NOW : EVIDENCE_VANTAGE;
        return true;
    }
    if (strncmp(text, "https:", 6) == 0) {
        struct url url;

        out->kind = EVIDENCE_HTTPS;
        out->name = str_dup(arena, text + 6);
        return url_parse(arena, text + 6, &url);
    }
    if (strncmp(text, "connect:", 8) == 0) {
        out->kind = EVIDENCE_CONNECT;
        return parse_endpoint(text + 8, out);
    }
    if (!slash)
        return false;
    *slash = '\0';
    if (strncmp(text, "smtp:", 5) == 0) {
        char *trial = strchr(slash + 1, '?');

        if (trial)
            *trial++ = '\0';
        out->kind = EVIDENCE_SMTP;
        out->name = str_dup(arena, slash + 1);
        return (!trial || parse_trial(arena, trial, out)) && parse_endpoint(text + 5, out);
    }
    if (strncmp(text, "dns", 3) == 0) {
        bool is_signed = strncmp(text, "dnssec", 6) == 0;
        char *name = parse_server(text + (is_signed ? 6 : 3), out);
        uint16_t type;

        out->kind = is_signed ? EVIDENCE_DNSSEC : EVIDENCE_DNS;
        if (!name || !wire_type_parse(slash + 1, &type) || (!is_signed && !dns_type_name((enum dns_type)type)))
            return false;
        out->type = type;
        out->name = str_dup(arena, name);
        return true;
    }
    return false;
}

bool key_parse(struct arena *arena, const char *text, struct key *out)
{
    size_t len = strlen(text);
    char *copy, *nth;
    unsigned long number = 1;

    if (len >= KEY_TEXT_MAX)
        return false;
    copy = arena_alloc(arena, len + 1);
    memcpy(copy, text, len);
    *out = (struct key){.name = "", .nth = 1};
    nth = strrchr(copy, '#');
    if (nth && parse_number(nth + 1, 9, &number) && number > 1) {
        *nth = '\0';
        out->nth = (unsigned)number;
    }
    return parse_kind(arena, copy, out) && strcmp(key_text(arena, out), text) == 0;
}
