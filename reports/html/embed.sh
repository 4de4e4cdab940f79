#!/bin/sh
# Prints a C header that holds the style sheet as string literals, and the hash that a Content-Security-Policy names it by.
# usage: embed.sh style.css HTML_STYLE      the prefix of its macros
set -eu

# sha256sum prints hexadecimal, the policy wants base64: three digits make two characters.
hash=$(sha256sum "$1" | awk '{
    digits = "0123456789abcdef"
    base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    hex = $1 "00" # 64 digits and padding to a multiple of three
    for (i = 1; i <= 64; i += 3) {
        n = 0
        for (j = i; j < i + 3; j++)
            n = n * 16 + index(digits, substr(hex, j, 1)) - 1
        out = out substr(base64, int(n / 64) + 1, 1) substr(base64, n % 64 + 1, 1)
    }
    print substr(out, 1, 43) "="
}')
[ ${#hash} -eq 44 ] || { echo "$0: no sha256sum?" >&2; exit 1; }
echo "/* Made from $1. */"
echo '#pragma once'
echo
echo "#define $2_HASH \"sha256-$hash\""
echo "#define $2(LINE) \\"
sed -e 's/[\\"]/\\&/g' -e 's/.*/    LINE("&\\n") \\/' "$1"
echo '    LINE("")'
