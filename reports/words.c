/* reports/words.c - the words that all reports for people share. */

#include "reports/words.h"

#include <assert.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/date.h"
#include "core/base/limits.h"
#include "core/base/list_text.h"
#include "core/base/str.h"
#include "core/derive/resolver.h"
#include "core/facts/agreement.h"
#include "core/result/agree.h"
#include "core/result/cause_kind.h"
#include "core/result/identity.h"
#include "reports/services.h"

static const char *const group_titles[][2] = {
    /* in order of the specification */
    {"mx", "Mail exchangers (MX)"},
    {"domain", "Domain"},
    {"ip", "Server addresses"},
    {"ptr", "Reverse names (PTR)"},
    {"helo", "HELO names"},
    {"banner", "SMTP banners"},
    {"smtp", "SMTP service"},
    {"tls", "TLS of the mail servers"},
    {"spf", "SPF"},
    {"dkim", "DKIM"},
    {"dmarc", "DMARC"},
    {"mta_sts", "MTA-STS"},
    {"tls_rpt", "TLS reporting"},
    {"dane", "DANE"},
    {"dnssec", "DNSSEC"},
    {"dnsbl", "Blocklists"},
    {"bimi", "BIMI"},
    {"expect", "Expectations"},
    {"ns", "Name servers"},
    {"message", "Message"},
    {"env", "Where the audit ran"},
};

const char *group_title(const char *name)
{
    for (size_t i = 0; i < sizeof group_titles / sizeof *group_titles; i++)
        if (strcmp(group_titles[i][0], name) == 0)
            return group_titles[i][1];
    return name;
}

static const struct {
    const char *label, *utf8, *ascii;
} statuses[] = {
    [PASS] = {"ok", "\xe2\x9c\x93", "+"},         /* check mark */
    [SKIPPED] = {"skipped", "\xe2\x80\x93", "-"}, /* dash */
    [NOTE] = {"note", "i", "i"},
    [UNKNOWN] = {"unknown", "?", "?"},
    [WARN] = {"warn", "!", "!"},
    [FAIL] = {"FAIL", "\xe2\x9c\x97", "x"}, /* ballot cross */
};
static_assert(sizeof statuses / sizeof *statuses == STATUS_COUNT, "a word for every status");

const char *status_capitals(enum status status)
{
    static const char *const words[STATUS_COUNT] = {
        [PASS] = "PASS", [SKIPPED] = "SKIPPED", [NOTE] = "NOTE", [UNKNOWN] = "UNKNOWN", [WARN] = "WARN", [FAIL] = "FAIL"};

    return words[status];
}

const char *status_label(enum status status)
{
    return statuses[status].label;
}

const char *status_symbol(enum status status, bool utf8)
{
    return utf8 ? statuses[status].utf8 : statuses[status].ascii;
}

const char *remedy_text(const struct finding *f)
{
    if (!f->remedy && (f->status == PASS || f->status == SKIPPED || !finding_may_advise(f)))
        return NULL;
    return finding_advice(f);
}

static const struct {
    const char *label;
    enum status status;
} verdicts[] = {
    [VERDICT_READY] = {"READY", PASS},
    [VERDICT_WARNINGS] = {"READY WITH WARNINGS", WARN},
    [VERDICT_UNKNOWN] = {"CAN'T TELL", UNKNOWN},
    [VERDICT_NOT_READY] = {"NOT READY", FAIL},
};
static_assert(sizeof verdicts / sizeof *verdicts == VERDICT_COUNT, "a word for every verdict");

const char *verdict_label(enum verdict verdict)
{
    return verdicts[verdict].label;
}

bool result_is_partial(const struct result *result)
{
    const struct target *target = result->target;

    return target->only_count || target->skip_count || target->not_sender_count ||
           (result->vantage && (!result->vantage->ipv4_used || !result->vantage->ipv6_used));
}

static const char *append(struct arena *arena, const char *list, const char *word)
{
    return *list ? str_printf(arena, "%s, %s", list, word) : word;
}

static bool has_senders(const struct result *result)
{
    for (size_t i = 0; result->inventory && i < result->inventory->address_count; i++)
        if (address_is_sender(&result->inventory->addresses[i]))
            return true;
    return false;
}

