/* core/facts/https_response.c - the few header fields that are looked at, and the words for how a response ended. */
#include <assert.h>
#include <string.h>

#include "core/facts/https_response.h"

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
