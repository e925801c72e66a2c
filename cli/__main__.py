"""``python -m cli`` is ``redline``."""

from cli import main

main()