bool dkim_is_unchecked(const struct result *result)
{
    bool unchecked = false;

    for (size_t i = 0; i < result->finding_count; i++) {
        if (result->findings[i]->check != DKIM_EXISTS)
            continue;
        if (result->findings[i]->status != SKIPPED)
            return false;
        unchecked = true;
    }
    return unchecked && has_senders(result) && target_selects(result->target, DKIM_EXISTS);
}

/* What the verdict is restricted to, by the user's options. */
static const char *scope_text(struct arena *arena, const struct result *result)
{
    const struct target *target = result->target;
    const char *scope = "";

    for (size_t i = 0; i < target->only_count; i++)
        scope = append(arena, scope, target->only[i]);
    for (size_t i = 0; i < target->skip_count; i++)
        scope = append(arena, scope, str_printf(arena, "without %s", target->skip[i]));
    if (result->vantage && !result->vantage->ipv6_used)
        scope = append(arena, scope, "IPv4 only");
    if (result->vantage && !result->vantage->ipv4_used)
        scope = append(arena, scope, "IPv6 only");
    for (size_t i = 0; i < target->not_sender_count; i++)
        scope =
            append(arena, scope, str_printf(arena, "%s never sends", ip_network_text(arena, &target->not_senders[i])));
    return scope;
}

const char *verdict_title(struct arena *arena, const struct result *result)
{
    const char *label = verdict_label(result->verdict);

    if (result->plan) {
        struct result published = *result;

        published.plan = NULL;
        return str_printf(arena, "%s, if the plan is published", verdict_title(arena, &published));
    }
    if (result->verdict == VERDICT_NOT_READY || (result->verdict == VERDICT_UNKNOWN && !result_is_partial(result)))
        return label;
    if (result_is_partial(result))
        label = str_printf(arena, "%s as far as asked (%s)", label, scope_text(arena, result));
    else if (result_is_hosted(result))
        label = str_printf(arena, "%s (your part: SPF, DKIM, DMARC; the servers are %s)", label,
                           services_owners(arena, result));
    return result->verdict != VERDICT_UNKNOWN && dkim_is_unchecked(result)
               ? str_printf(arena, "%s; not checked: DKIM (name your selector)", label)
               : label;
}

const char *verdict_line(struct arena *arena, const struct result *result)
{
    const char *counts = counts_text(arena, result->counts, result->suppressed_count, ", ");

    return str_printf(arena, "%s: %s (%s)", result->target->domain, verdict_title(arena, result),
                      *counts ? counts : "nothing could be established");
}

enum status verdict_as_status(enum verdict verdict)
{
    return verdicts[verdict].status;
}

/* What it comes down to where this machine is in the way, as
 * its user would say it; NULL: the message of the finding. */
static const char *machine_words(const struct result *result, enum check_id check)
{
    switch (check) {
    case ENV_RESOLVER:
        return result->instrument && !instrument_may_deny(result->instrument)
                   ? instrument_fault_text(result->instrument)
                   : "the resolver of this machine does not answer";
    case ENV_PORT25:
        return "outbound port 25 is blocked where this audit ran";
    case ENV_IPV6:
        return "IPv6 does not work where this audit ran";
    case ENV_CLOCK:
        return "the clock of this machine is wrong";
    default:
        return NULL;
    }
}

size_t machine_faults(const struct result *result, struct machine_fault out[MACHINE_FAULTS_MAX])
{
    const struct finding *causes[CHECK_COUNT] = {NULL};
    size_t followers[CHECK_COUNT] = {0}, count = 0;

    for (size_t i = 0; i < result->finding_count; i++) {
        const struct finding *cause = result_cause(result, result->findings[i]);

        if (!cause)
            continue;
        if (followers[cause->check]++ == 0)
            causes[cause->check] = cause;
    }
    for (size_t check = 0; check < CHECK_COUNT && count < MACHINE_FAULTS_MAX; check++) {
        const char *says = causes[check] ? machine_words(result, (enum check_id)check) : NULL;

        if (says)
            out[count++] =
                (struct machine_fault){.finding = causes[check], .says = says, .followers = followers[check]};
    }
    return count;
}

/* Why this machine could not decide all: "outbound port 25 is blocked
 * where this ran (78 findings are undecided)"; "" where it could. */
