/* core/base/name.c - domain names: what users type, what the wire says, and where the organisation begins. */
#include "core/base/name.h"

#include <idn2.h>
#include <libpsl.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/ip.h"
#include "core/base/str.h"

enum { LABEL_MAX = 63, HOST_MAX = 253 }; /* octets: RFC 1035 2.3.4, without the length octets at both ends */
enum { STRICT = IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL, LENIENT = IDN2_NFC_INPUT | IDN2_TRANSITIONAL };
enum { END_OF_LABEL = -1, END_OF_NAME = -2 };

static int lower(int octet)
{
    return octet >= 'A' && octet <= 'Z' ? octet - 'A' + 'a' : octet;
}

static bool is_digit(int octet)
{
    return octet >= '0' && octet <= '9';
}

static bool is_ldh(int octet)
{
    octet = lower(octet);
    return (octet >= 'a' && octet <= 'z') || is_digit(octet) || octet == '-';
}

/* The next octet on the wire, or the end of the label or name.  A backslash that spells nothing stands for itself. */
static int next_octet(const char **at)
{
    const char *p = *at;
    int value;

    if (*p == '\0')
        return END_OF_NAME;
    *at = p + 1;
    if (*p == '.')
        return END_OF_LABEL;
    if (*p != '\\' || p[1] == '\0')
        return (unsigned char)*p;
    if (is_digit(p[1]) && is_digit(p[2]) && is_digit(p[3])) {
        value = (p[1] - '0') * 100 + (p[2] - '0') * 10 + (p[3] - '0');
        if (value <= UINT8_MAX) {
            *at = p + 4;
            return value;
        }
    }
    *at = p + 2;
    return (unsigned char)p[1];
}

size_t name_to_wire(const char *name, uint8_t out[NAME_WIRE_MAX])
{
    size_t label = 0, size = 1; /* where the length of the label stands, and what there is of the name */

    for (;;) {
        int octet = next_octet(&name);

        if (octet >= 0) {
            if (size - label > LABEL_MAX || size >= NAME_WIRE_MAX - 1)
                return 0;
            out[size++] = (uint8_t)octet;
            continue;
        }
        out[label] = (uint8_t)(size - label - 1);
        if (out[label] == 0) /* the root is the end, and nothing else */
            return octet == END_OF_NAME ? size : 0;
        label = size++;
        if (octet == END_OF_NAME) {
            out[label] = 0;
            return size;
        }
    }
}

size_t name_octet_print(uint8_t octet, char out[NAME_OCTET_MAX])
{
    if (octet == '.' || octet == '\\') {
        out[0] = '\\';
        out[1] = (char)octet;
        return 2;
    }
    if (octet > 0x20 && octet < 0x7f) {
        out[0] = (char)octet;
        return 1;
    }
    out[0] = '\\';
    out[1] = (char)('0' + octet / 100);
    out[2] = (char)('0' + octet / 10 % 10);
    out[3] = (char)('0' + octet % 10);
    return 4;
}

size_t name_from_wire(struct arena *arena, const uint8_t *wire, size_t size, const char **out)
{
    char text[NAME_TEXT_MAX];
    size_t at = 0, used = 0;

    while (at < size && wire[at] != 0) {
        size_t end = at + 1 + wire[at];

        if (wire[at] > LABEL_MAX || end >= NAME_WIRE_MAX || end > size)
            return 0;
        if (used > 0)
            text[used++] = '.';
        for (at++; at < end; at++)
            used += name_octet_print(wire[at], text + used);
    }
    if (at >= size)
        return 0;
    text[used] = '\0';
    *out = str_dup(arena, text);
    return at + 1;
}

const char *name_parent(const char *name)
{
    for (name += strcspn(name, ".\\"); *name == '\\'; name += strcspn(name, ".\\"))
        next_octet(&name);
    return *name ? name + 1 : name;
}

size_t name_labels(const char *name)
{
    size_t labels = 0;

    for (; *name != '\0'; name = name_parent(name))
        labels++;
    return labels;
}

