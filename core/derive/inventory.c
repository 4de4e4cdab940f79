/* core/derive/inventory.c - a domain's mail hosts and mail
 * addresses, from its MX records and its user's declarations. */
#include "core/derive/inventory.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/derive/absence.h"
#include "core/derive/derived.h"
#include "core/derive/run_internal.h"
#include "core/derive/spf.h"
#include "core/facts/target.h"

struct build {
    struct run *run;
    struct inventory *inventory;
    struct mx_host *hosts;
    struct mail_address *addresses;
    size_t most;                   /* addresses that there may be */
    struct ip *left_out;           /* those that it was not enough for */
    struct unresolved *unresolved; /* room for all MX hosts, declared senders and doubts about SPF */
    bool pending;                  /* something that the inventory is made of is on its way */
};

bool inventory_takes_mail(const struct inventory *mail)
{
    return mail->kind == MX_LISTED || mail->kind == MX_IMPLICIT || mail->kind == MX_UNDECIDED;
}

bool address_is_sender(const struct mail_address *address)
{
    return address->roles & ROLE_SENDER;
}

const char *address_helo(const struct mail_address *address)
{
    return address->helo_count ? address->helos[0] : NULL;
}

bool inventory_has(const struct inventory *mail, const struct ip *ip)
{
    for (size_t i = 0; i < mail->address_count; i++)
        if (ip_equal(&mail->addresses[i].ip, ip))
            return true;
    return false;
}

const char *sender_origin_word(enum sender_origin origin)
{
    static const char *const words[] = {
        [SENDER_NOT] = "",
        [SENDER_DECLARED] = "declared",
        [SENDER_SPF] = "spf",
        [SENDER_ASSUMED] = "assumed",
    };

    return words[origin];
}

static int by_preference(const void *a, const void *b)
{
    const struct mx_host *left = a, *right = b;

    if (left->preference != right->preference)
        return left->preference < right->preference ? -1 : 1;
    return strcmp(left->name, right->name);
}

static int by_ip(const void *a, const void *b)
{
    return ip_compare(&((const struct mail_address *)a)->ip, &((const struct mail_address *)b)->ip);
}

static void list_hosts(struct build *b, const struct dns_answer *mx)
{
    struct arena *arena = run_arena(b->run);
    size_t count = 0;

    b->hosts = ARENA_ARRAY(arena, struct mx_host, mx->count + 1);
    for (size_t i = 0; i < mx->count; i++) {
        const char *name = name_lower(arena, mx->records[i].mx.host);
        size_t twin = 0;

        if (!*name)
            continue;
        while (twin < count && strcmp(b->hosts[twin].name, name) != 0)
            twin++;
        if (twin == count)
            b->hosts[count++] = (struct mx_host){.name = name, .preference = mx->records[i].mx.preference};
        else if (mx->records[i].mx.preference < b->hosts[twin].preference)
            b->hosts[twin].preference = mx->records[i].mx.preference;
    }
    qsort(b->hosts, count, sizeof *b->hosts, by_preference);
    b->inventory->host_count = count < MX_HOSTS_MAX ? count : MX_HOSTS_MAX;
    b->inventory->hosts_left_out = count - b->inventory->host_count;
}

/* RFC 7505 3: the null MX is one record, "0 .". */
static void judge_records(struct build *b, const struct dns_answer *mx)
{
    bool null = false, odd_preference = false;

    for (size_t i = 0; i < mx->count; i++) {
        if (!*mx->records[i].mx.host) {
            null = true;
            odd_preference |= mx->records[i].mx.preference != 0;
        }
    }
    list_hosts(b, mx);
    b->inventory->mixed_null = null && (odd_preference || b->inventory->host_count);
    b->inventory->kind = b->inventory->host_count ? MX_LISTED : MX_NULL_MX;
}

