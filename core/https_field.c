/* core/https_field.c - the few header fields that are looked at, and the words for how a response ended. */
#include <assert.h>
#include <string.h>

#include "core/https.h"

static const char *const end_names[] = {
    [HTTPS_END_OK] = "ok",
    [HTTPS_END_REFUSED] = "refused",
    [HTTPS_END_TIMEOUT] = "timeout",
    [HTTPS_END_UNREACHABLE] = "unreachable",
    [HTTPS_END_LOST] = "lost",
    [HTTPS_END_TLS] = "tls",
    [HTTPS_END_CERTIFICATE] = "certificate",
    [HTTPS_END_HEADERS] = "headers",
    [HTTPS_END_TOO_LARGE] = "too_large",
    [HTTPS_END_PROTOCOL] = "protocol",
    [HTTPS_END_LOCAL] = "local",
    [HTTPS_END_NOT_CONTACTED] = "not_contacted",
    [HTTPS_END_BUDGET] = "budget",
};
static_assert(sizeof end_names / sizeof *end_names == HTTPS_END_COUNT, "a word for each end");

const char *https_end_name(enum https_end end)
{
    return end_names[end];
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct str trim(struct str text)
{
    for (; text.len > 0 && is_blank(text.at[0]); text.at++)
        text.len--;
    while (text.len > 0 && is_blank(text.at[text.len - 1]))
        text.len--;
    return text;
}

struct str https_field(struct str headers, const char *name)
{
    const size_t len = strlen(name);

    while (headers.len > 0) {
        const char *end = memchr(headers.at, '\n', headers.len);
        struct str line = {headers.at, end ? (size_t)(end - headers.at) + 1 : headers.len};

        if (line.len > len && line.at[len] == ':' && str_starts_nocase(line, name))
            return trim((struct str){line.at + len + 1, line.len - len - 1});
        headers = (struct str){headers.at + line.len, headers.len - line.len};
    }
    return (struct str){NULL, 0};
}

/* ---- dates ---- */

/* "Sun, 06 Nov 1994 08:49:37 GMT": d a digit, a a letter, anything else itself. */
static bool has_form(struct str text, const char *form)
{
    if (text.len != strlen(form))
        return false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        bool is_letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');

        if (form[i] == 'd' ? c < '0' || c > '9' : form[i] == 'a' ? !is_letter : c != form[i])
            return false;
    }
    return true;
}

static int number(const char *digits, size_t count)
{
    int value = 0;

    for (size_t i = 0; i < count; i++)
        value = value * 10 + (digits[i] - '0');
    return value;
}

/* Days since 1970 in the Gregorian calendar; years begin in March here, so that the odd day is their last. */
static int64_t days(int year, int month, int day)
{
    int64_t y = year - (month <= 2), m = (month + 9) % 12;

    return y * 365 + y / 4 - y / 100 + y / 400 + (m * 306 + 5) / 10 + day - 1 - 719468;
}

bool https_date(struct str text, int64_t *seconds)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    int month = 0, day, hour, minute, second;

    if (!has_form(text, "aaa, dd aaa dddd dd:dd:dd GMT"))
        return false;
    while (month < 12 && memcmp(months + 3 * month, text.at + 8, 3) != 0)
        month++;
    day = number(text.at + 5, 2);
    hour = number(text.at + 17, 2);
    minute = number(text.at + 20, 2);
    second = number(text.at + 23, 2);
    if (month == 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60)
        return false;
    *seconds = days(number(text.at + 12, 4), month + 1, day) * 86400 + hour * 3600 + minute * 60 + second;
    return true;
}
