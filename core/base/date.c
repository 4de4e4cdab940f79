/* core/base/date.c - finds a date in free text, and writes one.  (RFC 5322 3.3) */
#include "core/base/date.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

enum { YEAR_MIN = 1970, MINUTE_S = 60, HOUR_S = 3600 };

/* Each of these takes what it is named after from the front of the text, and is false if something else is there. */

static bool take_char(struct str *text, char c)
{
    if (text->len == 0 || text->at[0] != c)
        return false;
    *text = (struct str){text->at + 1, text->len - 1};
    return true;
}

static bool take_blanks(struct str *text)
{
    bool any = false;

    while (take_char(text, ' '))
        any = true;
    return any;
}

static bool take_number(struct str *text, size_t digits_min, size_t digits_max, int max, int *out)
{
    size_t digits = 0;
    int value = 0;

    while (digits < digits_max && digits < text->len && ascii_is_digit(text->at[digits]))
        value = value * 10 + (text->at[digits++] - '0');
    if (digits < digits_min || value > max)
        return false;
    *out = value;
    *text = (struct str){text->at + digits, text->len - digits};
    return text->len == 0 || !ascii_is_digit(text->at[0]);
}

static bool take_month(struct str *text, int *month)
{
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

    for (*month = 1; *month <= 12; ++*month) {
        if (!str_starts_nocase(*text, months[*month - 1]))
            continue;
        *text = (struct str){text->at + 3, text->len - 3};
        return true;
    }
    return false;
}

/* In seconds east of Greenwich. */
static bool take_zone(struct str *text, int *zone_s)
{
    static const char *const names[] = {"GMT", "UTC", "UT"};
    bool west = text->len > 0 && text->at[0] == '-';
    int hhmm;

    if (take_char(text, '+') || take_char(text, '-')) {
        if (!take_number(text, 4, 4, 2359, &hhmm) || hhmm % 100 > 59)
            return false;
        *zone_s = (hhmm / 100 * HOUR_S + hhmm % 100 * MINUTE_S) * (west ? -1 : 1);
        return true;
    }
    *zone_s = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t len = strlen(names[i]);

        if (str_starts_nocase(*text, names[i]) && (text->len == len || !ascii_is_letter(text->at[len])))
            return true;
    }
    return false;
}

/* Days since 1970 in the Gregorian calendar; years begin in March here, so that the odd day is their last. */
static int64_t days(int year, int month, int day)
{
    int64_t y = year - (month <= 2), m = (month + 9) % 12;

    return y * 365 + y / 4 - y / 100 + y / 400 + (m * 306 + 5) / 10 + day - 1 - 719468;
}

static bool parse(struct str text, int64_t *seconds)
{
    int day, month, year, hour, minute, second = 0, zone_s;

    if (!take_number(&text, 1, 2, 31, &day) || !take_blanks(&text) || !take_month(&text, &month) ||
        !take_blanks(&text) || !take_number(&text, 4, 4, 9999, &year) || !take_blanks(&text) ||
        !take_number(&text, 2, 2, 23, &hour) || !take_char(&text, ':') || !take_number(&text, 2, 2, 59, &minute))
        return false;
    if (take_char(&text, ':') && !take_number(&text, 2, 2, 60, &second))
        return false;
    if (day < 1 || year < YEAR_MIN || !take_blanks(&text) || !take_zone(&text, &zone_s))
        return false;
    *seconds = days(year, month, day) * DAY_S + hour * HOUR_S + minute * MINUTE_S + second - zone_s;
    return true;
}

bool date_find(struct str text, int64_t *seconds)
{
    bool found = false;

    for (size_t i = 0; i < text.len; i++)
        if (ascii_is_digit(text.at[i]) && (i == 0 || text.at[i - 1] == ' '))
            found |= parse((struct str){text.at + i, text.len - i}, seconds);
    return found;
}

static int days_in(int year, int month)
{
    static const int length[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

    return length[month - 1] + (month == 2 && is_leap);
}

bool date_day(struct str text, int64_t *seconds)
{
    int year, month, day;

    if (!take_number(&text, 4, 4, 9999, &year) || !take_char(&text, '-') || !take_number(&text, 2, 2, 12, &month) ||
        !take_char(&text, '-') || !take_number(&text, 2, 2, 31, &day) || text.len > 0)
        return false;
    if (year < YEAR_MIN || month < 1 || day < 1 || day > days_in(year, month))
        return false;
    *seconds = days(year, month, day) * DAY_S;
    return true;
}

const char *date_text(struct arena *arena, int64_t seconds)
{
    time_t time = (time_t)seconds;
    struct tm utc;
    char text[64];

    if (!gmtime_r(&time, &utc) || strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc) == 0)
        return "";
    return str_dup(arena, text);
}

const char *date_span(struct arena *arena, int64_t seconds)
{
    static const struct {
        int64_t seconds;
        const char *name;
    } units[] = {{DAY_S, "days"}, {HOUR_S, "hours"}, {MINUTE_S, "minutes"}, {1, "seconds"}};
    size_t i = 0;

    while (units[i].seconds > 1 && seconds < 2 * units[i].seconds)
        i++;
    return str_printf(arena, "%" PRId64 " %s", seconds / units[i].seconds, seconds == 1 ? "second" : units[i].name);
}