bool name_equal(const char *a, const char *b)
{
    for (; *a == *b && *a != '\\' && *a != '\0'; a++) /* no need to spell what is spelled alike */
        b++;
    for (;;) {
        int left = next_octet(&a), right = next_octet(&b);

        if (lower(left) != lower(right))
            return false;
        if (left == END_OF_NAME)
            return true;
    }
}

/* Nearly all names spell each octet as itself, so what is under another ends in it, behind a dot. */
static bool plain_is_under(struct str name, struct str suffix)
{
    size_t before = name.len - suffix.len;

    if (suffix.len > name.len || (before > 0 && suffix.len > 0 && name.at[before - 1] != '.'))
        return false;
    for (size_t i = 0; i < suffix.len; i++)
        if (lower(name.at[before + i]) != lower(suffix.at[i]))
            return false;
    return true;
}

bool name_is_under(const char *name, const char *suffix)
{
    struct str whole = str_of(name), end = str_of(suffix);
    size_t labels, wanted;

    if (!memchr(name, '\\', whole.len) && !memchr(suffix, '\\', end.len))
        return plain_is_under(whole, end);
    labels = name_labels(name);
    wanted = name_labels(suffix);
    for (; labels > wanted; labels--)
        name = name_parent(name);
    return name_equal(name, suffix);
}

const char *name_lower(struct arena *arena, const char *name)
{
    size_t length = strlen(name);
    char *copy = (char *)arena_alloc(arena, length + 1);

    for (size_t i = 0; i < length; i++)
        copy[i] = (char)lower(name[i]);
    return copy;
}

const char *name_join(struct arena *arena, const char *label, const char *name)
{
    return str_concat(arena, label, *name == '\0' || *label == '\0' ? "" : ".", name, NULL);
}

const char *name_redirected(struct arena *arena, const char *name, const char *from, const char *to)
{
    size_t above = name_labels(from), labels = name_labels(name);
    uint8_t wire[NAME_WIRE_MAX];
    const char *end = name, *moved;

    if (labels <= above || !name_is_under(name, from))
        return NULL;
    for (; labels > above; labels--)
        end = name_parent(end);
    moved = str_printf(arena, "%.*s", (int)(end - name - (*end != '\0')), name);
    moved = name_join(arena, moved, to);
    return name_to_wire(moved, wire) ? moved : NULL;
}

/* What a walk over a name's octets finds. */
struct shape {
    size_t octets, longest_label;
    bool empty_label, edge_hyphen, underscore, not_ldh, last_all_digits;
};

static struct shape shape_of(const char *name)
{
    struct shape shape = {0};
    int octet, last = END_OF_LABEL;
    size_t label = 0;
    bool digits = true;

    do {
        octet = next_octet(&name);
        if (octet >= 0) {
            shape.octets++;
            shape.not_ldh = shape.not_ldh || (!is_ldh(octet) && octet != '_');
            shape.underscore = shape.underscore || octet == '_';
            shape.edge_hyphen = shape.edge_hyphen || (octet == '-' && label == 0);
            digits = digits && is_digit(octet);
            label++;
        } else {
            shape.octets += octet == END_OF_LABEL;
            shape.edge_hyphen = shape.edge_hyphen || last == '-';
            shape.empty_label = shape.empty_label || label == 0;
            shape.longest_label = label > shape.longest_label ? label : shape.longest_label;
            shape.last_all_digits = digits && label > 0;
            digits = true;
            label = 0;
        }
        last = octet;
    } while (octet != END_OF_NAME);
    return shape;
}

/* An address, as such or as an address literal (RFC 5321 4.1.3). */
static bool is_ip_text(const char *text)
{
    char inside[IP_TEXT_MAX];
    size_t length = strlen(text);
    struct ip ip;

    if (ip_parse(text, &ip))
        return true;
    if (length < 2 || text[0] != '[' || text[length - 1] != ']')
        return false;
    text++;
    length -= 2;
    if (str_starts_nocase((struct str){text, length}, "IPv6:")) {
        text += 5;
        length -= 5;
    }
    if (length >= sizeof inside)
        return false;
    memcpy(inside, text, length);
    inside[length] = '\0';
    return ip_parse(inside, &ip);
}

