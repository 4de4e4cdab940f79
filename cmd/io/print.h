/* cmd/io/print.h - makes a PDF of a page, by a browser of this machine: Chromium, or WeasyPrint.
 *
 * The page is written into a directory of its own, which nobody else may enter and which goes away with it.  The
 * program is called without a shell, with arguments that are ours alone, an environment of its own, and a time limit;
 * whatever a peer said stands in the page, encoded, where no script runs and nothing is loaded.
 *
 *     print_open(&print, arena, &why)         complain(why): there is no such program, or no place for the page
 *     fprintf(print.page, ...)
 *     print_run(&print, out, &why)
 *     print_close(&print)
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

struct arena;

enum { PRINTERS = 2 };

struct print {
    struct arena *arena;
    const char *programs[PRINTERS]; /* in the order in which they are tried; NULL: not installed */
    const char *directory;          /* NULL: nothing is open */
    const char *page_path, *pdf_path, *said_path;
    FILE *page;
    volatile pid_t child; /* 0: none runs */
};

bool print_open(struct print *, struct arena *, const char **why);
bool print_run(struct print *, FILE *out, const char **why); /* the PDF, into `out`; closes the page */
void print_close(struct print *);                            /* removes everything; one that is not open is fine */
void print_remove(const struct print *); /* only the page and the program; may be called from a signal handler */
