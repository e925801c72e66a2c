"""``python -m cli`` is ``redline``."""

from cli import main

if __name__ == "__main__":  # worker processes of a check import this module under another name
    main()
