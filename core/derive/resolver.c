/* core/derive/resolver.c - tests the resolver, and takes its answers for what they are worth. */
#include "core/derive/resolver.h"

#include <inttypes.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/str.h"
#include "core/derive/derived.h"
#include "core/derive/run_internal.h"
#include "core/facts/target.h"
#include "core/facts/vantage.h"

static bool was_never_asked(const struct dns_answer *answer)
{
    return answer->status == DNS_UNKNOWN &&
           (answer->trouble.reason == REASON_BUDGET || answer->trouble.reason == REASON_RESOURCES ||
            answer->trouble.reason == REASON_WORKER_CRASHED);
}

static const struct dns_answer *ask(struct run *run, struct instrument *in, const char *name, enum dns_type type)
{
    const struct dns_answer *answer = need_dns_of_world(run, name, type, 1);

    if (answer && !was_never_asked(answer) && in->key_count < INSTRUMENT_KEYS_MAX)
        in->keys[in->key_count++] = answer->key;
    return answer;
}

/* Resolvers are seen that refuse one of these questions and answer the next. */
static enum instrument_root test_root(struct run *run, struct instrument *in)
{
    const struct dns_answer *answers[3] = {ask(run, in, "", DNS_SOA)};
    bool asked = false, denied = false;

    if (answers[0] && answers[0]->status == DNS_OK)
        return ROOT_ANSWERED;
    if (!answers[0])
        return ROOT_PENDING;
    answers[1] = ask(run, in, "", DNS_NS);
    answers[2] = ask(run, in, "com", DNS_NS);
    if (!answers[1] || !answers[2])
        return ROOT_PENDING;
    for (size_t i = 0; i < 3; i++) {
        if (answers[i]->status == DNS_OK)
            return ROOT_ANSWERED;
        asked |= !was_never_asked(answers[i]);
        denied |= dns_answer_is_negative(answers[i]) || answers[i]->trouble.reason == REASON_REFUSED_BY_RESOLVER;
    }
    in->failure = answers[0];
    return !asked ? ROOT_UNTESTED : denied ? ROOT_FILTERED : ROOT_SILENT;
}

/* The names are of this run's own, so no cache has seen them, and follow from what it records, so they are replayed. */
static enum instrument_invented test_invented(struct run *run, struct instrument *in)
{
    const int64_t *now = need_now(run);
    const struct dns_answer *answers[2];
    bool denied = false;

    if (!now)
        return INVENTED_PENDING;
    answers[0] = ask(run, in, str_printf(run_arena(run), "no.such.mailready-%" PRId64, *now), DNS_A);
    answers[1] = ask(run, in, str_printf(run_arena(run), "mailready-%" PRId64 ".com", *now), DNS_A);
    if (!answers[0] || !answers[1])
        return INVENTED_PENDING;
    for (size_t i = 0; i < 2; i++) {
        denied |= answers[i]->status == DNS_NXDOMAIN;
        if (answers[i]->status != DNS_OK)
            continue;
        in->invention = answers[i];
        return INVENTED_ANSWERED;
    }
    return denied ? INVENTED_DENIED : INVENTED_UNTESTED;
}

/* Only where there is an AD to believe: the root has been signed since 2010. */
static enum instrument_validation test_validation(struct run *run, struct instrument *in)
{
    const struct target *target = run_target(run);
    const struct dns_answer *root = need_dns_of_world(run, "", DNS_SOA, 1);

    if (!root)
        return VALIDATION_PENDING;
    if (root->security != DNS_SECURE)
        return VALIDATION_UNTESTED;

    for (size_t i = 0; i < target->bogus_canary_count; i++) {
        const struct dns_answer *answer = ask(run, in, target->bogus_canaries[i], DNS_A);

        if (!answer)
            return VALIDATION_PENDING;
        in->bogus = target->bogus_canaries[i];
        in->sets_ad = answer->is_false_ad;
        if (answer->trouble.reason == REASON_DNSSEC_BOGUS)
            return in->sets_ad ? VALIDATION_MISSING : VALIDATION_SHOWN;
        if (answer->status == DNS_OK)
            return VALIDATION_MISSING;
    }
    in->bogus = NULL;
    return VALIDATION_UNTESTED;
}

static const void *derive(struct run *run, const void *unused)
{
    struct instrument *in = ARENA_NEW(run_arena(run), struct instrument);
    const struct dns_answer *ipv4only;

    (void)unused;
    in->root = test_root(run, in);
    in->invented = test_invented(run, in);
    ipv4only = ask(run, in, "ipv4only.arpa", DNS_AAAA);
    in->dns64_pending = !ipv4only;
    in->dns64_count = ipv4only ? dns64_prefixes(ipv4only, in->dns64) : 0;
    in->validation = test_validation(run, in);
    return in;
}

const struct instrument *need_instrument(struct run *run)
{
    static const struct derivation instrument = {"what the resolver is worth", derive};

    return need_derived(run, &instrument, "", NULL);
}

bool instrument_may_deny(const struct instrument *in)
{
    return in->root != ROOT_FILTERED && in->root != ROOT_SILENT && in->invented != INVENTED_ANSWERED;
}

const char *instrument_fault_text(const struct instrument *in)
{
    if (in->root == ROOT_FILTERED)
        return "the resolver of this machine filters: it denies even the root and com., so what it calls absent may "
               "well exist";
    if (in->root == ROOT_SILENT)
        return "the resolver of this machine does not work: it has no answer even for the root and com.";
    return "the resolver answers for names that do not exist, so its word on absence counts for nothing";
}

