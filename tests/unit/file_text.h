/* tests/unit/file_text.h - a file as text, for tests that compare with one. */
#pragma once

#include <stdio.h>
#include <stdlib.h>

/* To be freed; "" where there is no such file. */
static inline char *read_file(const char *path)
{
    char *text = NULL;
    size_t size;
    FILE *file = fopen(path, "rb"), *out = open_memstream(&text, &size);

    assert_non_null(out);
    for (int c = file ? fgetc(file) : EOF; c != EOF; c = fgetc(file))
        fputc(c, out);
    fclose(out);
    if (file)
        fclose(file);
    return text;
}
