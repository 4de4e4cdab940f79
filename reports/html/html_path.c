/* reports/html/html_path.c - draws the way of mail as inline SVG: domain -> MX host -> address -> PTR name -> its
 * address.
 *
 * A table of boxes, one row for each PTR name; a box that leads to several others stands beside the first of them.
 * Links that do not hold are dashed and carry a sign, so nothing rests on colour.  Presentation attributes give the
 * colours of a light page; the style sheet overrides them by class.
 */

#include "reports/html/html.h"

#include <string.h>

#include "core/base/arena.h"
#include "core/base/str.h"

enum {
    BOX_WIDTH = 176,
    BOX_HEIGHT = 58,
    COLUMN_STEP = BOX_WIDTH + 30,
    ROW_STEP = BOX_HEIGHT + 14,
    TOP = 30,        /* below the headings of the columns */
    TEXT_CHARS = 21, /* of a line in a box */
    COLUMNS = 5,
    ROWS_MAX = 80, /* the table below has the rest */
};

enum { DOMAIN, HOST, ADDRESS, NAME, FORWARD };

struct drawing {
    struct report *report;
    struct sink *sink;
    const struct result *result;
    const struct mail_path *paths;
    size_t row;      /* the next free one */
    size_t left_out; /* rows that did not fit */
    bool *drawn;     /* addresses, by index */
};

static void attribute(struct sink *sink, const char *name, long long value)
{
    sink_literal(sink, " ");
    sink_text(sink, name);
    sink_literal(sink, "=\"");
    sink_number(sink, value);
    sink_literal(sink, "\"");
}

static long long box_x(unsigned column)
{
    return 1 + (long long)column * COLUMN_STEP;
}

static long long box_y(size_t row)
{
    return TOP + (long long)row * ROW_STEP;
}

static void text_at(struct sink *sink, long long x, long long y, const char *text, size_t bytes)
{
    sink_literal(sink, "<text");
    attribute(sink, "x", x);
    attribute(sink, "y", y);
    sink_literal(sink, " font-size=\"12\" font-family=\"ui-monospace, Menlo, Consolas, DejaVu Sans Mono, monospace\""
                       " fill=\"#1c2430\" class=\"path-text\">");
    sink_bytes(sink, (struct str){text, bytes});
    sink_literal(sink, "</text>\n");
}

/* Two lines at most, broken behind a dot where there is one; what is too long loses its middle. */
static void text_in_box(struct drawing *d, long long x, long long y, const char *text)
{
    const char *visible = sink_visible(d->report->arena, str_of(text));
    size_t length = strlen(visible), first = length;
    bool ascii = true;

    for (size_t i = 0; i < length; i++)
        ascii = ascii && (unsigned char)visible[i] < 0x80;
    if (ascii && length > TEXT_CHARS) {
        first = TEXT_CHARS;
        if (length <= 2 * (size_t)TEXT_CHARS)
            for (size_t i = TEXT_CHARS; i > length - TEXT_CHARS && i > 0; i--)
                if (visible[i - 1] == '.' || visible[i - 1] == ' ' || visible[i - 1] == ':') {
                    first = i;
                    break;
                }
    }
    text_at(d->sink, x, y, visible, first);
    if (first == length)
        return;
    if (length - first <= TEXT_CHARS) {
        text_at(d->sink, x, y + 15, visible + first, length - first);
    } else {
        const char *end = visible + length - (TEXT_CHARS - 1);

        text_at(d->sink, x, y + 15, str_printf(d->report->arena, "\xe2\x80\xa6%s", end), TEXT_CHARS - 1 + 3);
    }
}

static void box(struct drawing *d, unsigned column, size_t row, enum link link, const char *kind, const char *text)
{
    struct sink *sink = d->sink;
    long long x = box_x(column), y = box_y(row);

    sink_literal(sink, "<g><title>");
    sink_text(sink, kind);
    sink_literal(sink, ": ");
    sink_text(sink, text);
    sink_literal(sink, "</title>\n<rect");
    attribute(sink, "x", x);
    attribute(sink, "y", y);
    attribute(sink, "width", BOX_WIDTH);
    attribute(sink, "height", BOX_HEIGHT);
    switch (link) {
    case LINK_HOLDS:
        sink_literal(sink, " rx=\"6\" fill=\"#ffffff\" stroke=\"#8a95a3\" class=\"path-box\"/>\n");
        break;
    case LINK_BROKEN:
        sink_literal(sink, " rx=\"6\" fill=\"#fdeeec\" stroke=\"#b3261e\" class=\"path-box path-broken\"/>\n");
        break;
    case LINK_OPEN:
        sink_literal(sink, " rx=\"6\" fill=\"#f3effc\" stroke=\"#5b3fa0\" stroke-dasharray=\"3 3\""
                           " class=\"path-box path-open\"/>\n");
        break;
    }
    sink_literal(sink, "<text");
    attribute(sink, "x", x + 10);
    attribute(sink, "y", y + 17);
    sink_literal(sink, " font-size=\"11\" font-family=\"system-ui, sans-serif\" fill=\"#566070\" class=\"path-kind\">");
    sink_text(sink, kind);
    sink_literal(sink, "</text>\n");
    text_in_box(d, x + 10, y + 34, text);
    sink_literal(sink, "</g>\n");
}