/* RFC 5321 5.1: without MX records the domain itself is the mail host, if it has an address. */
static void look_for_implicit_mx(struct build *b)
{
    struct host_addresses found = need_addresses(b->run, b->run->audit->target->domain);
    const struct dns_answer *a = found.a, *aaaa = found.aaaa;
    struct inventory *inventory = b->inventory;

    if (!a || !aaaa)
        return;
    if (a->status == DNS_OK || aaaa->status == DNS_OK) {
        inventory->kind = MX_IMPLICIT;
        inventory->host_count = 1;
        b->hosts = ARENA_NEW(run_arena(b->run), struct mx_host);
        b->hosts[0] = (struct mx_host){.name = b->run->audit->target->domain};
    } else if (a->status == DNS_UNKNOWN || aaaa->status == DNS_UNKNOWN) {
        inventory->kind = MX_UNDECIDED;
        inventory->trouble = a->status == DNS_UNKNOWN ? &a->trouble : &aaaa->trouble;
    } else {
        inventory->kind = MX_NONE;
    }
}

static void find_hosts(struct build *b)
{
    const char *domain = b->run->audit->target->domain;
    const struct dns_answer *mx = need_confirmed(b->run, domain, DNS_MX).answer;

    need_dns(b->run, domain, DNS_A); /* the implicit MX, while the answer is on its way */
    need_dns(b->run, domain, DNS_AAAA);
    b->inventory->mx = mx;
    if (!mx)
        return;
    switch (mx->status) {
    case DNS_UNKNOWN:
        b->inventory->kind = MX_UNDECIDED;
        b->inventory->trouble = &mx->trouble;
        break;
    case DNS_NXDOMAIN:
        b->inventory->kind = MX_NO_DOMAIN;
        break;
    case DNS_NODATA:
        look_for_implicit_mx(b);
        break;
    case DNS_OK:
        judge_records(b, mx);
        break;
    }
}

/* Several hosts, or SPF as well, may name an address that there is no room for: it is counted once. */
static void leave_out(struct build *b, const struct ip *ip)
{
    struct inventory *inventory = b->inventory;
    struct ip *more;

    for (size_t i = 0; i < inventory->addresses_left_out; i++)
        if (ip_equal(&b->left_out[i], ip))
            return;
    more = arena_grown(run_arena(b->run), b->left_out, inventory->addresses_left_out, sizeof *more);
    b->left_out = more ? more : b->left_out;
    b->left_out[inventory->addresses_left_out++] = *ip;
}

/* The pointer is good until the next address is added. */
static struct mail_address *address_of(struct build *b, const struct ip *ip)
{
    struct inventory *inventory = b->inventory;
    struct mail_address *address, *more;

    for (size_t i = 0; i < inventory->address_count; i++)
        if (ip_equal(&b->addresses[i].ip, ip))
            return &b->addresses[i];
    if (inventory->address_count == b->most) {
        leave_out(b, ip);
        return NULL;
    }
    more = arena_grown(run_arena(b->run), b->addresses, inventory->address_count, sizeof *more);
    b->addresses = more ? more : b->addresses;
    address = &b->addresses[inventory->address_count++];
    *address = (struct mail_address){.ip = *ip, .label = ip_text(run_arena(b->run), ip)};
    return address;
}

static void add_host_name(struct build *b, struct mail_address *address, const char *host)
{
    const char **more = ARENA_ARRAY(run_arena(b->run), const char *, address->host_count + 1);

    for (size_t i = 0; i < address->host_count; i++) {
        if (strcmp(address->hosts[i], host) == 0)
            return;
        more[i] = address->hosts[i];
    }
    more[address->host_count++] = host;
    address->hosts = more;
}

/* Whose addresses are not all known: one that is missing may be the faulty one. */
static void leave_unresolved(struct build *b, const char *host, const struct trouble *trouble)
{
    struct inventory *inventory = b->inventory;

    for (size_t i = 0; i < inventory->unresolved_count; i++)
        if (name_equal(b->unresolved[i].host, host))
            return;
    b->unresolved[inventory->unresolved_count++] = (struct unresolved){host, trouble};
}

static void leave_open(struct build *b, const char *host, const struct dns_answer *answer)
{
    if (dns_answer_is_open(answer))
        leave_unresolved(b, host, &answer->trouble);
}

