/* core/result/identity_compare.c - each name of a sending address beside the others: which are the same? */
#include "core/base/arena.h"
#include "core/base/name.h"
#include "core/base/x509.h"
#include "core/derive/inventory.h"
#include "core/derive/mail_path.h"
#include "core/facts/smtp_session.h"
#include "core/facts/tls_session.h"
#include "core/result/identity.h"
#include "core/result/identity_internal.h"

/* ---- certificate ---- */

/* That of the host itself, which is all that is asked in most reports, the session has told. */
static bool certificate_covers(const struct smtp_session *session, const char *host)
{
    if (smtp_session_is_for(session, host))
        return session->tls->name_matches;
    return x509_name_matches(session->tls->chain[0].der, host);
}

static bool covers(struct identity_build *b, const char *host)
{
    struct covered *asked = b->covered;

    for (; asked < b->covered + b->covered_count; asked++)
        if (name_equal(asked->host, host))
            return asked->covers;
    *asked = (struct covered){host, certificate_covers(b->path->session, host)};
    b->covered_count++;
    x509_demand_memory(b->arena);
    return asked->covers;
}

/* ---- comparison ---- */

static enum cell compare(struct identity_build *b, size_t row, enum identity_part part)
{
    const struct identity_name *one = &b->rows[row];
    enum cell cell = CELL_NONE;

    if (!one->name.len || part == one->part)
        return CELL_NONE;
    for (size_t i = 0; i < b->count && cell != CELL_OK; i++) {
        const struct identity_name *other = &b->rows[i];
        bool same;

        if (other->part != part || !other->name.len)
            continue;
        if ((one->assumed && part == PART_GREETING) || (other->assumed && one->part == PART_GREETING))
            return CELL_NONE; /* the same reply, shown twice */
        if (one->part == PART_CERTIFICATE || part == PART_CERTIFICATE) {
            const char *host = b->keys[part == PART_CERTIFICATE ? row : i];

            same = name_is_host(host) && covers(b, host);
        } else {
            same = name_equal(b->keys[row], b->keys[i]);
        }
        cell = same ? CELL_OK : CELL_DIFFERS;
    }
    return cell;
}

static const char *join(struct arena *arena, const char *text, const char *part)
{
    return *text ? str_printf(arena, "%s; %s", text, part) : part;
}

static void judge_helo(struct identity_build *b, struct identity_name *row)
{
    if (row->with[PART_PTR] == CELL_OK) {
        row->says = join(b->arena, row->says, row->state == CELL_OK ? "is the PTR name" : "is the PTR name, too");
    } else if (row->with[PART_PTR] == CELL_DIFFERS && name_is_host(b->keys[row - b->rows])) {
        row->says = join(b->arena, row->says, "is not the PTR name");
        row->state = row->state == CELL_OK ? CELL_DIFFERS : row->state;
    }
}

static void judge_greeting(struct identity_build *b, struct identity_name *row, const char *key)
{
    enum cell ptr = row->with[PART_PTR], helo = row->with[PART_HELO];
    const char *leads;

    if (!name_is_host(key)) {
        row->state = CELL_DIFFERS;
        row->says = str_printf(b->arena, "no host name: it %s", name_fault_text(name_fault(key)));
        return;
    }
    leads = identity_follow(b, key, row);
    if (ptr == CELL_OK || helo == CELL_OK) {
        row->state = CELL_OK;
        row->says = ptr == CELL_OK && helo == CELL_OK ? "is the PTR and the HELO name"
                    : ptr == CELL_OK ? (helo == CELL_DIFFERS ? "is the PTR name, not the HELO name" : "is the PTR name")
                    : ptr == CELL_DIFFERS ? "is the HELO name, not the PTR name"
                                          : "is the HELO name";
    } else if (ptr == CELL_DIFFERS || helo == CELL_DIFFERS) {
        row->state = CELL_DIFFERS;
        row->says = ptr == CELL_NONE    ? "is not the HELO name"
                    : helo == CELL_NONE ? "is not the PTR name"
                                        : "is neither the PTR nor the HELO name";
    } else {
        row->state = row->leads;
        row->says = "";
    }
    if (leads && (row->leads != CELL_OK || row->state == CELL_DIFFERS || !*row->says))
        row->says = join(b->arena, row->says, leads);
    if (!*row->says)
        row->says = "nothing to compare it with";
}

static void judge_certificate(struct identity_build *b, struct identity_name *row)
{
    static const char *const words[PART_NAMES] = {"PTR", "HELO", "greeting", "EHLO", NULL};
    const char *covered = "", *open = "";
    bool covers_host = covers(b, b->sender->mx_name);

    for (size_t part = 0; part < PART_CERTIFICATE; part++) {
        const char **list = row->with[part] == CELL_OK ? &covered : &open;

        if (row->with[part] != CELL_NONE)
            *list = str_printf(b->arena, "%s%s%s", *list, **list ? ", " : "", words[part]);
    }
    row->state = covers_host ? CELL_OK : CELL_DIFFERS;
    row->says = *covered && *open ? str_printf(b->arena, "covers %s, not %s", covered, open)
                : *covered        ? str_printf(b->arena, "covers %s", covered)
                                  : "covers none of these names";
    if (covers_host != (*covered != '\0'))
        row->says = str_printf(b->arena, "%s; %s the MX host %s", row->says, covers_host ? "covers" : "does not cover",
                               b->sender->mx_name);
}

void identity_compare_rows(struct identity_build *b)
{
    for (size_t i = 0; i < b->count; i++) {
        struct identity_name *row = &b->rows[i];

        for (size_t part = 0; part < sizeof row->with / sizeof *row->with; part++)
            row->with[part] = compare(b, i, (enum identity_part)part);
        if (row->part == PART_HELO && row->name.len)
            judge_helo(b, row);
        else if (row->part == PART_GREETING && row->name.len)
            judge_greeting(b, row, b->keys[i]);
        else if (row->part == PART_CERTIFICATE && row->name.len)
            judge_certificate(b, row);
        else if (row->part == PART_EHLO && row->name.len) {
            row->state = row->with[PART_GREETING];
            row->says =
                row->state == CELL_OK ? "is the greeting's name" : "is not the greeting's name: a proxy in front?";
        }
        row->weight = identity_weight(b->arena, b->result, b->sender, row);
    }
}
