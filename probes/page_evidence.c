/* probes/page_evidence.c - what a finding about a page rests on. */
#include "probes/page_evidence.h"

#include "core/derive/page.h"
#include "core/result/finding.h"

void page_evidence(struct run *run, struct finding *f, const struct page *page)
{
    if (page->a)
        finding_rests_on(run, f, page->a->key);
    if (page->aaaa)
        finding_rests_on(run, f, page->aaaa->key);
    if (page->response)
        finding_rests_on(run, f, page->response->key);
}
