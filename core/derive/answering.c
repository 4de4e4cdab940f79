/* core/derive/answering.c - do a zone's servers answer, and do they always? */
#include "core/derive/answering.h"

#include <assert.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/name.h"
#include "core/base/str.h"
#include "core/derive/run.h"
#include "core/derive/zone.h"

enum { KEYS_MAX = ZONE_SERVERS_MAX + DNS_SAMPLES * (1 + DNS_CONTROLS) };

static_assert(1 + DNS_SAMPLES <= 9, "run.h counts from 2, and a key has room for one digit");

struct count {
    unsigned asked, answered;
};

struct server {
    const struct zone_server *at;
    bool knows_zone;  /* it answers the plain question for the SOA record */
    bool has_records; /* or one of the others */
    bool suspect;     /* a question was lost there */
    struct count samples;
    bool was_heard;  /* if only to say that it does not know the zone */
    const char *how; /* they were lost: "no reply, SERVFAIL" */
};

struct poll {
    struct server servers[ZONE_SERVERS_MAX];
    size_t count;
    bool pending, suspicious, heard;   /* heard: some server has answered something */
    bool silence;                      /* not all that failed was answered with an error */
    bool replied;                      /* and some was */
    struct trouble ours;               /* what could not be asked because of us */
    struct trouble last;               /* of a server that does not know the zone */
    struct count samples, controls[2]; /* of IPv4, of IPv6 */
    const char **keys;
    size_t key_count;
};

bool was_lost(const struct dns_answer *answer)
{
    return answer->status == DNS_UNKNOWN ? reason_may_pass(answer->trouble.reason) : answer->setbacks > 0;
}

const char *zone_server_text(struct run *run, const struct zone_server *server)
{
    return str_concat(run_arena(run), server->host, " (", ip_text(run_arena(run), &server->ip), ")", NULL);
}

static bool is_ours(const struct dns_answer *answer)
{
    return answer->status == DNS_UNKNOWN && answer->trouble.side == SIDE_US;
}

static void note_failure(struct run *run, struct poll *poll, struct server *server, const struct dns_answer *answer)
{
    const char *how = answer->rcode < 0               ? "no reply"
                      : answer->status != DNS_UNKNOWN ? "does not know the zone"
                                                      : dns_rcode_name(answer->rcode);

    if (is_ours(answer))
        poll->ours = answer->trouble;
    poll->silence |= answer->rcode < 0;
    poll->replied |= answer->rcode >= 0;
    server->was_heard |= answer->rcode >= 0;
    if (!server->how)
        server->how = how;
    else if (!strstr(server->how, how))
        server->how = str_printf(run_arena(run), "%s, %s", server->how, how);
}

/* Each server gets the same questions; what they say to them is ns.c's concern. */
static void ask_servers(struct run *run, struct poll *poll, const char *zone, const struct question *questions,
                        size_t count)
{
    for (size_t i = 0; i < poll->count; i++) {
        struct server *server = &poll->servers[i];
        const struct dns_answer *soa = need_dns_at(run, &server->at->ip, zone, DNS_SOA);

        for (size_t q = 0; q < count; q++) {
            const struct dns_answer *answer = need_dns_at(run, &server->at->ip, questions[q].name, questions[q].type);
            bool refused = answer && answer->trouble.reason == REASON_REFUSED_BY_RESOLVER &&
                           name_is_under(questions[q].name, zone);

            poll->pending |= !answer;
            server->has_records |= answer && answer->status == DNS_OK;
            server->suspect |= answer && (was_lost(answer) || (refused && soa && soa->status == DNS_OK));
        }
        poll->pending |= !soa;
        if (!soa)
            continue;
        poll->keys[poll->key_count++] = soa->key;
        server->knows_zone = soa->status == DNS_OK;
        server->suspect |= was_lost(soa);
        poll->heard |= server->knows_zone || server->has_records;
        poll->suspicious |= server->suspect;
        if (!server->knows_zone) {
            note_failure(run, poll, server, soa);
            poll->last = soa->status == DNS_UNKNOWN ? soa->trouble : trouble_of(REASON_PROTOCOL);
        }
    }
}

/* The resolver does not say at which server it lost a question. */
static void look_for_signs(struct run *run, struct poll *poll, const struct question *questions, size_t count)
{
    bool lost = false;

    for (size_t q = 0; q < count; q++) {
        const struct dns_answer *answer = need_dns(run, questions[q].name, questions[q].type);

        poll->pending |= !answer;
        lost |= answer && was_lost(answer);
    }
    for (size_t i = 0; i < poll->count && lost && !poll->suspicious; i++)
        poll->servers[i].suspect = true;
    poll->suspicious |= lost;
}

