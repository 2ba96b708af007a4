// replay: gives every file of the folders named to a fuzz target, without a fuzzer: what was once
// found stays found.
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int read_file(const char *path, struct gs_buf *content)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return -1;
    size_t n;
    do {
        gs_buf_reserve(content, 65536);
        n = fread(content->data + content->len, 1, 65536, file);
        content->len += n;
    } while (n > 0);
    return fclose(file);
}

static int replay(const char *path)
{
    struct gs_buf content = GS_BUF_EMPTY;
    if (read_file(path, &content) != 0) {
        perror(path);
        return -1;
    }
    uint8_t *exact = malloc(content.len ? content.len : 1); // its end is where a checker looks
    if (content.len)
        memcpy(exact, content.data, content.len);
    LLVMFuzzerTestOneInput(exact, content.len);
    free(exact);
    gs_buf_fini(&content);
    return 0;
}

static int replay_folder(const char *folder)
{
    DIR *dir = opendir(folder);
    struct dirent *entry;
    int count = 0;
    while (dir && (entry = readdir(dir)) != NULL) {
        char path[1024];
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (replay(path) != 0)
            return -1;
        count++;
    }
    if (dir)
        closedir(dir);
    return count;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        int count = replay_folder(argv[i]);
        if (count <= 0) {
            fprintf(stderr, "%s: no inputs\n", argv[i]);
            return 1;
        }
        printf("ok %s: %d inputs\n", argv[i], count);
    }
    return 0;
}