const char *instrument_text(struct arena *arena, const struct instrument *in)
{
    static const char *const roots[] = {[ROOT_PENDING] = "not tested",
                                        [ROOT_UNTESTED] = "not tested",
                                        [ROOT_ANSWERED] = "answers for the root",
                                        [ROOT_FILTERED] = "filters: denies even the root",
                                        [ROOT_SILENT] = "no answer even for the root"};
    static const char *const inventions[] = {[INVENTED_PENDING] = "",
                                             [INVENTED_UNTESTED] = "",
                                             [INVENTED_DENIED] = ", denies names that do not exist",
                                             [INVENTED_ANSWERED] = ", gives addresses to names that do not exist"};
    static const char *const validations[] = {[VALIDATION_PENDING] = "",
                                              [VALIDATION_UNTESTED] = "",
                                              [VALIDATION_SHOWN] = ", refuses bogus answers",
                                              [VALIDATION_MISSING] = ", hands on bogus answers"};
    const char *text =
        str_printf(arena, "%s%s%s", roots[in->root], inventions[in->invented],
                   in->sets_ad ? ", marks even bogus answers as validated (AD)" : validations[in->validation]);

    for (size_t i = 0; i < in->dns64_count; i++)
        text =
            str_printf(arena, "%s, makes IPv6 addresses under %s (DNS64)", text, ip_network_text(arena, &in->dns64[i]));
    return text;
}

static bool is_made_up(const struct dns_answer *answer, const struct dns_answer *invention)
{
    for (size_t i = 0; i < answer->count; i++)
        for (size_t k = 0; answer->records[i].type == DNS_A && k < invention->count; k++)
            if (ip_equal(&answer->records[i].ip, &invention->records[k].ip))
                return true;
    return false;
}

static const struct dns_answer *doubt(struct run *run, const struct dns_answer *answer, const struct instrument *in)
{
    struct dns_answer *doubted = ARENA_NEW(run_arena(run), struct dns_answer);

    *doubted = (struct dns_answer){.key = answer->key,
                                   .status = DNS_UNKNOWN,
                                   .trouble = trouble_of(REASON_RESOLVER_DOWN),
                                   .rcode = answer->rcode,
                                   .extended_error = -1,
                                   .server = answer->server};
    doubted->trouble.why = instrument_fault_text(in);
    return doubted;
}

static bool is_translated(const struct instrument *in, const struct ip *ip)
{
    for (size_t i = 0; i < in->dns64_count; i++)
        if (ip_in_network(ip, &in->dns64[i]))
            return true;
    return false;
}

static const struct dns_answer *without_translated(struct run *run, const struct dns_answer *answer,
                                                   const struct instrument *in)
{
    struct dns_record *own = ARENA_ARRAY(run_arena(run), struct dns_record, answer->count + 1);
    struct dns_answer *left;
    size_t count = 0;

    for (size_t i = 0; i < answer->count; i++)
        if (!is_translated(in, &answer->records[i].ip))
            own[count++] = answer->records[i];
    if (count == answer->count)
        return answer;
    left = ARENA_NEW(run_arena(run), struct dns_answer);
    *left = *answer;
    left->records = own;
    left->count = count;
    if (count == 0)
        left->status = DNS_NODATA;
    return left;
}

const struct dns_answer *resolver_believe(struct run *run, const struct dns_answer *answer, enum dns_type type)
{
    const struct instrument *in = need_instrument(run);

    if (answer && answer->is_planned)
        return answer;
    if (!answer || in->root == ROOT_PENDING || in->invented == INVENTED_PENDING)
        return NULL;
    if (answer->status == DNS_UNKNOWN)
        return answer;
    if (dns_answer_is_negative(answer))
        return instrument_may_deny(in) ? answer : doubt(run, answer, in);
    if (in->invention && is_made_up(answer, in->invention))
        return doubt(run, answer, in);
    if (type != DNS_AAAA)
        return answer;
    return in->dns64_pending ? NULL : without_translated(run, answer, in);
}

/* Stubs (systemd-resolved's two, Docker's) set AD on what another
 * resolver told them, and on what stands in a hosts file. */
static bool is_stub(const char *server)
{
    return strcmp(server, "127.0.0.53") == 0 || strcmp(server, "127.0.0.54") == 0 || strcmp(server, "127.0.0.11") == 0;
}

bool instrument_validates(const struct instrument *in, const struct vantage *here)
{
    return here->trusts_ad && in->validation == VALIDATION_SHOWN && instrument_may_deny(in);
}

/* Who has validated an answer has its signatures, and hands them on as those of the root: else AD is made up. */
static bool lacks_signatures(const struct dns_answer *root, const struct dns_answer *answer)
{
    return root && root->algorithm_count && answer->edns && answer->security == DNS_SECURE && answer->count &&
           !answer->algorithm_count;
}

bool need_trust_in_ad(struct run *run, const struct dns_answer *answer, bool *pending)
{
    const struct instrument *in = need_instrument(run);
    const struct dns_answer *root = need_dns_of_world(run, "", DNS_SOA, 1);

    if (answer->is_own || lacks_signatures(root, answer))
        return false;

    *pending |= in->validation == VALIDATION_PENDING;
    switch (in->validation) {
    case VALIDATION_PENDING:
    case VALIDATION_MISSING:
        return false;
    case VALIDATION_UNTESTED:
        *pending |= !root;
        return !is_stub(answer->server) && root && root->security == DNS_SECURE;
    case VALIDATION_SHOWN:
        break;
    }
    return true;
}
