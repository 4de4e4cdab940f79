/* tests/fuzz/replay.c - runs a fuzz target over files and folders of seeds, without a fuzzer. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SEED_BYTES_MAX = 4194304, PATH_ROOM = 4096 };

static int replay_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    uint8_t *bytes = malloc(SEED_BYTES_MAX), *exact;
    size_t size;

    if (!file || !bytes) {
        fprintf(stderr, "cannot read %s\n", path);
        exit(1);
    }
    size = fread(bytes, 1, SEED_BYTES_MAX, file);
    fclose(file);
    exact = malloc(size ? size : 1); /* a buffer without slack, so that ASan sees every overrun */
    if (!exact)
        exit(1);
    for (size_t i = 0; i < size; i++)
        exact[i] = bytes[i];
    LLVMFuzzerTestOneInput(exact, size);
    free(exact);
    free(bytes);
    return 1;
}

static int replay_folder(const char *path)
{
    DIR *folder = opendir(path);
    struct dirent *entry;
    char file[PATH_ROOM];
    int count = 0;

    if (!folder)
        return 0;
    while ((entry = readdir(folder))) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(file, sizeof file, "%s/%s", path, entry->d_name);
        count += replay_file(file);
    }
    closedir(folder);
    return count;
}

int main(int argc, char **argv)
{
    int count = 0;

    for (int i = 1; i < argc; i++) {
        int here = replay_folder(argv[i]);

        count += here ? here : replay_file(argv[i]);
    }
    printf("%d passed, 0 failed\n", count);
    return count ? 0 : 1;
}