/* A sign in a circle, made of strokes: fonts differ in what signs they have. */
static void sign(struct sink *sink, long long x, long long y, enum link link)
{
    sink_literal(sink, "<circle");
    attribute(sink, "cx", x);
    attribute(sink, "cy", y);
    switch (link) {
    case LINK_HOLDS:
        sink_literal(sink, " r=\"8\" fill=\"#1c6b3c\" class=\"path-sign-holds\"/><path fill=\"none\" stroke=\"#ffffff\""
                           " stroke-width=\"2\" class=\"path-stroke\" d=\"M");
        sink_number(sink, x - 4);
        sink_literal(sink, " ");
        sink_number(sink, y);
        sink_literal(sink, "l3 3l5 -6\"/>\n");
        break;
    case LINK_BROKEN:
        sink_literal(sink,
                     " r=\"8\" fill=\"#b3261e\" class=\"path-sign-broken\"/><path fill=\"none\" stroke=\"#ffffff\""
                     " stroke-width=\"2\" class=\"path-stroke\" d=\"M");
        sink_number(sink, x - 3);
        sink_literal(sink, " ");
        sink_number(sink, y - 3);
        sink_literal(sink, "l6 6m0 -6l-6 6\"/>\n");
        break;
    case LINK_OPEN:
        sink_literal(sink, " r=\"8\" fill=\"#5b3fa0\" class=\"path-sign-open\"/><path fill=\"none\" stroke=\"#ffffff\""
                           " stroke-width=\"2\" class=\"path-stroke\" d=\"M");
        sink_number(sink, x - 2);
        sink_literal(sink, " ");
        sink_number(sink, y - 3);
        sink_literal(sink, "c1 -3 5 -1 4 2c-1 1 -2 1 -2 3m0 2v1\"/>\n");
        break;
    }
}

static void link_between(struct drawing *d, unsigned column, size_t from_row, size_t to_row, enum link link)
{
    struct sink *sink = d->sink;
    long long x1 = box_x(column) + BOX_WIDTH, x2 = box_x(column + 1);
    long long y1 = box_y(from_row) + BOX_HEIGHT / 2, y2 = box_y(to_row) + BOX_HEIGHT / 2;

    sink_literal(sink, "<path fill=\"none\" stroke-width=\"2\"");
    switch (link) {
    case LINK_HOLDS:
        sink_literal(sink, " stroke=\"#8a95a3\" class=\"path-link\"");
        break;
    case LINK_BROKEN:
        sink_literal(sink, " stroke=\"#b3261e\" stroke-dasharray=\"5 4\" class=\"path-link path-link-broken\"");
        break;
    case LINK_OPEN:
        sink_literal(sink, " stroke=\"#5b3fa0\" stroke-dasharray=\"2 4\" class=\"path-link path-link-open\"");
        break;
    }
    sink_literal(sink, " d=\"M");
    sink_number(sink, x1);
    sink_literal(sink, " ");
    sink_number(sink, y1);
    sink_literal(sink, "H");
    sink_number(sink, x1 + 8);
    sink_literal(sink, "V");
    sink_number(sink, y2);
    sink_literal(sink, "H");
    sink_number(sink, x2);
    sink_literal(sink, "\"/>\n");
    if (link != LINK_HOLDS || column + 1 == FORWARD)
        sign(sink, x1 + 18, y2, link);
}

static const char *other_addresses(struct arena *arena, const struct dns_answer *forward)
{
    const char *text = ip_text(arena, &forward->records[0].ip);

    return forward->count > 1 ? str_printf(arena, "%s and %zu more", text, forward->count - 1) : text;
}