static const char *top_label(const char *name)
{
    for (const char *rest = name; *(rest = name_parent(name));)
        name = rest;
    return name;
}

/* Suffixes that are not delegated to anybody in the global DNS, and names that people use as if they were. */
static bool is_special_use(const char *name)
{
    static const char *const suffixes[] = {
        /* alphabetical */
        "arpa",        /* RFC 3172; "home.arpa", RFC 8375 */
        "example",     /* RFC 6761 6.5 */
        "home",        /* ICANN: never delegated, because of collisions */
        "internal",    /* ICANN board resolution 2024.07.29.06 */
        "intra",       /* RFC 6762 appendix G */
        "invalid",     /* RFC 6761 6.4 */
        "lan",         /* RFC 6762 appendix G */
        "local",       /* RFC 6762 3 */
        "localdomain", /* practice */
        "localhost",   /* RFC 6761 6.3 */
        "test",        /* RFC 6761 6.2 */
    };

    const char *top = top_label(name);

    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++)
        if (name_equal(top, suffixes[i]))
            return true;
    return false;
}

static bool is_localhost(const char *name)
{
    return name_is_under(name, "localhost") || name_equal(name, "localhost.localdomain");
}

/* The fault that says most comes first: "localhost" is localhost rather than a single label. */
bool name_is_reverse(const char *name)
{
    return name_is_under(name, "in-addr.arpa") || name_is_under(name, "ip6.arpa");
}

enum name_fault name_fault(const char *name)
{
    struct shape shape = shape_of(name);

    if (*name == '\0')
        return NAME_EMPTY;
    if (is_ip_text(name) || shape.last_all_digits)
        return NAME_IP_TEXT;
    if (name_is_reverse(name))
        return NAME_REVERSE;
    if (name[0] == '*' && (name[1] == '.' || name[1] == '\0'))
        return NAME_WILDCARD;
    if (is_localhost(name))
        return NAME_LOCALHOST;
    if (name_labels(name) < 2)
        return NAME_SINGLE_LABEL;
    if (is_special_use(name))
        return NAME_SPECIAL_USE;
    if (shape.not_ldh || shape.edge_hyphen || shape.empty_label)
        return NAME_NOT_LDH;
    if (shape.longest_label > LABEL_MAX || shape.octets > HOST_MAX)
        return NAME_TOO_LONG;
    return shape.underscore ? NAME_UNDERSCORE : NAME_OK;
}

const char *name_fault_text(enum name_fault fault)
{
    static const char *const text[] = {
        [NAME_OK] = "is a valid host name",
        [NAME_UNDERSCORE] = "has an underscore in a label",
        [NAME_EMPTY] = "is empty",
        [NAME_IP_TEXT] = "is an IP address or ends in a number, not a host name",
        [NAME_REVERSE] = "is a reverse name itself, not a host name",
        [NAME_WILDCARD] = "is a wildcard",
        [NAME_SINGLE_LABEL] = "is a single label",
        [NAME_LOCALHOST] = "is localhost",
        [NAME_SPECIAL_USE] = "is under a suffix that does not exist in the global DNS",
        [NAME_NOT_LDH] = "has characters other than letters, digits and inner hyphens",
        [NAME_TOO_LONG] = "is too long: a label may have 63 octets, a name 253",
    };
    _Static_assert(sizeof text / sizeof *text == NAME_TOO_LONG + 1, "a text for each fault");

    return text[fault];
}

bool name_is_host(const char *name)
{
    enum name_fault fault = name_fault(name);

    return fault == NAME_OK || fault == NAME_UNDERSCORE;
}

/* Things that people take for a domain.  NULL: may be one. */
static const char *mistaken_for_domain(const char *text)
{
    struct ip_network network;

    if (is_ip_text(text))
        return "is an IP address, not a domain";
    if (ip_network_parse(text, &network))
        return "is a network, not a domain";
    if (strchr(text, '/'))
        return "is a URL, not a domain";
    if (strchr(text, '@'))
        return "is a mail address, not a domain";
    return NULL;
}

