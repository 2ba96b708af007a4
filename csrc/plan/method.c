#include "plan/method.h"

#include <string.h>

#include "plan/case.h"
#include "plan/codec.h"
#include "plan/pad.h"
#include "plan/piece.h"
#include "plan/search.h"

enum { STR = 1, BYTES = 2, BOTH = STR | BYTES };

static const struct {
    const char *name;
    gs_method *call;
    int of;
} methods[] = {
        {"capitalize", gs_case_capitalize, BOTH},
        {"casefold", gs_case_lower, STR},
        {"center", gs_pad_center, BOTH},
        {"count", gs_search_count, BOTH},
        {"decode", gs_codec_decode, BYTES},
        {"encode", gs_codec_encode, STR},
        {"endswith", gs_search_endswith, BOTH},
        {"expandtabs", gs_pad_expandtabs, BOTH},
        {"find", gs_search_find, BOTH},
        {"hex", gs_codec_hex, BYTES},
        {"index", gs_search_index, BOTH},
        {"isalnum", gs_case_isalnum, BOTH},
        {"isalpha", gs_case_isalpha, BOTH},
        {"isascii", gs_case_isascii, BOTH},
        {"isdecimal", gs_case_isdigit, STR},
        {"isdigit", gs_case_isdigit, BOTH},
        {"isidentifier", gs_case_isidentifier, STR},
        {"islower", gs_case_islower, BOTH},
        {"isnumeric", gs_case_isdigit, STR},
        {"isprintable", gs_case_isprintable, STR},
        {"isspace", gs_case_isspace, BOTH},
        {"istitle", gs_case_istitle, BOTH},
        {"isupper", gs_case_isupper, BOTH},
        {"join", gs_piece_join, BOTH},
        {"ljust", gs_pad_ljust, BOTH},
        {"lower", gs_case_lower, BOTH},
        {"lstrip", gs_piece_lstrip, BOTH},
        {"partition", gs_piece_partition, BOTH},
        {"removeprefix", gs_piece_removeprefix, BOTH},
        {"removesuffix", gs_piece_removesuffix, BOTH},
        {"replace", gs_piece_replace, BOTH},
        {"rfind", gs_search_rfind, BOTH},
        {"rindex", gs_search_rindex, BOTH},
        {"rjust", gs_pad_rjust, BOTH},
        {"rpartition", gs_piece_rpartition, BOTH},
        {"rsplit", gs_piece_rsplit, BOTH},
        {"rstrip", gs_piece_rstrip, BOTH},
        {"split", gs_piece_split, BOTH},
        {"splitlines", gs_piece_splitlines, BOTH},
        {"startswith", gs_search_startswith, BOTH},
        {"strip", gs_piece_strip, BOTH},
        {"swapcase", gs_case_swapcase, BOTH},
        {"title", gs_case_title, BOTH},
        {"upper", gs_case_upper, BOTH},
        {"zfill", gs_pad_zfill, BOTH},
};

gs_method *gs_method_find(const char *name, size_t len, enum gs_tag tag)
{
    int of = tag == GS_STR ? STR : tag == GS_BYTES ? BYTES : 0;
    size_t low = 0, high = sizeof methods / sizeof *methods; // sorted by name
    while (low < high) {
        size_t middle = (low + high) / 2;
        const char *known = methods[middle].name;
        int order = strncmp(name, known, len);
        if (order == 0)
            order = known[len] ? -1 : 0;
        if (order == 0)
            return methods[middle].of & of ? methods[middle].call : NULL;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}
