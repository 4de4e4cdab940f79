#!/bin/sh
# Prints a C header that holds the catalogues of all languages as bytes, and LANGUAGES(X), which is X("de", its bytes) for each.
# usage: embed.sh de.words...
set -eu

echo '/* Made from reports/language/. */'
echo '#pragma once'
echo
list=
for file; do
    tag=$(basename "$file" .words)
    echo "static const unsigned char words_of_${tag}[] = {"
    od -An -v -tu1 "$file" | sed -e 's/^ *//' -e 's/  */,/g' -e 's/$/,/'
    echo '};'
    list="$list X(\"$tag\", words_of_${tag})"
done
echo "#define LANGUAGES(X)$list"
