#!/bin/sh
# The golden reports, or those given, judged by others: schemas, parsers, tidy for HTML.  (validate.py)
# usage: validate.sh [FILE...]
set -eu

here=$(dirname "$0")
[ $# -gt 0 ] || set -- "$here"/report.* "$here"/several.* "$here"/hostile.*
"${PYTHON:-/usr/bin/python3}" "$here/validate.py" "$@"
for file; do
    case $file in
    *.html) tidy -e -q "$file" ;;
    esac
done
