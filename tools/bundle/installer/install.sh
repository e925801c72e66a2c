#!/bin/sh
# Install Redline without network: sh install.sh [--service] [--to FOLDER] [--data FOLDER]; --help lists all.
# Finds a Python that this bundle is for (PYTHON=… names one); install.py does the rest.
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd) || exit 1
for python in ${PYTHON:-python3.13 python3.12 python3.11 python3}; do
  if "$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
    exec "$python" "$here/install.py" "$@"
  fi
done
echo "需要 Python 3.11、3.12 或 3.13;请安装其中之一,或用 PYTHON=/路径/python3.11 指定。" >&2
echo "Redline needs Python 3.11, 3.12 or 3.13; install one of them, or name it: PYTHON=/path/python3.11 sh install.sh" >&2
exit 1
