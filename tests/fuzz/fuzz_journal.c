/* A hostile journal: reading ends, entries lie within the file and behind one another, what is no entry is counted to
 * the octet, and what is written to it afterwards is read again. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/io/journal_file.h"
#include "cmd/options/run_text.h"
#include "core/base/arena.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HEADER = 16 };

static void must(bool truth)
{
    if (!truth)
        abort();
}

/* Every octet behind the first line is part of an entry or counted as damaged. */
static size_t walk(struct journal_file *file, size_t size)
{
    struct journal_place place = {0};
    uint64_t seen = file->first;
    enum journal_step step;
    struct str entry, again;
    size_t count = 0, length;

    while ((step = journal_file_next(file, &place, &entry)) == JOURNAL_ENTRY) {
        must(place.at == seen + place.damaged);
        must(place.next == place.at + HEADER + entry.len && place.next <= size);
        length = entry.len;
        must(journal_file_read(file, place.at, &again) == JOURNAL_ENTRY && again.len == length);
        seen = place.next;
        count++;
    }
    must(step == JOURNAL_END && seen + place.damaged == size);
    return count;
}

static void differ(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new(SIZE_MAX);
    const char *text = str_text(arena, (struct str){(const char *)data, size});
    const char *difference = run_text_difference(arena, text, "version " MAILREADY_VERSION "\noption only mx\n");

    must(!difference || *difference);
    must(!run_text_difference(arena, text, text));
    arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    FILE *stream = tmpfile();
    struct journal_file file;
    struct stat about;
    const char *why;
    size_t count;

    must(stream && (size == 0 || fwrite(data, 1, size, stream) == size) && fflush(stream) == 0);
    if (journal_file_open(&file, fileno(stream), &why)) {
        count = walk(&file, size);
        must(journal_file_append(&file, str_of("one"), str_of(" more")) && fstat(fileno(stream), &about) == 0);
        must(walk(&file, (size_t)about.st_size) == count + 1);
    } else {
        must(why && *why);
    }
    journal_file_free(&file);
    fclose(stream);
    differ(data, size);
    return 0;
}