static const char *unfit_for_dns(const char *name)
{
    struct shape shape = shape_of(name);

    if (shape.octets == 0)
        return "is empty";
    if (strchr(name, '\\') || shape.not_ldh)
        return "has characters other than letters, digits, hyphens and underscores";
    if (shape.empty_label)
        return "has an empty label";
    if (shape.longest_label > LABEL_MAX)
        return "has a label of more than 63 octets";
    if (shape.octets > HOST_MAX)
        return "has more than 253 octets";
    if (shape.edge_hyphen)
        return "has a hyphen at the end of a label";
    if (name_labels(name) < 2)
        return "has only one label";
    if (shape.last_all_digits)
        return "ends in a number, which no domain does";
    return NULL;
}

/* Into A-labels.  What is ASCII already goes through as it is: names such as "r3---sn.example" are in use, whatever
 * IDNA says of them.  Names that only the older rules allow (symbols) get those. */
static const char *to_ascii(const char *text, char out[NAME_TEXT_MAX])
{
    char *ascii = NULL;
    int error = IDN2_OK;

    if (text_is_ascii(text)) {
        memcpy(out, text, strlen(text) + 1);
        return NULL;
    }
    error = idn2_to_ascii_8z(text, &ascii, STRICT);
    if (error != IDN2_OK)
        error = idn2_to_ascii_8z(text, &ascii, LENIENT);
    if (error == IDN2_TOO_BIG_LABEL)
        return "has a label of more than 63 octets";
    if (error == IDN2_TOO_BIG_DOMAIN)
        return "has more than 253 octets";
    if (error != IDN2_OK)
        return "is not a valid internationalised name";
    if (strlen(ascii) < NAME_TEXT_MAX) /* libidn2 stops at 255 octets */
        memcpy(out, ascii, strlen(ascii) + 1);
    idn2_free(ascii);
    return NULL;
}

const char *name_from_user(struct arena *arena, const char *text, const char **why)
{
    static const char blanks[] = " \t\r\n";
    char trimmed[NAME_TEXT_MAX], ascii[NAME_TEXT_MAX] = "";
    size_t length;

    text += strspn(text, blanks);
    length = strlen(text);
    while (length > 0 && strchr(blanks, text[length - 1]))
        length--;
    if (length >= sizeof trimmed) {
        *why = "has more than 253 octets";
        return NULL;
    }
    memcpy(trimmed, text, length);
    trimmed[length] = '\0';

    *why = mistaken_for_domain(trimmed);
    if (!*why)
        *why = to_ascii(trimmed, ascii);
    if (*why)
        return NULL;
    length = strlen(ascii);
    if (length > 0 && ascii[length - 1] == '.')
        ascii[length - 1] = '\0';
    *why = mistaken_for_domain(ascii); /* again: full-width digits are digits now */
    if (!*why)
        *why = unfit_for_dns(ascii);
    return *why ? NULL : name_lower(arena, ascii);
}

/* In SMTP a backslash is an octet like any other; in presentation form that octet is spelled "\\". */
static const char *with_backslashes_spelled(struct arena *arena, const char *name)
{
    char *spelled = (char *)arena_alloc(arena, 2 * strlen(name) + 1), *out = spelled;

    for (; *name; name++) {
        if (*name == '\\')
            *out++ = '\\';
        *out++ = *name;
    }
    return spelled;
}

const char *name_compared(struct arena *arena, const char *name)
{
    size_t length = strlen(name);
    const char *encoded, *why;

    if (strchr(name, '\\'))
        return with_backslashes_spelled(arena, name);
    if (!text_is_ascii(name) && (encoded = name_from_user(arena, name, &why)))
        return encoded;
    if (length < 2 || name[length - 1] != '.')
        return name;
    return str_copy(arena, (struct str){name, length - 1}).at;
}

/* Shown in Unicode only if IDNA 2008 leads from there back to the same name: no controls, no symbols, nothing that the
 * mapping drops.  Look-alikes remain; whoever shows this shows the A-labels, too. */
