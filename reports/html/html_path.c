/* reports/html/html_path.c - draws the way of mail from each sender: who it is (address, HELO, reverse name and back),
 * what it may (SPF, DKIM, DMARC), and what receivers make of it.
 *
 * What is in the boxes is known from the mail path; their states are those of the findings, so that the drawing cannot
 * say anything else.
 */
#include "reports/html/html.h"

#include <string.h>

#include "core/base/arena.h"
#include "core/base/list_text.h"
#include "core/base/str.h"
#include "core/result/identity.h"
#include "core/result/receiver.h"
#include "reports/html/svg.h"
#include "reports/receivers.h"
#include "reports/services.h"
#include "reports/words.h"

enum {
    LANES_MAX = 6, /* senders that are drawn: the worst first */
    ROWS = 2,      /* of a lane */
    LANE_TITLE = 28,
    ROW_GAP = 34,
    NAMES_LISTED = 12,
};

struct lane { /* rows of boxes; the second continues the first */
    const char *title;
    struct svg_box boxes[ROWS * SVG_BOXES];
    unsigned count;
};

/* ---- states ---- */

static int rank(enum status status)
{
    static const int ranks[STATUS_COUNT] = {
        [SKIPPED] = 0, [NOTE] = 1, [PASS] = 1, [UNKNOWN] = 2, [WARN] = 3, [FAIL] = 4};

    return ranks[status];
}

/* The worst that was found about the address: of one check, or of a group but for that check; `otherwise` where nothing
 * was. */
static enum status state_of(const struct result *result, const struct mail_address *address, const char *group,
                            enum check_id check, bool but, enum status otherwise)
{
    enum status worst = SKIPPED;
    bool any = false;

    for (size_t i = 0; i < result->finding_count; i++) {
        const struct finding *f = result->findings[i];

        if (strcmp(check_of(f->check)->group, group) != 0 || (check != CHECK_NONE && (f->check == check) == but))
            continue;
        if (f->suppressed || f->run_by || !finding_concerns(f, address))
            continue;
        any = true;
        if (rank(f->status) > rank(worst))
            worst = f->status == NOTE ? PASS : f->status;
    }
    return any ? worst : otherwise;
}

static enum status link_state(enum link link)
{
    return link == LINK_HOLDS ? PASS : link == LINK_BROKEN ? FAIL : UNKNOWN;
}

/* ---- boxes of a sender ---- */

static void add(struct lane *lane, struct svg_box box)
{
    lane->boxes[lane->count++] = box;
}

static struct svg_box helo_box(struct arena *arena, const struct result *result, const struct mail_path *path)
{
    enum status state = state_of(result, path->address, "helo", CHECK_NONE, false, SKIPPED);

    if (path->helo_count == 0)
        return (struct svg_box){.kind = "says (HELO)", .text = "not named, not looked at", .state = state};
    return (struct svg_box){.kind = path->helos[0].origin == HELO_DECLARED ? "says (HELO)"
                                                                           : "greets as (HELO not named)",
                            .text = str_text(arena, path->helos[0].name),
                            .state = state};
}

static struct svg_box name_box(struct arena *arena, const struct result *result, const struct mail_path *path)
{
    struct svg_box box = {.kind = "is called (PTR)"};
    struct list_text names = list_text(arena, ", ", path->name_count ? path->name_count : 1);

    box.state = state_of(result, path->address, "ptr", PTR_FCRDNS, true, link_state(path->reverse));
    for (size_t i = 0; i < path->name_count; i++)
        list_add(&names, path->names[i].name);
    if (path->name_count == 1)
        box.text = path->names[0].name;
    else if (path->name_count)
        box.text = str_printf(arena, "%s and %zu more", path->names[0].name, path->name_count - 1);
    else
        box.text = path->reverse == LINK_BROKEN ? "no reverse name"
                   : path->ptr                  ? "no answer"
                                                : "not looked up";
    box.title = str_printf(arena, "PTR: %s", path->name_count ? list_end(&names) : box.text);
    return box;
}

static const char *forward_text(struct arena *arena, const struct mail_path *path, const struct path_name *name)
{
    const char *first;

    if (name->link == LINK_HOLDS)
        return path->address->label;
    if (name->link == LINK_OPEN)
        return name->forward ? "no answer" : "not looked up";
    if (!name->forward)
        return "no host name";
    if (name->forward->count == 0)
        return name->forward->status == DNS_NXDOMAIN ? "no such name" : "no address";
    first = ip_text(arena, &name->forward->records[0].ip);
    return name->forward->count == 1 ? first : str_printf(arena, "%s and %zu more", first, name->forward->count - 1);
}

/* The name that leads back, where one does; else the first. */
static struct svg_box forward_box(struct arena *arena, const struct result *result, const struct mail_path *path)
{
    const struct path_name *name = path->names;
    struct svg_box box = {.kind = "and that name leads to", .text = "nothing to follow", .state = SKIPPED};

