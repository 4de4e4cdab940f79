/* probes/page_evidence.h - what a finding about a page rests on. */
#pragma once

struct finding;
struct page;
struct run;

void page_evidence(struct run *, struct finding *, const struct page *);
