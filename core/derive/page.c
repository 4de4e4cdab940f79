/* core/derive/page.c - fetches what a URL names, and says why it cannot be had. */
#include "core/derive/page.h"

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/str.h"
#include "core/base/url.h"
#include "core/base/x509.h"
#include "core/derive/absence.h"
#include "core/derive/alias.h"
#include "core/derive/clock.h"
#include "core/derive/run.h"
#include "core/facts/tls_session.h"

static enum page_step faulty(struct page *page, const char *fault)
{
    page->fault = fault;
    return PAGE_FAULTY;
}

static enum page_step undecided(struct page *page, const struct trouble *trouble)
{
    page->trouble = *trouble;
    return PAGE_UNDECIDED;
}

static size_t collect_addresses(const struct page *page, struct ip *out)
{
    const struct dns_answer *answers[] = {page->a, page->aaaa};
    size_t count = 0;

    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
        for (size_t k = 0; answers[i]->status == DNS_OK && k < answers[i]->count && count < ADDRESSES_MAX; k++)
            out[count++] = answers[i]->records[k].ip;
    return count;
}

static enum page_step look_at_host(struct run *run, struct page *page, const char *host)
{
    struct arena *arena = run_arena(run);
    struct ip *addresses = ARENA_ARRAY(arena, struct ip, ADDRESSES_MAX);
    struct host_addresses found;
    size_t count;

    found = need_addresses(run, host);
    page->a = found.a;
    page->aaaa = found.aaaa;
    if (!page->a || !page->aaaa)
        return PAGE_PENDING;
    count = collect_addresses(page, addresses);
    if (count > 0) {
        page->response = need_https(run, page->url, addresses, count, page->body_max);
        return page->response ? PAGE_SOUND : PAGE_PENDING;
    }
    if (page->a->status != DNS_UNKNOWN && page->aaaa->status != DNS_UNKNOWN)
        return faulty(page, str_printf(arena,
                                       page->a->status == DNS_NXDOMAIN ? "the host %s does not exist"
                                                                       : "the host %s has no address",
                                       host));
    if (page->a->chain_loops || page->aaaa->chain_loops)
        return faulty(page, str_printf(arena, "the host is an alias that leads in a circle: %s",
                                       alias_chain_text(run, page->a->chain_loops ? page->a : page->aaaa)));
    return undecided(page, page->a->status == DNS_UNKNOWN ? &page->a->trouble : &page->aaaa->trouble);
}

static enum page_step look_at_certificate(struct run *run, struct page *page)
{
    const struct tls_session *tls = page->response->tls;
    struct clock clock = {.state = CLOCK_RIGHT}; /* nothing but dates hangs on it */

    if (tls && x509_is_time_error(tls->verify_error))
        clock = need_clock(run);
    if (clock.state == CLOCK_PENDING)
        return PAGE_PENDING;
    if (clock.state == CLOCK_WRONG)
        return undecided(page, &clock.trouble);
    if (tls && tls->lacks_anchors && tls->name_matches)
        return undecided(page, &no_authorities_here);
    if (tls && tls->verify_error && !tls->lacks_anchors)
        return faulty(page,
                      str_printf(run_arena(run), "the web server's certificate is not valid: %s", tls->verify_text));
    if (tls && !tls->name_matches)
        return faulty(page, "the web server's certificate is another host's: it does not have the name in the URL");
    return faulty(page, "the web server's certificate is not valid");
}

static enum page_step look_at_answer(struct run *run, struct page *page)
{
    const struct https_response *response = page->response;
    struct arena *arena = run_arena(run);

    if (response->status / 100 == 3)
        return faulty(page, str_printf(arena, "the web server redirects (status %d)%s%s, which is not followed",
                                       response->status, response->location.len ? " to " : "",
                                       str_text(arena, response->location)));
    if (response->status != 200)
        return faulty(page, str_printf(arena, "the web server answers with status %d", response->status));
    if (response->content_encoding.len > 0 && !str_equal_nocase(response->content_encoding, str_of("identity")))
        return faulty(page, str_printf(arena, "the web server uses the content coding %s, which nobody asked for",
                                       str_text(arena, response->content_encoding)));
    if (response->end == HTTPS_END_TOO_LARGE)
        return faulty(
            page, str_printf(arena, "there are more than %zu octets, of which the rest was not read", page->body_max));
    return PAGE_SOUND;
}

static enum page_step look_at_response(struct run *run, struct page *page)
{
    const struct https_response *response = page->response;

    switch (response->end) {
    case HTTPS_END_OK:
    case HTTPS_END_TOO_LARGE:
        return look_at_answer(run, page);
    case HTTPS_END_REFUSED:
        return faulty(page, "the host refuses connections on port 443");
    case HTTPS_END_CERTIFICATE:
        return look_at_certificate(run, page);
    case HTTPS_END_NOT_CONTACTED:
        return faulty(page, "the host has no public address");
    case HTTPS_END_TLS:
    case HTTPS_END_HEADERS:
    case HTTPS_END_PROTOCOL:
        return faulty(page, response->trouble.why);
    case HTTPS_END_TIMEOUT:
    case HTTPS_END_UNREACHABLE:
    case HTTPS_END_LOST:
    case HTTPS_END_LOCAL:
    case HTTPS_END_BUDGET:
    case HTTPS_END_COUNT:
        break;
    }
    return undecided(page, &response->trouble);
}

struct page need_response(struct run *run, const char *url, size_t body_max)
{
    struct page page = {.url = url, .body_max = body_max};
    struct url parts;

    page.step = url_parse(run_arena(run), url, &parts) ? look_at_host(run, &page, parts.host)
                                                       : faulty(&page, "this is no https URL of a file");
    return page;
}

struct page need_page(struct run *run, const char *url, size_t body_max)
{
    struct page page = need_response(run, url, body_max);

    if (page.step == PAGE_SOUND)
        page.step = look_at_response(run, &page);
    return page;
}