const char *name_unicode(struct arena *arena, const char *name)
{
    char *unicode = NULL, *back = NULL;
    char shown[NAME_TEXT_MAX] = "";

    if (idn2_to_unicode_8z8z(name, &unicode, 0) == IDN2_OK && !text_is_ascii(unicode) &&
        strlen(unicode) < sizeof shown && idn2_to_ascii_8z(unicode, &back, STRICT) == IDN2_OK &&
        text_equal_nocase(back, name))
        memcpy(shown, unicode, strlen(unicode) + 1);
    idn2_free(unicode);
    idn2_free(back);
    return *shown ? str_dup(arena, shown) : name;
}

static const char *last_two_labels(const char *name)
{
    for (size_t labels = name_labels(name); labels > 2; labels--)
        name = name_parent(name);
    return name;
}

/* A copy of the same length for libpsl, which knows neither upper case nor escapes: no rule has any. */
static void plain_copy(const char *name, char *out)
{
    while (*name != '\0') {
        const char *at = name;
        int octet = next_octet(&name);

        if (name - at == 1)
            *out++ = octet == END_OF_LABEL ? '.' : (char)lower(octet);
        else
            for (; at < name; at++)
                *out++ = '-';
    }
    *out = '\0';
}

/* Of few names it is asked again and again, and libpsl takes as long for one as a whole probe does. */
enum { ORG_DOMAINS_KEPT = 64, ORG_DOMAIN_KEPT_MAX = 64 };

static struct org_domain {
    char name[ORG_DOMAIN_KEPT_MAX]; /* plain_copy() */
    size_t at;                      /* the octet where the organisational domain begins */
} org_domains[ORG_DOMAINS_KEPT];

static struct org_domain *place_of(const char *plain)
{
    uint32_t hash = 2166136261u; /* FNV-1a */

    for (const char *at = plain; *at; at++)
        hash = (hash ^ (unsigned char)*at) * 16777619u;
    return &org_domains[(hash ^ hash >> 16) % ORG_DOMAINS_KEPT];
}

static size_t find_org_domain(const psl_ctx_t *list, const char *plain)
{
    struct org_domain *kept = place_of(plain);
    const char *found;

    if (strcmp(kept->name, plain) == 0)
        return kept->at;
    found = psl_registrable_domain(list, plain);
    if (strlen(plain) < sizeof kept->name) {
        memcpy(kept->name, plain, strlen(plain) + 1);
        kept->at = found ? (size_t)(found - plain) : 0;
    }
    return found ? (size_t)(found - plain) : 0;
}

const char *name_org_domain(const char *name)
{
    const psl_ctx_t *list = psl_builtin();
    char plain[NAME_TEXT_MAX];

    if (!list || strlen(name) >= sizeof plain)
        return last_two_labels(name);
    plain_copy(name, plain);
    return name + find_org_domain(list, plain);
}

bool name_has_suffix_list(void)
{
    return psl_builtin() != NULL;
}

bool name_is_registered(const char *name)
{
    const psl_ctx_t *list = psl_builtin();
    const char *parent = name_parent(name);
    char plain[NAME_TEXT_MAX];

    if (*parent == '\0' || strlen(parent) >= sizeof plain)
        return false;
    if (!list)
        return name_labels(name) == 2;
    plain_copy(parent, plain);
    return psl_is_public_suffix2(list, plain, PSL_TYPE_ICANN);
}

bool name_has_known_top(const char *name)
{
    const psl_ctx_t *list = psl_builtin();
    char plain[NAME_TEXT_MAX];

    while (name_labels(name) > 1)
        name = name_parent(name);
    if (strlen(name) >= sizeof plain)
        return false;
    plain_copy(name, plain);
    if (list)
        return psl_is_public_suffix2(list, plain, PSL_TYPE_ICANN | PSL_TYPE_NO_STAR_RULE);
    return *plain && strspn(plain, "abcdefghijklmnopqrstuvwxyz") == strlen(plain);
}
