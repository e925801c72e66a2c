"""``python -m tools.suggestions``."""

from tools.suggestions import main

raise SystemExit(main())
