/* core/records/zone_data.c - reads the data of a record, in the form of its type or in that of RFC 3597. */
#include "core/records/zone_data.h"

#include <string.h>

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/name.h"

enum { STRING_MAX = 255, RDATA_MAX = 65535, MX_MIN = 3, TLSA_MIN = 4 };

/* IANA's registry "Resource Record (RR) TYPEs", by number, without those that no zone has. */
static const struct {
    uint16_t number;
    const char *name;
} types[] = {
    {1, "A"},           {2, "NS"},     {5, "CNAME"},   {6, "SOA"},     {11, "WKS"},      {12, "PTR"},
    {13, "HINFO"},      {14, "MINFO"}, {15, "MX"},     {16, "TXT"},    {17, "RP"},       {18, "AFSDB"},
    {19, "X25"},        {20, "ISDN"},  {21, "RT"},     {22, "NSAP"},   {24, "SIG"},      {25, "KEY"},
    {26, "PX"},         {27, "GPOS"},  {28, "AAAA"},   {29, "LOC"},    {33, "SRV"},      {35, "NAPTR"},
    {36, "KX"},         {37, "CERT"},  {39, "DNAME"},  {42, "APL"},    {43, "DS"},       {44, "SSHFP"},
    {45, "IPSECKEY"},   {46, "RRSIG"}, {47, "NSEC"},   {48, "DNSKEY"}, {49, "DHCID"},    {50, "NSEC3"},
    {51, "NSEC3PARAM"}, {52, "TLSA"},  {53, "SMIMEA"}, {55, "HIP"},    {59, "CDS"},      {60, "CDNSKEY"},
    {61, "OPENPGPKEY"}, {62, "CSYNC"}, {63, "ZONEMD"}, {64, "SVCB"},   {65, "HTTPS"},    {66, "DSYNC"},
    {99, "SPF"},        {104, "NID"},  {105, "L32"},   {106, "L64"},   {107, "LP"},      {108, "EUI48"},
    {109, "EUI64"},     {256, "URI"},  {257, "CAA"},   {258, "AVC"},   {261, "RESINFO"}, {262, "WALLET"},
};

bool zone_type_from_word(const struct zone_word *word, uint16_t *out)
{
    struct zone_word digits = *word;
    uint32_t number;

    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (zone_word_is(word, types[i].name)) {
            *out = types[i].number;
            return true;
        }
    if (!str_starts_nocase(word->text, "TYPE"))
        return false;
    digits.text = (struct str){word->text.at + 4, word->text.len - 4};
    if (!zone_word_number(&digits, UINT16_MAX, &number) || number == 0)
        return false;
    *out = (uint16_t)number;
    return true;
}

const char *zone_type_text(struct arena *arena, unsigned type)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (types[i].number == type)
            return types[i].name;
    return str_printf(arena, "TYPE%u", type);
}

static bool wrong(struct arena *arena, const struct zone_word *word, const char *what, const char **why)
{
    *why = str_printf(arena, "\"%s\" %s", str_text(arena, word->text), what);
    return false;
}

/* Names: RFC 1035 5.1 */

/* Octets to the form of name.h, label by label; the dots of the text that stand for themselves end labels. */
static const char *spelled(struct arena *arena, struct str text, bool *is_absolute)
{
    char *out = ARENA_ARRAY(arena, char, text.len *NAME_OCTET_MAX + 1);
    const char *at = text.at, *end = at + text.len;
    size_t used = 0;

    for (*is_absolute = false; at < end; *is_absolute = false) {
        char octet;

        if (*at == '.') {
            at++;
            *is_absolute = true;
            out[used++] = '.';
            if (at == end)
                break;
            continue;
        }
        if (!zone_octet_take(&at, end, &octet))
            return NULL;
        used += name_octet_print((uint8_t)octet, out + used);
    }
    if (*is_absolute)
        out[used - 1] = '\0';
    return out;
}

const char *zone_name(struct arena *arena, const struct zone_word *word, const char *origin, const char **why)
{
    uint8_t wire[NAME_WIRE_MAX];
    bool is_absolute, is_root = str_equal(word->text, str_of("."));
    const char *name;

    *why = str_printf(arena, "\"%s\" is relative, and nothing says to which name", str_text(arena, word->text));
    if (zone_word_is(word, "@"))
        return origin;
    if (is_root)
        return "";
    name = word->text.len ? spelled(arena, word->text, &is_absolute) : NULL;
    if (name && !is_absolute && !origin)
        return NULL;
    if (name && !is_absolute)
        name = name_join(arena, name, origin);
    if (name && *name && name_to_wire(name, wire))
        return name;
    wrong(arena, word, "is no domain name", why);
    return NULL;
}

/* Data as octets: RFC 3597 5 */