static bool is_server_of(const struct poll *poll, const struct ip *ip)
{
    for (size_t i = 0; i < poll->count; i++)
        if (ip_equal(&poll->servers[i].at->ip, ip))
            return true;
    return false;
}

/* Root servers that are asked by the same protocol as this server. */
static size_t pick_controls(const struct poll *poll, const struct zone_servers *root, const struct ip *like,
                            const struct ip **out)
{
    size_t count = 0;

    for (size_t i = 0; i < root->count; i++)
        if (root->at[i].ip.family == like->family && !is_server_of(poll, &root->at[i].ip))
            out[count++] = &root->at[i].ip;
    return count;
}

static void ask_controls(struct run *run, struct poll *poll, const struct zone_servers *root, const struct ip *like,
                         unsigned sample)
{
    struct count *tally = &poll->controls[like->family == IP_V6];
    const struct ip *controls[ZONE_SERVERS_MAX];
    size_t count = pick_controls(poll, root, like, controls);

    for (size_t i = 0; i < DNS_CONTROLS && i < count; i++) {
        const struct dns_answer *answer =
            need_dns_sample(run, controls[(sample * DNS_CONTROLS + i) % count], "", DNS_SOA, sample);

        poll->pending |= !answer;
        if (!answer)
            continue;
        poll->keys[poll->key_count++] = answer->key;
        tally->asked++;
        tally->answered += answer->status == DNS_OK;
        if (is_ours(answer))
            poll->ours = answer->trouble;
    }
}

static void ask_sample(struct run *run, struct poll *poll, const char *zone, struct server *server, unsigned sample)
{
    const struct dns_answer *answer = need_dns_sample(run, &server->at->ip, zone, DNS_SOA, sample);

    poll->pending |= !answer;
    if (!answer)
        return;
    poll->keys[poll->key_count++] = answer->key;
    server->samples.asked++;
    poll->samples.asked++;
    if (answer->status == DNS_OK) {
        server->samples.answered++;
        poll->samples.answered++;
    } else {
        note_failure(run, poll, server, answer);
    }
}

static void ask_again(struct run *run, struct poll *poll, const char *zone)
{
    struct zone_servers root = need_zone_servers(run, "");
    struct server *suspects[ZONE_SERVERS_MAX];
    size_t count = 0;

    for (size_t i = 0; i < poll->count; i++)
        if (poll->servers[i].suspect)
            suspects[count++] = &poll->servers[i];
    poll->pending |= root.pending;
    for (unsigned sample = 0; count && sample < DNS_SAMPLES && !poll->pending; sample++) {
        struct server *server = suspects[sample % count];

        ask_sample(run, poll, zone, server, sample);
        ask_controls(run, poll, &root, &server->at->ip, sample);
    }
}

/* Whose fault is the silence?  Who hears root servers by the same way hears a zone, too.  (checks.md 20) */
static void compare_silence(struct run *run, struct poll *poll)
{
    struct zone_servers root = need_zone_servers(run, "");

    poll->pending |= root.pending;
    if (poll->count && !poll->pending)
        ask_controls(run, poll, &root, &poll->servers[0].at->ip, 0);
}

static bool is_dead(const struct server *server)
{
    return !server->knows_zone && !server->has_records && server->samples.answered == 0;
}

/* Nobody at all is heard by this server's protocol, while others of the zone are by the other: it is our path that is
 * down, and no server is lame for that.  (checks.md 14) */
static bool is_out_of_reach(const struct poll *poll, const struct server *server)
{
    const struct count *controls = &poll->controls[server->at->ip.family == IP_V6];

    if (!is_dead(server) || server->was_heard || controls->asked == 0 || controls->answered > 0)
        return false;
    for (size_t i = 0; i < poll->count; i++)
        if (poll->servers[i].at->ip.family != server->at->ip.family && !is_dead(&poll->servers[i]))
            return true;
    return false;
}

static const char *describe_server(struct run *run, const struct server *server)
{
    const char *who = zone_server_text(run, server->at);

    if (server->samples.asked == 0)
        return server->how ? str_printf(run_arena(run), "%s: %s", who, server->how) : NULL;
    return str_printf(run_arena(run), "%s %u of %u%s%s%s", who, server->samples.answered, server->samples.asked,
                      server->how ? " (" : "", server->how ? server->how : "", server->how ? ")" : "");
}

static const char *describe(struct run *run, const struct poll *poll)
{
    const char *all = NULL;

    for (size_t i = 0; i < poll->count; i++) {
        const char *one = is_out_of_reach(poll, &poll->servers[i]) ? NULL : describe_server(run, &poll->servers[i]);

        if (one)
            all = all ? str_printf(run_arena(run), "%s; %s", all, one) : one;
    }
    if (poll->samples.asked == 0 || !all)
        return all;
    return str_printf(run_arena(run), "answered %u of %u questions: %s", poll->samples.answered, poll->samples.asked,
                      all);
}