static void draw_forward(struct drawing *d, const struct mail_path *path, const struct path_name *name, size_t row)
{
    struct arena *arena = d->report->arena;
    const char *type = path->address->ip.family == IP_V4 ? "A" : "AAAA";

    link_between(d, NAME, row, row, name->link);
    if (name->link == LINK_HOLDS)
        box(d, FORWARD, row, LINK_HOLDS, str_printf(arena, "%s: the same address", type), path->address->label);
    else if (name->link == LINK_OPEN)
        box(d, FORWARD, row, LINK_OPEN, type, name->forward ? "no answer" : "not looked up");
    else if (!name->forward)
        box(d, FORWARD, row, LINK_BROKEN, type, "no host name");
    else if (name->forward->count)
        box(d, FORWARD, row, LINK_BROKEN, str_printf(arena, "%s: another address", type),
            other_addresses(arena, name->forward));
    else
        box(d, FORWARD, row, LINK_BROKEN, type,
            name->forward->status == DNS_NXDOMAIN ? "no such name" : str_printf(arena, "no %s record", type));
}

/* From the address to the right; returns the rows that it takes. */
static size_t draw_address(struct drawing *d, const struct mail_path *path, size_t row)
{
    const char *kind = path->address->roles & ROLE_SENDER ? "sends mail" : "receives only";

    box(d, ADDRESS, row, LINK_HOLDS, kind, path->address->label);
    if (path->name_count == 0) {
        link_between(d, ADDRESS, row, row, path->reverse);
        box(d, NAME, row, path->reverse, "PTR",
            path->reverse == LINK_BROKEN ? "no reverse name"
            : path->ptr                  ? "no answer"
                                         : "not looked up");
        return 1;
    }
    for (size_t i = 0; i < path->name_count; i++) {
        if (row + i >= ROWS_MAX) {
            d->left_out += path->name_count - i;
            return i;
        }
        link_between(d, ADDRESS, row, row + i, LINK_HOLDS);
        box(d, NAME, row + i, LINK_HOLDS, "PTR", path->names[i].name);
        draw_forward(d, path, &path->names[i], row + i);
    }
    return path->name_count;
}

static void draw_host(struct drawing *d, const struct mx_host *host)
{
    size_t host_row = d->row;
    bool open = (host->a && host->a->status == DNS_UNKNOWN) || (host->aaaa && host->aaaa->status == DNS_UNKNOWN);
    enum link link = host->address_count ? LINK_HOLDS : open || !host->a ? LINK_OPEN : LINK_BROKEN;
    const char *kind = d->result->inventory->kind == MX_IMPLICIT
                           ? "no MX: the domain itself"
                           : str_printf(d->report->arena, "MX, preference %u", host->preference);

    if (d->row >= ROWS_MAX) {
        d->left_out++;
        return;
    }
    link_between(d, DOMAIN, 0, host_row, LINK_HOLDS);
    box(d, HOST, host_row, LINK_HOLDS, kind, *host->name ? host->name : ".");
    if (host->address_count == 0) {
        link_between(d, HOST, host_row, host_row, link);
        box(d, ADDRESS, host_row, link, "A, AAAA",
            link == LINK_BROKEN ? "no address"
            : open              ? "no answer"
                                : "not looked up");
        d->row++;
        return;
    }
    for (size_t i = 0; i < host->address_count; i++) {
        size_t index = host->addresses[i];

        if (d->row >= ROWS_MAX) {
            d->left_out++;
            continue;
        }
        link_between(d, HOST, host_row, d->row, LINK_HOLDS);
        if (d->drawn[index]) {
            box(d, ADDRESS, d->row, LINK_HOLDS, "as above", d->paths[index].address->label);
            d->row++;
        } else {
            d->drawn[index] = true;
            d->row += draw_address(d, &d->paths[index], d->row);
        }
    }
}

/* Senders that are no MX host hang on the domain by their declared name. */
static void draw_senders(struct drawing *d)
{
    for (size_t i = 0; i < d->result->inventory->address_count; i++) {
        const struct mail_address *address = d->paths[i].address;
        const char *name = address->helo_count   ? address_helo(address)
                           : address->host_count ? address->hosts[0]
                                                 : "no name declared";

        if (d->drawn[i])
            continue;
        if (d->row >= ROWS_MAX) {
            d->left_out++;
            continue;
        }
        link_between(d, DOMAIN, 0, d->row, LINK_HOLDS);
        box(d, HOST, d->row, LINK_HOLDS, address->origin == SENDER_DECLARED ? "declared sender" : "sender, by SPF",
            name);
        link_between(d, HOST, d->row, d->row, LINK_HOLDS);
        d->row += draw_address(d, &d->paths[i], d->row);
    }
}

