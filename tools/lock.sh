#!/usr/bin/env bash
# Write requirements.txt and those of tools/ (audit, data, docs, peers, wheels), with hashes and without the name of any registry.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet uv
for name in requirements tools/requirements-{audit,data,docs,peers,wheels}; do
  cp "$name.txt" "$work/out.txt" # what is locked stays, unless requirements.in asks for another
  "$work/venv/bin/uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
    "$name.in" -o "$work/out.txt"
  { echo "# Written by \`make lock\` from ${name##*/}.in. Do not edit."; cat "$work/out.txt"; } >"$work/full.txt"
  mv "$work/full.txt" "$name.txt"
done
