/* reports/html/html_page_file.c - the name of the file that a domain's page is in. */
#include "reports/html/html_index.h"

#include <string.h>

#include "core/base/arena.h"
#include "core/base/str.h"
#include "core/base/x509_mark.h"

enum {
    LONGEST = 180, /* octets: eCryptfs has 143 for the whole name, most have 255; and a temporary name is longer */
    KEPT = 80,     /* of a name that is too long */
};

/* What Windows keeps for its devices, whatever follows behind the first dot. */
static bool is_reserved(const char *domain)
{
    static const char *const names[] = {"con", "prn", "aux", "nul"};
    size_t length = strcspn(domain, ".");

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (length == strlen(names[i]) && strncmp(domain, names[i], length) == 0)
            return true;
    return length == 4 && (strncmp(domain, "com", 3) == 0 || strncmp(domain, "lpt", 3) == 0) &&
           ascii_is_digit(domain[3]);
}

static bool may_begin(const char *domain)
{
    return *domain != '.' && *domain != '-' && strcmp(domain, "index") != 0 && !is_reserved(domain);
}

/* Not upper case: there are file systems that do not tell it from lower case. */
static bool stands_for_itself(char c)
{
    return (c >= 'a' && c <= 'z') || ascii_is_digit(c) || c == '.' || c == '-' || c == '_';
}

const char *html_page_file(struct arena *arena, const char *domain)
{
    static const char digits[] = "0123456789abcdef";
    size_t length = strlen(domain), used = 0;
    char *name = ARENA_ARRAY(arena, char, length * 3 + 1);

    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)domain[i];

        if (stands_for_itself(domain[i]) && (i > 0 || may_begin(domain))) {
            name[used++] = domain[i];
            continue;
        }
        name[used++] = '=';
        name[used++] = digits[c >> 4];
        name[used++] = digits[c & 15];
    }
    if (used > LONGEST) /* "=-" is no spelling of an octet */
        return str_printf(arena, "%.*s=-%s.html", KEPT, name, x509_sha256(arena, str_of(domain)));
    return str_printf(arena, "%s.html", name);
}