static void add_mx_addresses(struct build *b, const struct mx_host *host, const struct dns_answer *answer)
{
    for (size_t i = 0; answer && answer->status == DNS_OK && i < answer->count; i++) {
        struct mail_address *address = address_of(b, &answer->records[i].ip);

        if (!address)
            continue;
        address->roles |= ROLE_MX;
        add_host_name(b, address, host->name);
        if (!address->mx_name)
            address->mx_name = host->name;
    }
}

static void find_mx_addresses(struct build *b)
{
    for (size_t i = 0; i < b->inventory->host_count; i++) {
        struct mx_host *host = &b->hosts[i];
        struct host_addresses found;
        enum name_fault fault = name_fault(host->name);

        host->is_placeholder = name_is_under(host->name, "invalid");
        host->is_literal = fault == NAME_IP_TEXT || fault == NAME_NOT_LDH || fault == NAME_TOO_LONG;
        if (host->is_placeholder || host->is_literal)
            continue;
        found = need_addresses(b->run, host->name);
        host->a = found.a;
        host->aaaa = found.aaaa;
        b->pending |= !host->a || !host->aaaa;
        add_mx_addresses(b, host, host->a);
        add_mx_addresses(b, host, host->aaaa);
        leave_open(b, host->name, host->a);
        leave_open(b, host->name, host->aaaa);
    }
}

static void add_helo(struct build *b, struct mail_address *address, const char *helo)
{
    const char **more = ARENA_ARRAY(run_arena(b->run), const char *, address->helo_count + 1);

    for (size_t i = 0; i < address->helo_count; i++) {
        if (text_equal_nocase(address->helos[i], helo))
            return;
        more[i] = address->helos[i];
    }
    more[address->helo_count++] = helo;
    address->helos = more;
}

static void declare_sender(struct build *b, const struct sender *sender, const struct ip *ip)
{
    struct mail_address *address = address_of(b, ip);

    if (!address)
        return;
    address->roles |= ROLE_SENDER;
    address->origin = SENDER_DECLARED;
    if (sender->helo)
        add_helo(b, address, sender->helo);
    if (sender->host)
        add_host_name(b, address, sender->host);
}

/* The addresses of a sender that was declared by its host name. */
static void look_up_sender(struct build *b, const struct sender *sender)
{
    struct host_addresses addresses = need_addresses(b->run, sender->host);
    const struct dns_answer *answers[2] = {addresses.a, addresses.aaaa};
    size_t found = 0;

    if (!answers[0] || !answers[1])
        b->pending = true;
    for (size_t k = 0; k < sizeof answers / sizeof *answers; k++) {
        leave_open(b, sender->host, answers[k]);
        for (size_t r = 0; answers[k] && answers[k]->status == DNS_OK && r < answers[k]->count; r++, found++)
            declare_sender(b, sender, &answers[k]->records[r].ip);
    }
    if (answers[0] && answers[1] && !found)
        leave_unresolved(b, sender->host, NULL);
}

static void find_senders(struct build *b)
{
    const struct target *target = b->run->audit->target;

    for (size_t i = 0; i < target->sender_count; i++) {
        if (target->senders[i].host)
            look_up_sender(b, &target->senders[i]);
        else
            declare_sender(b, &target->senders[i], &target->senders[i].ip);
    }
}

static bool is_declared_no_sender(const struct target *target, const struct ip *ip)
{
    for (size_t i = 0; i < target->not_sender_count; i++)
        if (ip_in_network(ip, &target->not_senders[i]))
            return true;
    return false;
}

/* Addresses that the domain's own SPF record names one by one.
 * Special-purpose ones cannot be seen as senders by anybody. */
static void find_spf_senders(struct build *b)
{
    const struct spf_addresses *named = need_spf_addresses(b->run, b->run->audit->target->domain);

    b->pending |= !named->complete;
    b->inventory->named = named;
    for (size_t i = 0; i < named->doubt_count; i++)
        leave_unresolved(b, named->doubts[i].name, named->doubts[i].trouble);
    for (size_t i = 0; i < named->single_count; i++) {
        const struct spf_origin *single = &named->singles[i];
        struct mail_address *address = ip_special(&single->ip) ? NULL : address_of(b, &single->ip);

        if (!address)
            continue;
        address->roles |= ROLE_SENDER;
        address->term = single->term;
        address->record = single->domain;
        if (address->origin == SENDER_NOT)
            address->origin = SENDER_SPF;
    }
}

