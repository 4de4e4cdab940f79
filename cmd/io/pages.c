/* cmd/io/pages.c - writes a page for each domain into a directory. */
#include "cmd/io/pages.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/str.h"
#include "reports/html/html_index.h"
#include "reports/reporter.h"

/* Of Linux; <unistd.h> has it for who asks for all of GNU.  After each page an fsync() would wait for the disk. */
int syncfs(int fd);

enum { SCRATCH_BYTES = 65536 }; /* names of files */

static const char *within(struct arena *arena, const char *directory, const char *name)
{
    size_t length = strlen(directory);

    return str_printf(arena, "%s%s%s", directory, length && directory[length - 1] == '/' ? "" : "/", name);
}

/* "DIR/: Not a directory", and not the name of an index that nobody has asked for. */
static bool look_at(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

bool pages_open(struct pages *pages, struct output *index, struct arena *arena, const char *path, const char **why)
{
    *pages = (struct pages){.path = path, .page.directory = -1, .parent = -1};
    pages->is_new = mkdir(path, 0700) == 0;
    if ((!pages->is_new && errno != EEXIST) || !look_at(path)) {
        *why = str_printf(arena, "%s: %s", path, strerror(errno));
        pages_close(pages, true);
        return false;
    }
    if (pages->is_new)
        pages->parent = open(within(arena, path, ".."), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    pages->scratch = arena_new(SCRATCH_BYTES);
    *why = no_memory;
    if (pages->scratch && output_open(index, arena, within(arena, path, HTML_INDEX_FILE), why))
        return true;
    pages_close(pages, true);
    return false;
}

bool pages_may_replace(const struct output *index, const char *path)
{
    const char *slash = strrchr(path, '/'), *dot = strrchr(path, '.');
    struct stat ours, theirs, file;

    /* The directory of the file by way of the file itself: it may be named through links. */
    if (!dot || !text_equal_nocase(dot, ".html") || fstat(index->directory, &ours) != 0 || stat(path, &file) != 0 ||
        fstatat(index->directory, slash ? slash + 1 : path, &theirs, 0) != 0)
        return false;
    return file.st_ino == theirs.st_ino && file.st_dev == theirs.st_dev;
}

struct piece pages_render(const struct report_options *index, const struct result *result, const struct gate *gate)
{
    struct report_options options = *index;
    struct piece piece = {.error = ENOMEM};
    struct report report;
    char *page = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&page, &size);

    if (!out)
        return piece;
    options.several = false;
    options.index = HTML_INDEX_FILE;
    report_begin(&report, reporter_by_name("html"), out, &options);
    report_one(&report, result, gate);
    piece.error = report_end(&report);
    if (fclose(out) == 0 && piece.error == 0)
        piece.tape = (struct tape){.at = page, .size = size, .room = size};
    else
        free(page);
    return piece;
}

static int write_page(const struct output *page, const struct piece *piece)
{
    if (piece->error)
        return piece->error;
    return fwrite(piece->tape.at, 1, piece->tape.size, page->stream) == piece->tape.size && fflush(page->stream) == 0
               ? 0
               : errno;
}

static bool write_beside(struct pages *pages, const char *domain, const struct piece *piece, const char **why)
{
    const char *name = within(pages->scratch, pages->path, html_page_file(pages->scratch, domain));
    int error;

    if (!output_open(&pages->page, pages->scratch, name, why))
        return false;
    pages->page.is_settled_later = true;
    error = write_page(&pages->page, piece);
    if (error == 0)
        return output_keep(&pages->page, true, &error, why);
    *why = str_printf(pages->scratch, "%s: %s", name, strerror(error));
    output_abandon(&pages->page);
    return false;
}

bool pages_take(struct pages *pages, const char *domain, const struct piece *piece, const char **why)
{
    volatile bool is_written = false;
    jmp_buf exhausted;

    arena_reset(pages->scratch);
    if (setjmp(exhausted) == 0) {
        arena_on_exhausted(pages->scratch, &exhausted);
        is_written = write_beside(pages, domain, piece, why);
    } else {
        output_abandon(&pages->page);
        *why = no_memory;
    }
    arena_on_exhausted(pages->scratch, NULL);
    return is_written;
}

int pages_settle(const struct output *index)
{
    return syncfs(index->directory) == 0 ? 0 : errno;
}

void pages_close(struct pages *pages, bool has_come_to_nothing)
{
    arena_free(pages->scratch);
    pages->scratch = NULL;
    if (has_come_to_nothing && pages->is_new)
        rmdir(pages->path); /* with a page in it, it stays */
    if (pages->parent >= 0)
        close(pages->parent);
    pages->parent = -1;
}

void pages_remove(const struct pages *pages)
{
    output_remove(&pages->page);
    if (pages->is_new)
        rmdir(pages->path);
}
