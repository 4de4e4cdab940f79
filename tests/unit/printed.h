/* tests/unit/printed.h - are the records that findings print sound, and do they keep what stood there?
 *
 * Looked at from outside: addresses and keys are found in the old text as runs of characters, not by the functions that
 * mend. */
#pragma once

#include <stdint.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/str.h"
#include "core/facts/dns_answer.h"
#include "core/facts/evidence.h"
#include "core/records/dkim_key.h"
#include "core/records/dmarc_record.h"
#include "core/records/sts_record.h"
#include "core/records/tlsrpt.h"
#include "core/result/result.h"

struct printed {
    const char *owner;
    struct str text;
};

/* "OWNER. 3600 IN TXT "..." "..."": false for records of other types. */
static bool read_printed(struct arena *arena, const char *record, struct printed *out)
{
    const char *at = strstr(record, ". 3600 IN TXT ");
    char *text = arena_alloc(arena, strlen(record) + 1);
    size_t count = 0;
    bool inside = false;

    if (!at)
        return false;
    out->owner = str_text(arena, (struct str){record, (size_t)(at - record)});
    for (at += strlen(". 3600 IN TXT "); *at; at++) {
        if (*at == '"')
            inside = !inside;
        else if (inside)
            text[count++] = *at;
    }
    out->text = (struct str){text, count};
    return true;
}

static bool is_dmarc_sound(struct arena *arena, struct str text)
{
    struct dmarc_record r;

    if (!dmarc_is_record(text))
        return false;
    r = dmarc_record_parse(arena, text);
    for (size_t i = 0; i < r.remark_count; i++)
        if (r.remarks[i].kind <= DMARC_BAD_URI || r.remarks[i].kind == DMARC_PCT_PARTIAL)
            return false;
    return true;
}

static bool is_printed_sound(struct arena *arena, const struct printed *p)
{
    struct sts_record sts;
    struct tlsrpt_record tlsrpt;
    const char *why;

    if (strstr(p->owner, "_report._dmarc."))
        return dmarc_is_record(p->text);
    if (strncmp(p->owner, "_dmarc.", 7) == 0)
        return is_dmarc_sound(arena, p->text);
    if (strstr(p->owner, "._domainkey.")) {
        struct dkim_key key = dkim_key_parse(arena, p->text);

        return dkim_key_is_usable(&key);
    }
    if (strncmp(p->owner, "_mta-sts.", 9) == 0)
        return sts_record_parse(p->text, &sts, &why);
    if (strncmp(p->owner, "_smtp._tls.", 11) == 0)
        return tlsrpt_parse(p->text, &tlsrpt, &why);
    return true;
}

static bool is_address_char(char c)
{
    return c && (ascii_is_letter(c) || ascii_is_digit(c) || strchr("@._+-", c));
}

/* The first address of the old text that the new one does not have; NULL: it has them all. */
static const char *lost_address(struct arena *arena, struct str old, struct str new)
{
    for (size_t i = 0; i < old.len;) {
        struct str run = {old.at + i, 0};

        while (i + run.len < old.len && is_address_char(run.at[run.len]))
            run.len++;
        /* One in Unicode is there in A-labels. */
        if (run.len > 0 && memchr(run.at, '@', run.len) &&
            (i + run.len == old.len || (unsigned char)run.at[run.len] < 0x80) && !str_find(new, run))
            return str_text(arena, run);
        i += run.len + 1;
    }
    return NULL;
}

/* Letters, digits, "+" and "/" of the key, in their order, whatever stands between them. */
static bool has_key(struct str old, struct str new)
{
    const char *p = str_find(new, str_of("p="));
    size_t at = 0;

    for (size_t i = p ? (size_t)(p - new.at) + 2 : new.len; i < new.len && new.at[i] != '=' && new.at[i] != ';'; i++) {
        while (at < old.len && old.at[at] != new.at[i])
            at++;
        if (at++ == old.len)
            return false;
    }
    return p != NULL;
}

/* NULL, or what is wrong with a record that is printed. */
static const char *fault_of_printed(struct arena *arena, const struct result *result, const char *record)
{
    struct printed p;
    const struct evidence *evidence;
    const struct dns_answer *answer;

    if (!read_printed(arena, record, &p))
        return NULL;
    if (!is_printed_sound(arena, &p))
        return "is not sound";
    evidence = result_evidence(result, str_printf(arena, "dns:%s/TXT", p.owner));
    answer = evidence ? evidence->value : NULL;
    if (!answer || answer->status != DNS_OK || answer->count != 1)
        return NULL;
    if (strstr(p.owner, "._domainkey.") && !has_key(answer->records[0].txt.joined, p.text))
        return "has another key";
    return lost_address(arena, answer->records[0].txt.joined, p.text) ? "has lost an address" : NULL;
}