/* A match inside another organisation's include makes no sender
 * role: shared pools cover the provider's inbound hosts too. */
static bool is_authorised_by_own_record(const struct spf_result *spf, const char *domain)
{
    return spf->word == SPF_PASS && spf->path_count &&
           name_equal(name_org_domain(spf->path[spf->path_count - 1].domain), name_org_domain(domain));
}

static void settle_role(struct build *b, struct mail_address *address)
{
    const struct target *target = b->run->audit->target;
    struct spf_question question =
        spf_question_of(b->run, &address->ip, target->domain, address->helo_count ? address_helo(address) : "");
    const struct spf_result *spf = need_spf(b->run, &question);
    bool says_nothing;

    b->pending |= !spf;
    if (!spf)
        return;
    says_nothing = spf->word == SPF_NONE || spf->word == SPF_TEMPERROR || spf->word == SPF_PERMERROR;
    address->spf = spf_word_text(spf->word);
    if (address->origin != SENDER_NOT || ip_special(&address->ip))
        return;
    if (is_authorised_by_own_record(spf, target->domain))
        address->origin = SENDER_SPF;
    else if (says_nothing && target->sender_count == 0)
        address->origin = SENDER_ASSUMED;
    if (address->origin != SENDER_NOT)
        address->roles |= ROLE_SENDER;
}

static void settle_roles(struct build *b)
{
    const struct target *target = b->run->audit->target;

    for (size_t i = 0; i < b->inventory->address_count; i++) {
        struct mail_address *address = &b->addresses[i];

        settle_role(b, address);
        if (is_declared_no_sender(target, &address->ip)) {
            address->roles &= ~(unsigned)ROLE_SENDER;
            address->origin = SENDER_NOT;
        }
    }
}

static void index_hosts(struct build *b)
{
    struct arena *arena = run_arena(b->run);

    for (size_t h = 0; h < b->inventory->host_count; h++) {
        size_t *at = ARENA_ARRAY(arena, size_t, b->inventory->address_count + 1);
        struct mx_host *host = &b->hosts[h];

        host->addresses = at;
        for (size_t i = 0; i < b->inventory->address_count; i++) {
            const struct mail_address *address = &b->addresses[i];

            for (size_t n = 0; (address->roles & ROLE_MX) && n < address->host_count; n++)
                if (strcmp(address->hosts[n], host->name) == 0)
                    at[host->address_count++] = i;
        }
    }
}

static const void *derive_inventory(struct run *run, const void *argument)
{
    struct build b = {.run = run};

    (void)argument;
    b.inventory = ARENA_NEW(run_arena(run), struct inventory);
    b.most = SENDERS_MAX;
    b.unresolved =
        ARENA_ARRAY(run_arena(run), struct unresolved, MX_HOSTS_MAX + run->audit->target->sender_count + ADDRESSES_MAX);
    b.inventory->kind = MX_PENDING;
    find_senders(&b); /* first: they are never left out for want of room */
    b.most = b.inventory->address_count + ADDRESSES_MAX;
    find_hosts(&b);
    find_mx_addresses(&b);
    if (b.inventory->kind != MX_NO_DOMAIN && b.inventory->kind != MX_PENDING) {
        find_spf_senders(&b);
        settle_roles(&b);
    }
    if (b.addresses)
        qsort(b.addresses, b.inventory->address_count, sizeof *b.addresses, by_ip);
    index_hosts(&b);
    b.inventory->hosts = b.hosts;
    b.inventory->addresses = b.addresses;
    b.inventory->unresolved = b.unresolved;
    run_grant(run,
              b.inventory->address_count * DNS_QUERIES_PER_ADDRESS + b.inventory->host_count * DNS_QUERIES_PER_HOST);
    b.inventory->complete = !b.pending && b.inventory->kind != MX_PENDING;
    return b.inventory;
}

const struct inventory *need_inventory(struct run *run)
{
    static const struct derivation inventory = {"inventory", derive_inventory};

    return need_derived(run, &inventory, "", NULL);
}