static struct count controls_of(const struct poll *poll)
{
    return (struct count){poll->controls[0].asked + poll->controls[1].asked,
                          poll->controls[0].answered + poll->controls[1].answered};
}

/* REASON_NONE: what was lost was not lost by us. */
static struct trouble own_fault(struct run *run, const struct poll *poll)
{
    struct trouble trouble = trouble_of(REASON_TIMEOUT);
    struct count controls = controls_of(poll);

    if (poll->ours.reason || !poll->silence)
        return poll->ours;
    if (controls.asked && controls.answered == controls.asked)
        return (struct trouble){.reason = REASON_NONE};
    trouble.why =
        controls.asked == 0
            ? "no root server could be asked to compare with"
            : str_printf(run_arena(run),
                         "root servers answered %u of %u, so it may be this machine's network that loses questions",
                         controls.answered, controls.asked);
    return trouble;
}

static void judge(struct run *run, const struct poll *poll, struct zone_answering *zone)
{
    size_t dead = 0;
    unsigned lost = 0;

    for (size_t i = 0; i < poll->count; i++) {
        const struct server *server = &poll->servers[i];

        zone->out_of_reach += is_out_of_reach(poll, server);
        dead += is_dead(server);
        if (!is_dead(server))
            lost += server->samples.asked - server->samples.answered + !server->knows_zone;
    }
    zone->answering = poll->count - dead;
    zone->servers -= zone->out_of_reach;
    dead -= zone->out_of_reach;
    zone->text = describe(run, poll);
    zone->trouble = own_fault(run, poll);
    if (zone->answering == 0) {
        zone->state = ANSWERING_NONE;
        zone->trouble = poll->last;
        if (zone->trouble.side != SIDE_US)
            zone->trouble.side = poll->replied || controls_of(poll).answered ? SIDE_TARGET : SIDE_NETWORK;
    } else if (dead == 0 && lost == 0) {
        zone->state = ANSWERING_ALL;
    } else if (zone->trouble.reason) {
        zone->state = ANSWERING_UNDECIDED;
    } else if (lost >= DNS_SAMPLES_LOST) {
        zone->state = ANSWERING_SOMETIMES;
    } else {
        zone->state = dead ? ANSWERING_SOME : ANSWERING_MOSTLY;
    }
}

struct zone_answering need_zone_answering(struct run *run, const char *zone, const struct zone_servers *servers,
                                          const struct question *questions, size_t count)
{
    struct zone_answering result = {.state = ANSWERING_PENDING, .servers = servers->count};
    struct poll poll = {.count = servers->count,
                        .pending = servers->pending,
                        .keys = ARENA_ARRAY(run_arena(run), const char *, KEYS_MAX)};

    for (size_t i = 0; i < servers->count; i++)
        poll.servers[i].at = &servers->at[i];
    ask_servers(run, &poll, zone, questions, count);
    look_for_signs(run, &poll, questions, count);
    if (poll.suspicious && poll.heard && !poll.pending)
        ask_again(run, &poll, zone);
    else if (poll.silence && !poll.heard && !poll.replied && !poll.pending)
        compare_silence(run, &poll);
    if (poll.pending)
        return result;
    judge(run, &poll, &result);
    result.keys = poll.keys;
    result.key_count = poll.key_count;
    return result;
}

bool need_explanation(struct run *run, const char *name, enum dns_type type, const struct dns_answer *answer,
                      struct trouble *trouble)
{
    struct question question = {name, type};
    struct zone_answering answering;
    struct zone_servers servers;
    struct trouble unzoned;
    const char *zone;

    *trouble = answer->trouble;
    if (!was_lost(answer))
        return true;
    zone = need_zone_of(run, name, &unzoned);
    if (!zone)
        return unzoned.reason != REASON_NONE;
    servers = need_zone_servers(run, zone);
    answering = need_zone_answering(run, zone, &servers, &question, 1);
    if (answering.state == ANSWERING_SOMETIMES || answering.state == ANSWERING_SOME) {
        trouble->side = SIDE_TARGET;
        trouble->why = str_printf(run_arena(run), "%s; the name servers of %s %s", trouble->why, zone, answering.text);
    } else if (answering.state == ANSWERING_NONE) {
        trouble->side = answering.trouble.side;
    } else if (answering.state == ANSWERING_UNDECIDED) {
        trouble->side = answering.trouble.side;
        trouble->why = str_printf(run_arena(run), "%s; %s", trouble->why, answering.trouble.why);
    }
    return answering.state != ANSWERING_PENDING;
}