static const char *machine_trouble(struct arena *arena, const struct result *result)
{
    struct machine_fault faults[MACHINE_FAULTS_MAX];
    size_t count = machine_faults(result, faults);
    const char *text = "";

    for (size_t i = 0; i < count; i++)
        text = str_printf(arena, "%s%s%s (%zu %s undecided)", text, i ? "; " : "", faults[i].says, faults[i].followers,
                          faults[i].followers == 1 ? "finding is" : "findings are");
    return text;
}

static size_t required_but_unknown(const struct result *result)
{
    size_t count = 0;

    for (size_t i = 0; i < result->finding_count; i++)
        count += finding_is_undecided(result->findings[i]);
    return count;
}

const char *domain_sentence(struct arena *arena, const struct result *result)
{
    size_t fails = result->counts[FAIL], warns = result->counts[WARN], open = required_but_unknown(result);

    switch (result->verdict) {
    case VERDICT_READY:
        return "Nothing that can be seen from here stands in the way of this domain's mail.";
    case VERDICT_WARNINGS:
        return str_printf(arena, "Mail can flow, but %zu %s some receivers score against it, or that it breaks easily.",
                          warns, warns == 1 ? "check warns that" : "checks warn that");
    case VERDICT_UNKNOWN:
        if (open == 0)
            return "Nothing could be established: this is no verdict on the domain.";
        return str_printf(arena,
                          "Nothing failed, but %zu required %s could not be decided: this is no verdict on the domain.",
                          open, open == 1 ? "check" : "checks");
    case VERDICT_NOT_READY:
        break;
    }
    return str_printf(arena, "%zu %s: large receivers refuse mail for this, or it cannot flow at all.", fails,
                      fails == 1 ? "check fails" : "checks fail");
}

const char *machine_sentence(struct arena *arena, const struct result *result)
{
    const char *trouble = machine_trouble(arena, result);

    return *trouble ? str_printf(arena, "Not all could be seen: %s.", trouble) : NULL;
}

const char *verdict_sentence(struct arena *arena, const struct result *result)
{
    const char *trouble = machine_trouble(arena, result);

    if (!*trouble)
        return domain_sentence(arena, result);
    if (result->verdict == VERDICT_UNKNOWN)
        return str_printf(arena, "This is no verdict on the domain: %s.", trouble);
    return str_printf(arena, "%s Not all could be seen: %s.", domain_sentence(arena, result), trouble);
}

const char *resolver_trust_text(const struct result *result)
{
    return result->instrument && instrument_validates(result->instrument, result->vantage)
               ? "its word on DNSSEC is trusted"
               : "not trusted to validate DNSSEC; signatures are checked here";
}

const char *side_sentence(enum side side)
{
    switch (side) {
    case SIDE_NONE:
        break;
    case SIDE_US:
        return "The trouble is on this side, where the audit ran. It says nothing about the domain.";
    case SIDE_NETWORK:
        return "The trouble is on the way between the audit and the servers that it asked.";
    case SIDE_RESOLVER:
        return "The trouble is with the DNS resolver or list that was asked, not with the domain.";
    case SIDE_TARGET:
        return "The trouble is with the servers of the domain or of its address block.";
    }
    return NULL;
}

const char *side_phrase(enum side side)
{
    static const char *const phrases[] = {[SIDE_NONE] = NULL,
                                          [SIDE_US] = "trouble on this side",
                                          [SIDE_NETWORK] = "trouble on the way",
                                          [SIDE_RESOLVER] = "trouble with the resolver or list that was asked",
                                          [SIDE_TARGET] = "trouble with the domain's servers"};

    return phrases[side];
}

const char *counts_text(struct arena *arena, const size_t counts[STATUS_COUNT], size_t suppressed,
                        const char *separator)
{
    const char *text = "";

    for (int status = FAIL; status >= PASS; status--) {
        enum status at = status == PASS ? SKIPPED : status == SKIPPED ? PASS : (enum status)status;

        if (counts[at])
            text = str_printf(arena, "%s%s%zu %s", text, *text ? separator : "", counts[at],
                              at == FAIL ? "fail" : status_label(at));
    }
    if (suppressed)
        text = str_printf(arena, "%s%s%zu suppressed", text, *text ? separator : "", suppressed);
    return text;
}

const char *time_text(struct arena *arena, int64_t seconds)
{
    return date_text(arena, seconds);
}

const char *elapsed_text(struct arena *arena, int64_t ms)
{
    return ms < 10000 ? str_printf(arena, "%lld ms", (long long)ms)
                      : str_printf(arena, "%lld.%lld s", (long long)ms / 1000, (long long)ms % 1000 / 100);
}

