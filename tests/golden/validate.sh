#!/bin/sh
# The golden reports, or those given, judged by others: jsonschema for JSON, tidy for HTML.
# usage: validate.sh [FILE...]
set -eu

here=$(dirname "$0")
[ $# -gt 0 ] || set -- "$here"/*.json "$here"/*.jsonl "$here"/*.html
"${PYTHON:-/usr/bin/python3}" "$here/validate.py" "$@"
for file; do
    case $file in
    *.html) tidy -e -q "$file" ;;
    esac
done