    if (path->name_count == 0)
        return box;
    for (size_t i = 0; i < path->name_count && name->link != LINK_HOLDS; i++)
        if (path->names[i].link == LINK_HOLDS)
            name = &path->names[i];
    box.text = forward_text(arena, path, name);
    box.state = state_of(result, path->address, "ptr", PTR_FCRDNS, false, link_state(name->link));
    return box;
}

static struct svg_box spf_box(struct arena *arena, const struct result *result, const struct mail_address *address)
{
    struct svg_box box = {.kind = "is allowed (SPF)", .text = "not looked at"};

    box.state = state_of(result, address, "spf", CHECK_NONE, false, SKIPPED);
    if (address->spf)
        box.text = address->term ? str_printf(arena, "%s by %s", address->spf, address->term) : address->spf;
    return box;
}

static struct svg_box dkim_box(struct arena *arena, const struct result *result, const struct mail_address *address)
{
    struct svg_box box = {.kind = "is signed (DKIM)"};
    struct list_text names = list_text(arena, ", ", 2);

    for (size_t i = 0; i < result->target->selector_count; i++)
        list_add(&names, result->target->selectors[i]);
    box.state = state_of(result, address, "dkim", CHECK_NONE, false, SKIPPED);
    box.text = names.count ? str_printf(arena, "selector %s", list_end(&names)) : "no selector named";
    return box;
}

static struct svg_box dmarc_box(const struct result *result, const struct mail_address *address)
{
    static const char *const texts[STATUS_COUNT] = {
        [PASS] = "policy found",  [SKIPPED] = "not looked at", [NOTE] = "policy found",
        [UNKNOWN] = "not known", [WARN] = "see below",        [FAIL] = "see below"};
    struct svg_box box = {.kind = "follows the policy (DMARC)"};

    box.state = state_of(result, address, "dmarc", CHECK_NONE, false, SKIPPED);
    box.text = texts[box.state];
    for (size_t i = 0; i < result->finding_count && (box.state == WARN || box.state == FAIL); i++) {
        const struct finding *f = result->findings[i];

        if (f->status == box.state && strcmp(check_of(f->check)->group, "dmarc") == 0)
            box.text = f->message;
    }
    return box;
}

static struct svg_box receivers_box(struct arena *arena, const struct result *result,
                                    const struct mail_address *sender, const struct service *service)
{
    struct list_text names[RECEIVER_OUTCOME_COUNT];
    enum receiver_outcome worst = RECEIVER_NO_OBSTACLE;
    const char *words;
    size_t of = 0;

    for (int outcome = 0; outcome < RECEIVER_OUTCOME_COUNT; outcome++)
        names[outcome] = list_text(arena, ", ", NAMES_LISTED);
    for (size_t i = 0; i < result->receiver_count; i++) {
        const struct receiver_verdict *v = &result->receivers[i];

        if (v->sender != sender || v->service != service || !receiver_is_shown(result->target, v->receiver))
            continue;
        list_add(&names[v->outcome], v->receiver->title);
        worst = v->outcome > worst ? v->outcome : worst;
        of++;
    }
    if (of == 0)
        return (struct svg_box){.kind = "receivers", .text = "not judged", .state = SKIPPED};
    if (worst == RECEIVER_REJECTS)
        words = str_printf(arena, "%zu of %zu refuse", names[worst].count, of);
    else if (worst == RECEIVER_AT_RISK)
        words = str_printf(arena, "%zu of %zu may refuse it", names[worst].count, of);
    else if (worst == RECEIVER_CANT_TELL)
        words = str_printf(arena, "%zu of %zu: can't tell", names[worst].count, of);
    else
        words = str_printf(arena, "no obstacle found at %zu of %zu", names[worst].count, of);
    return (struct svg_box){.kind = "receivers",
                            .text = words,
                            .title = str_printf(arena, "receivers: %s (%s)", words, list_end(&names[worst])),
                            .state = outcome_as_status(worst)};
}

static struct lane sender_lane(struct arena *arena, const struct result *result, const struct identity *identity,
                               bool only_one)
{
    const struct mail_address *sender = identity->sender;
    const struct mail_path *path = &result->paths->at[sender - result->inventory->addresses];
    struct lane lane = {.title = "Your mail server"};
    enum status state = state_of(result, sender, "ip", CHECK_NONE, false, SKIPPED);

    if (!only_one)
        lane.title = str_printf(arena, "Your mail server %s", sender->label);
    add(&lane,
        (struct svg_box){.kind = "your server", .text = sender->label, .state = state == SKIPPED ? PASS : state});
    add(&lane, helo_box(arena, result, path));
    add(&lane, name_box(arena, result, path));
    add(&lane, forward_box(arena, result, path));
    add(&lane, spf_box(arena, result, sender));
    add(&lane, dkim_box(arena, result, sender));
    add(&lane, dmarc_box(result, sender));
    add(&lane, receivers_box(arena, result, sender, NULL));
    return lane;
}

