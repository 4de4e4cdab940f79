/* probes/vantage.h - env.vantage: is this machine a sound place to look from?  (checks.md, section 16) */
#pragma once

struct run;
struct vantage;

void judge_vantage(struct run *, const struct vantage *here);
