/* core/records/sts_policy.c - parses MTA-STS policies, line by line, and matches MX hosts against them. */
#include "core/records/sts_policy.h"

#include <string.h>

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/name.h"
#include "core/records/fields.h"

enum { MAX_AGE_DIGITS = 10, LABEL_MAX = 63, HOST_MAX = 253 };

static const char *const mode_words[] = {
    [STS_NO_MODE] = "",
    [STS_TESTING] = "testing",
    [STS_ENFORCE] = "enforce",
    [STS_MODE_NONE] = "none",
};

const char *sts_mode_word(enum sts_mode mode)
{
    return mode_words[mode];
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* ---- values ---- */

/* Domain of RFC 5321 4.1.2. */
static bool is_host(struct str host)
{
    size_t label = 0;

    if (host.len == 0 || host.len > HOST_MAX)
        return false;
    for (size_t i = 0; i <= host.len; i++) {
        if (i == host.len || host.at[i] == '.') {
            if (label == 0 || label > LABEL_MAX || host.at[i - 1] == '-')
                return false;
            label = 0;
        } else if (ascii_is_alphanumeric(host.at[i]) || (host.at[i] == '-' && label > 0)) {
            label++;
        } else {
            return false;
        }
    }
    return true;
}

static bool is_wildcard(struct str pattern)
{
    return str_starts_nocase(pattern, "*.");
}

static struct str behind_wildcard(struct str pattern)
{
    return is_wildcard(pattern) ? (struct str){pattern.at + 2, pattern.len - 2} : pattern;
}

static bool parse_max_age(struct str value, uint32_t *out)
{
    uint64_t seconds = 0;

    if (value.len == 0 || value.len > MAX_AGE_DIGITS)
        return false;
    for (size_t i = 0; i < value.len; i++) {
        if (value.at[i] < '0' || value.at[i] > '9')
            return false;
        seconds = seconds * 10 + (uint64_t)(value.at[i] - '0');
    }
    *out = (uint32_t)seconds;
    return seconds <= STS_MAX_AGE;
}

static enum sts_mode mode_of(struct str value)
{
    for (int mode = STS_TESTING; mode <= STS_MODE_NONE; mode++)
        if (str_equal(value, str_of(mode_words[mode])))
            return (enum sts_mode)mode;
    return STS_NO_MODE;
}

/* The grammar wants UTF-8 here; what an unknown field holds is nobody's business, as long as it is text. */
static bool is_extension_value(struct str value)
{
    for (size_t i = 0; i < value.len; i++)
        if ((unsigned char)value.at[i] < 0x20 || value.at[i] == 0x7f)
            return false;
    return value.len > 0;
}

/* ---- lines ---- */

struct parser {
    struct sts_policy *policy;
    struct str *mx;
    bool has_version, has_max_age;
};

/* NULL, or what is wrong with the field.  Of fields that must not repeat, the first counts (RFC 8461 3.2). */
static const char *take_field(struct parser *p, struct str name, struct str value)
{
    uint32_t max_age = 0;

    if (str_equal(name, str_of("version"))) {
        if (!p->has_version && !str_equal(value, str_of("STSv1")))
            return "the version is not STSv1";
        p->has_version = true;
    } else if (str_equal(name, str_of("mode"))) {
        if (!p->policy->mode)
            p->policy->mode = mode_of(value);
        if (!p->policy->mode)
            return "the mode is none of enforce, testing and none";
    } else if (str_equal(name, str_of("max_age"))) {
        if (!p->has_max_age && !parse_max_age(value, &max_age))
            return "max_age is not a number from 0 to 31557600";
        if (!p->has_max_age)
            p->policy->max_age_s = max_age;
        p->has_max_age = true;
    } else if (str_equal(name, str_of("mx"))) {
        if (!is_host(behind_wildcard(value)))
            return "mx is not a host name, nor \"*.\" and one";
        if (p->policy->mx_count == STS_MX_MAX)
            p->policy->mx_left_out++;
        else
            p->mx[p->policy->mx_count++] = value;
    } else if (!fields_is_name(name)) {
        return "the name of a field is not made of letters, digits, \"_\", \"-\" and \".\"";
    } else if (!is_extension_value(value)) {
        return "a value is empty, or has control characters";
    }
    return NULL;
}

static const char *take_line(struct parser *p, struct str line)
{
    const char *colon = line.len > 0 ? memchr(line.at, ':', line.len) : NULL;
    struct str name, value;

    if (!colon)
        return line.len ? "has no colon" : "is empty";
    name = (struct str){line.at, (size_t)(colon - line.at)};
    value = (struct str){colon + 1, line.len - name.len - 1};
    for (; value.len > 0 && is_blank(value.at[0]); value.at++)
        value.len--;
    while (value.len > 0 && is_blank(value.at[value.len - 1]))
        value.len--;
    return take_field(p, name, value);
}

static const char *missing(const struct parser *p)
{
    if (!p->has_version)
        return "there is no version";
    if (!p->policy->mode)
        return "there is no mode";
    if (!p->has_max_age)
        return "there is no max_age";
    if (p->policy->mx_count == 0 && p->policy->mode != STS_MODE_NONE)
        return "there is no mx";
    return NULL;
}

bool sts_policy_parse(struct arena *arena, struct str body, struct sts_policy *out, const char **why)
{
    struct parser p = {.policy = out, .mx = ARENA_ARRAY(arena, struct str, STS_MX_MAX)};

    *out = (struct sts_policy){.mx = p.mx};
    *why = str_starts_nocase(body, "\xef\xbb\xbf") ? "line 1: begins with a byte order mark" : NULL;
    for (size_t number = 1; !*why && body.len > 0; number++) {
        const char *end = memchr(body.at, '\n', body.len), *fault;
        struct str line = {body.at, end ? (size_t)(end - body.at) : body.len};

        body = end ? (struct str){end + 1, body.len - line.len - 1} : (struct str){NULL, 0};
        if (end && line.len > 0 && line.at[line.len - 1] == '\r')
            line.len--;
        fault = take_line(&p, line);
        if (fault)
            *why = str_printf(arena, "line %zu: %s", number, fault);
    }
    if (!*why)
        *why = missing(&p);
    return !*why;
}

/* ---- matching ---- */

bool sts_pattern_matches(struct str pattern, const char *host)
{
    if (is_wildcard(pattern)) {
        host = name_parent(host);
        pattern = behind_wildcard(pattern);
    }
    return str_equal_nocase(pattern, str_of(host));
}

bool sts_policy_covers(const struct sts_policy *policy, const char *host)
{
    for (size_t i = 0; i < policy->mx_count; i++)
        if (sts_pattern_matches(policy->mx[i], host))
            return true;
    return false;
}