static struct lane service_lane(struct arena *arena, const struct result *result, const struct service_view *view)
{
    struct lane lane = {.title = view->service->provider->name};

    for (size_t i = 0; i < view->part_count && i < SVG_BOXES - 1; i++)
        add(&lane, (struct svg_box){
                       .kind = view->parts[i].label, .text = view->parts[i].says, .state = view->parts[i].status});
    add(&lane, receivers_box(arena, result, NULL, view->service));
    return lane;
}

/* ---- drawing ---- */

static unsigned rows_of(const struct lane *lane)
{
    return lane->count > SVG_BOXES ? 2 : 1;
}

static long long height_of(const struct lane *lane)
{
    long long rows = rows_of(lane);

    return LANE_TITLE + rows * SVG_BOX_HEIGHT + (rows - 1) * ROW_GAP + 2;
}

/* What the drawing says, in words: nobody has to see it. */
static void say(struct sink *sink, const struct lane *lane)
{
    sink_text(sink, lane->title);
    for (unsigned i = 0; i < lane->count; i++) {
        sink_text(sink, i ? "; " : ". ");
        ELEMENT(sink, "", lane->boxes[i].kind, ": ");
        ELEMENT(sink, "", lane->boxes[i].text, " (");
        ELEMENT(sink, "", status_label(lane->boxes[i].state), ")");
    }
    sink_literal(sink, ".");
}

static void draw(struct report *report, const struct lane *lane)
{
    struct sink *sink = &report->sink;
    long long y = LANE_TITLE;

    sink_literal(sink, "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" class=\"drawing\" viewBox=\"0 0 ");
    sink_number(sink, SVG_WIDTH);
    sink_literal(sink, " ");
    sink_number(sink, height_of(lane));
    sink_literal(sink, "\" aria-label=\"");
    say(sink, lane);
    sink_literal(sink, "\">\n");
    svg_text(sink, 1, 16, lane->title);
    for (unsigned i = 0; i < lane->count; i++) {
        unsigned column = i % SVG_BOXES;
        long long at = y + (i / SVG_BOXES) * (SVG_BOX_HEIGHT + ROW_GAP);

        if (column > 0)
            svg_link(sink, lane->boxes[i].state, column, at);
        else if (i > 0)
            svg_turn(sink, lane->boxes[i].state, SVG_BOXES - 1, at - SVG_BOX_HEIGHT - ROW_GAP, at);
        svg_box(sink, report->arena, &lane->boxes[i], column, at);
    }
    sink_literal(sink, "</svg>\n");
}

bool html_has_path(struct report *report, const struct result *result)
{
    return result->inventory && result->paths &&
           (html_has_identities(report, result) || html_has_services(report, result));
}

void html_path(struct report *report, const struct result *result)
{
    struct arena *arena = report->arena;
    struct sink *sink = &report->sink;
    size_t senders, services, drawn = 0, left_out = 0;
    const struct identity *identities = identities_of(arena, result, &senders);
    const struct service_view *views = service_views(arena, result, &services);

    sink_literal(sink, "<p class=\"hint\">The drawing is wider than this screen: move it sideways.</p>\n"
                       "<section class=\"scroll\" tabindex=\"0\" aria-label=\"Drawing of the mail path");
    if (report->options.several)
        ELEMENT(sink, " of ", result->target->domain, "");
    sink_literal(sink, "\">\n");
    for (size_t i = 0; i < senders + services; i++) {
        struct lane lane;

        if (i >= senders && !(views[i - senders].service->roles & SERVICE_SENDS))
            continue;
        if (drawn == LANES_MAX) {
            left_out++;
            continue;
        }
        drawn++;
        lane = i < senders ? sender_lane(arena, result, &identities[i], senders == 1 && services == 0)
                           : service_lane(arena, result, &views[i - senders]);
        draw(report, &lane);
    }
    sink_literal(sink, "</section>\n");
    sink_literal(
        sink, "<p class=\"legend\"><span class=\"sign pass\" aria-hidden=\"true\">\xe2\x9c\x93</span> in order "
              "<span class=\"sign warn\" aria-hidden=\"true\">!</span> warns "
              "<span class=\"sign fail\" aria-hidden=\"true\">\xe2\x9c\x97</span> broken "
              "<span class=\"sign unknown\" aria-hidden=\"true\">?</span> could not be established "
              "<span class=\"sign skipped\" aria-hidden=\"true\">\xe2\x80\x93</span> not looked at</p>\n");
    if (left_out) {
        sink_literal(sink, "<p class=\"muted\">");
        sink_number(sink, (long long)left_out);
        sink_literal(sink, " more senders are not drawn; the tables have them.</p>\n");
    }
}