/* All words together, since blanks may part them anywhere. */
static bool hex(struct arena *arena, const struct zone_word *words, size_t count, struct str *out, const char **why)
{
    size_t room = 0, digits = 0;
    char *octets;

    for (size_t i = 0; i < count; i++)
        room += words[i].text.len;
    octets = arena_alloc(arena, room / 2 + 1);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < words[i].text.len; k++, digits++) {
            int value = words[i].is_quoted ? -1 : ascii_hex_value(words[i].text.at[k]);

            if (value < 0)
                return wrong(arena, &words[i], "is not hexadecimal", why);
            octets[digits / 2] = (char)(octets[digits / 2] << 4 | value);
        }
    *why = "an odd number of hexadecimal digits";
    *out = (struct str){octets, digits / 2};
    return digits % 2 == 0;
}

static uint16_t read16(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

static uint32_t read32(const uint8_t *at)
{
    return (uint32_t)read16(at) << 16 | read16(at + 2);
}

static bool add_string(struct arena *arena, struct dns_record *r, struct str string)
{
    size_t room = DNS_TXT_MAX - r->txt.joined.len, taken = string.len < room ? string.len : room;

    if (string.len > STRING_MAX)
        return false;
    r->txt.joined = str_join(arena, r->txt.joined, "", (struct str){string.at, taken});
    r->txt.oversize |= taken < string.len;
    r->txt.strings++;
    return true;
}

static bool strings_from_wire(struct arena *arena, const uint8_t *at, size_t size, struct dns_record *r)
{
    const uint8_t *end = at + size;

    while (at < end) {
        if ((size_t)(end - at) <= *at)
            return false;
        add_string(arena, r, (struct str){(const char *)at + 1, *at});
        at += 1u + *at;
    }
    return size;
}

/* RFC 1035 3.3, 3.4, RFC 3596 2.2, RFC 6698 2.1 */
static bool from_wire(struct arena *arena, const uint8_t *at, size_t size, struct dns_record *r)
{
    size_t used, more;

    switch (r->type) {
    case DNS_A:
    case DNS_AAAA:
        r->ip = size == (r->type == DNS_A ? 4 : 16) ? ip_from_bytes(at, size) : (struct ip){.family = IP_NONE};
        return r->ip.family != IP_NONE;
    case DNS_NS:
    case DNS_CNAME:
    case DNS_PTR:
        used = name_from_wire(arena, at, size, &r->name);
        return used && used == size;
    case DNS_MX:
        if (size < MX_MIN)
            return false;
        r->mx.preference = read16(at);
        return name_from_wire(arena, at + 2, size - 2, &r->mx.host) == size - 2;
    case DNS_SOA:
        used = name_from_wire(arena, at, size, &r->soa.mname);
        more = used ? name_from_wire(arena, at + used, size - used, &r->soa.rname) : 0;
        if (!more || size - used - more != 20)
            return false;
        at += used + more;
        r->soa.serial = read32(at);
        r->soa.refresh = read32(at + 4);
        r->soa.retry = read32(at + 8);
        r->soa.expire = read32(at + 12);
        r->soa.minimum = read32(at + 16);
        return true;
    case DNS_TXT:
        return strings_from_wire(arena, at, size, r);
    case DNS_TLSA:
        break;
    }
    if (size < TLSA_MIN)
        return false;
    r->tlsa.usage = at[0];
    r->tlsa.selector = at[1];
    r->tlsa.matching = at[2];
    r->tlsa.data = (struct str){(const char *)at + 3, size - 3};
    return true;
}

static bool read_unknown(struct arena *arena, const struct zone_word *words, size_t count, struct zone_record *out,
                         const char **why)
{
    uint32_t length;
    struct str octets;

    if (count < 2 || !zone_word_number(&words[1], RDATA_MAX, &length)) {
        *why = "\"\\#\" takes the number of octets, and the octets as hexadecimal digits";
        return false;
    }
    if (!hex(arena, words + 2, count - 2, &octets, why))
        return false;
    *why = str_printf(arena, "\"\\#\" says %u octets, and %zu follow", (unsigned)length, octets.len);
    if (octets.len != length)
        return false;
    *why = "these octets are no data of that type";
    return !out->is_read || from_wire(arena, (const uint8_t *)octets.at, octets.len, &out->record);
}

/* Data in the form of its type */

static bool number(struct arena *arena, const struct zone_word *word, uint32_t most, uint32_t *out, const char **why)
{
    return zone_word_number(word, most, out) ||
           wrong(arena, word, str_printf(arena, "is no number from 0 to %lu", (unsigned long)most), why);
}

static bool read_address(struct arena *arena, const struct zone_word *word, struct dns_record *r, const char **why)
{
    bool is_ipv4 = r->type == DNS_A;

    if (ip_parse(str_text(arena, word->text), &r->ip) && !word->is_quoted &&
        (is_ipv4 ? r->ip.family == IP_V4 : memchr(word->text.at, ':', word->text.len) != NULL))
        return true;
    return wrong(arena, word, is_ipv4 ? "is no IPv4 address" : "is no IPv6 address", why);
}

static bool read_soa(struct arena *arena, const struct zone_word *words, const char *origin, struct dns_record *r,
                     const char **why)
{
    uint32_t *times[] = {&r->soa.refresh, &r->soa.retry, &r->soa.expire, &r->soa.minimum};

    r->soa.mname = zone_name(arena, &words[0], origin, why);
    r->soa.rname = r->soa.mname ? zone_name(arena, &words[1], origin, why) : NULL;
    if (!r->soa.rname || !number(arena, &words[2], UINT32_MAX, &r->soa.serial, why))
        return false;
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        if (!zone_word_seconds(&words[3 + i], times[i]))
            return wrong(arena, &words[3 + i], "is no number of seconds", why);
    return true;
}

static bool read_strings(struct arena *arena, const struct zone_word *words, size_t count, struct dns_record *r,
                         const char **why)
{
    struct str octets;

    for (size_t i = 0; i < count; i++) {
        if (!zone_word_octets(arena, &words[i], &octets)) {
            *why = "a backslash that spells nothing: \"\\DDD\" stands for an octet up to 255";
            return false;
        }
        if (!add_string(arena, r, octets)) {
            *why = str_printf(arena, "a string of %zu octets: one has %d at most, more follow as further strings",
                              octets.len, STRING_MAX);
            return false;
        }
    }
    return true;
}

static bool read_tlsa(struct arena *arena, const struct zone_word *words, size_t count, struct dns_record *r,
                      const char **why)
{
    uint32_t usage, selector, matching;

    if (!number(arena, &words[0], UINT8_MAX, &usage, why) || !number(arena, &words[1], UINT8_MAX, &selector, why) ||
        !number(arena, &words[2], UINT8_MAX, &matching, why) || !hex(arena, words + 3, count - 3, &r->tlsa.data, why))
        return false;
    r->tlsa.usage = (uint8_t)usage;
    r->tlsa.selector = (uint8_t)selector;
    r->tlsa.matching = (uint8_t)matching;
    return true;
}

static bool read_known(struct arena *arena, const struct zone_word *words, size_t count, const char *origin,
                       struct dns_record *r, const char **why)
{
    uint32_t preference;

    switch (r->type) {
    case DNS_A:
    case DNS_AAAA:
        return read_address(arena, &words[0], r, why);
    case DNS_NS:
    case DNS_CNAME:
    case DNS_PTR:
        r->name = zone_name(arena, &words[0], origin, why);
        return r->name;
    case DNS_MX:
        if (!number(arena, &words[0], UINT16_MAX, &preference, why))
            return false;
        r->mx.preference = (uint16_t)preference;
        r->mx.host = zone_name(arena, &words[1], origin, why);
        return r->mx.host;
    case DNS_SOA:
        return read_soa(arena, words, origin, r, why);
    case DNS_TXT:
        return read_strings(arena, words, count, r, why);
    case DNS_TLSA:
        break;
    }
    return read_tlsa(arena, words, count, r, why);
}

static const struct {
    enum dns_type type;
    size_t least, most;
    const char *form;
} forms[] = {
    {DNS_A, 1, 1, "an IPv4 address"},
    {DNS_NS, 1, 1, "a name"},
    {DNS_CNAME, 1, 1, "a name"},
    {DNS_SOA, 7, 7, "two names, a serial number and four times"},
    {DNS_PTR, 1, 1, "a name"},
    {DNS_MX, 2, 2, "a preference and a name"},
    {DNS_TXT, 1, ZONE_WORDS_MAX, "strings"},
    {DNS_AAAA, 1, 1, "an IPv6 address"},
    {DNS_TLSA, 4, ZONE_WORDS_MAX, "three numbers and hexadecimal digits"},
};

bool zone_data_read(struct arena *arena, const struct zone_word *words, size_t count, const char *origin,
                    struct zone_record *out, const char **why)
{
    size_t form = 0;

    while (form < sizeof forms / sizeof *forms && (unsigned)forms[form].type != out->type)
        form++;
    out->is_read = form < sizeof forms / sizeof *forms;
    if (out->is_read)
        out->record.type = forms[form].type;
    if (count && zone_word_is(&words[0], "\\#"))
        return read_unknown(arena, words, count, out, why);
    *why = "no data";
    if (!out->is_read)
        return count;
    *why = str_printf(arena, "%s takes %s, and here %s", zone_type_text(arena, out->type), forms[form].form,
                      count < forms[form].least ? "something is missing" : "more follows");
    if (count < forms[form].least || count > forms[form].most)
        return false;
    return read_known(arena, words, count, origin, &out->record, why);
}