static void draw_missing_mx(struct drawing *d)
{
    enum link link = LINK_BROKEN;
    const char *text = "";

    switch (d->result->inventory->kind) {
    case MX_LISTED:
    case MX_IMPLICIT:
        return;
    case MX_PENDING:
    case MX_UNDECIDED:
        link = LINK_OPEN;
        text = "no answer";
        break;
    case MX_NULL_MX:
        text = "null MX: takes no mail";
        break;
    case MX_NONE:
        text = "no MX, no address";
        break;
    case MX_NO_DOMAIN:
        text = "no such domain";
        break;
    }
    link_between(d, DOMAIN, 0, d->row, link);
    box(d, HOST, d->row, link, "MX", text);
    d->row++;
}

static void draw_headings(struct sink *sink)
{
    static const char *const headings[COLUMNS] = {"Domain", "Mail server", "Address", "Reverse name", "Its address"};

    for (unsigned column = 0; column < COLUMNS; column++) {
        sink_literal(sink, "<text");
        attribute(sink, "x", box_x(column));
        attribute(sink, "y", 16);
        sink_literal(sink,
                     " font-size=\"12\" font-weight=\"600\" font-family=\"system-ui, sans-serif\" fill=\"#1c2430\""
                     " class=\"path-text\">");
        sink_text(sink, headings[column]);
        sink_literal(sink, "</text>\n");
    }
}

/* Draws into nothing, to learn how many rows it takes. */
static size_t rows_taken(const struct drawing *of)
{
    struct drawing d = *of;
    struct sink nowhere = {.error = -1, .language = SINK_HTML};

    d.sink = &nowhere;
    d.drawn = ARENA_ARRAY(d.report->arena, bool, d.result->inventory->address_count + 1);
    draw_missing_mx(&d);
    for (size_t i = 0; i < d.result->inventory->host_count; i++)
        draw_host(&d, &d.result->inventory->hosts[i]);
    draw_senders(&d);
    return d.row;
}

void html_path(struct report *report, const struct result *result, const struct mail_path *paths)
{
    struct sink *sink = &report->sink;
    struct drawing d = {.report = report, .sink = sink, .result = result, .paths = paths};
    size_t rows;

    if (!result->inventory)
        return;
    rows = rows_taken(&d);
    d.drawn = ARENA_ARRAY(report->arena, bool, result->inventory->address_count + 1);
    sink_literal(sink, "<p class=\"hint\">The drawing is wider than this screen: move it sideways.</p>\n");
    sink_literal(sink, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Drawing of the mail path\">\n"
                       "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" class=\"path\"");
    attribute(sink, "width", box_x(COLUMNS - 1) + BOX_WIDTH + 1);
    attribute(sink, "height", box_y(rows));
    sink_literal(sink, " viewBox=\"0 0 ");
    sink_number(sink, box_x(COLUMNS - 1) + BOX_WIDTH + 1);
    sink_literal(sink, " ");
    sink_number(sink, box_y(rows));
    sink_literal(sink, "\" aria-label=\"The mail path of ");
    sink_text(sink, result->target->domain);
    sink_literal(sink, "\">\n<title>The mail path of ");
    sink_text(sink, result->target->domain);
    sink_literal(sink,
                 "</title>\n<desc>From the domain to its mail servers, their addresses, the reverse names of these, "
                 "and the addresses of those names. The table below says the same in words.</desc>\n");
    draw_headings(sink);
    box(&d, DOMAIN, 0, LINK_HOLDS, "domain", result->target->domain);
    draw_missing_mx(&d);
    for (size_t i = 0; i < result->inventory->host_count; i++)
        draw_host(&d, &result->inventory->hosts[i]);
    draw_senders(&d);
    sink_literal(sink, "</svg>\n</div>\n");
    sink_literal(
        sink, "<p class=\"legend\"><span class=\"sign pass\" aria-hidden=\"true\">\xe2\x9c\x93</span> the name leads "
              "back to the address <span class=\"sign fail\" aria-hidden=\"true\">\xe2\x9c\x97</span> broken "
              "<span class=\"sign unknown\" aria-hidden=\"true\">?</span> could not be established</p>\n");
    if (d.left_out) {
        sink_literal(sink, "<p class=\"muted\">");
        sink_number(sink, (long long)d.left_out);
        sink_literal(sink, " more rows are not drawn; the table has them.</p>\n");
    }
}
