/* cmd/io/program.h - programs of this machine. */
#pragma once

struct arena;

/* The program's path by PATH, or else in `directories` (":" between; NULL is fine); NULL: it is not installed. */
const char *program_find(struct arena *, const char *program, const char *directories);