const char *sender_text(struct arena *arena, const struct mail_address *address)
{
    if (address->origin == SENDER_NOT)
        return NULL;
    if (address->origin == SENDER_ASSUMED)
        return "assumed, as an MX address";
    if (address->origin == SENDER_SPF)
        return address->term ? str_printf(arena, "SPF: %s", address->term) : "SPF allows this MX address";
    if (!address->helo_count)
        return "declared, HELO not declared";

    struct list_text helos = list_text(arena, " and ", LISTED_MAX);

    for (size_t i = 0; i < address->helo_count; i++)
        list_add(&helos, address->helos[i]);
    return str_printf(arena, "declared, HELO %s", list_end(&helos));
}

const char *identity_label(enum verdict verdict)
{
    return verdict == VERDICT_WARNINGS ? "AT RISK" : verdict_label(verdict);
}

const char *identity_role(struct arena *arena, const struct mail_address *sender)
{
    const char *role = sender->origin == SENDER_DECLARED ? "declared as a sender"
                       : sender->origin == SENDER_SPF && sender->term
                           ? str_printf(arena, "a sender by SPF: %s", sender->term)
                       : sender->origin == SENDER_SPF ? "a sender by SPF"
                                                      : "taken for a sender, as nothing is declared";

    if (sender->mx_name)
        role = str_printf(arena, "%s; address of the MX host %s", role, sender->mx_name);
    return sender->spf && sender->origin != SENDER_SPF ? str_printf(arena, "%s; SPF: %s", role, sender->spf) : role;
}

const char *identity_says(struct arena *arena, const struct identity_name *row)
{
    if (row->part != PART_HELO || !row->name.len)
        return row->says;
    return str_printf(arena, "%s: %s", row->assumed ? "assumed from greeting" : "declared", row->says);
}

const char *identity_part_label(enum identity_part part)
{
    static const char *const labels[PART_COUNT] = {"PTR", "HELO", "greeting", "EHLO", "certificate", "HELO SPF"};

    return labels[part];
}

const char *identity_parts(struct arena *arena, const struct identity *identity, size_t from, size_t *next)
{
    const struct identity_name *row = &identity->names[from];
    const char *text = identity_part_label(row->part);

    for (*next = from + 1; *next < identity->name_count; (*next)++) {
        const struct identity_name *other = &identity->names[*next];

        if (row->name.len || other->name.len || other->state != row->state || strcmp(other->says, row->says) != 0)
            break;
        text = str_printf(arena, "%s, %s", text, identity_part_label(other->part));
    }
    return text;
}

const char *marked_message(struct arena *arena, const struct finding *f)
{
    if (!f->suppressed)
        return f->message;
    return str_printf(arena, "%s (suppressed until %s: %s)", f->message, f->suppressed->until, f->suppressed->reason);
}

const char *level_sentence(struct arena *arena, const struct finding *f)
{
    return str_printf(arena, "Weighs %s by %s, and %s by itself.", status_word(f->status), f->level->where,
                      status_word(f->judged));
}

const char *suppressed_sentence(struct arena *arena, const struct finding *f)
{
    return str_printf(arena, "Suppressed until %s: %s (%s).", f->suppressed->until, f->suppressed->reason,
                      f->suppressed->where);
}

const char *suppression_sentence(struct arena *arena, const struct result *result, const struct suppression *s)
{
    size_t count;
    enum suppression_state state = suppression_state(result, s, &count);
    const char *what = str_printf(arena, "%s%s%s", check_of((enum check_id)s->check)->name, s->subject ? " " : "",
                                  s->subject ? s->subject : "");

    switch (state) {
    case SUPPRESSION_IN_FORCE:
        return str_printf(arena, "%s: %zu until %s, %s (%s)", what, count, s->until, s->reason, s->where);
    case SUPPRESSION_EXPIRED:
        return str_printf(arena, "%s: ended on %s, and counts again; it was: %s (%s)", what, s->until, s->reason,
                          s->where);
    case SUPPRESSION_UNUSED:
        return str_printf(arena, "%s: nothing to suppress was found; take it out (%s)", what, s->where);
    case SUPPRESSION_NOT_ASKED:
        break;
    }
    return str_printf(arena, "%s: was not looked at (%s)", what, s->where);
}
