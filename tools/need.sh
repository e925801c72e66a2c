#!/usr/bin/env bash
# Say in one sentence what is missing before anything is prepared: need.sh python | npm
set -u
python=${PYTHON:-python3}
case "$1" in
python)
  if ! command -v "$python" >/dev/null 2>&1; then
    echo "Redline needs Python 3.11 or newer; install it (Debian: apt install python3 python3-venv) and run make again. / 需要 Python 3.11 及以上版本,请先安装再运行 make。" >&2
    exit 1
  fi
  if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "Redline needs Python 3.11 or newer, this is $("$python" -V 2>&1); name another with make PYTHON=python3.11. / 需要 Python 3.11 及以上版本,可用 make PYTHON=… 指定。" >&2
    exit 1
  fi
  if ! "$python" -c 'import venv, ensurepip' >/dev/null 2>&1; then
    echo "Redline needs Python's venv module; install it (Debian: apt install python3-venv) and run make again. / 缺少 venv 模块,请安装 python3-venv 后再运行 make。" >&2
    exit 1
  fi
  ;;
npm)
  if ! command -v npm >/dev/null 2>&1; then
    echo "Redline fetches its map assets with npm, which is not here; install it (Debian: apt install npm) and run make again. / 缺少 npm,请先安装(Debian:apt install npm)再运行 make。" >&2
    exit 1
  fi
  ;;
esac
