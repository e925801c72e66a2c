"""A fault at every write, flush and rename: ``python -m tools.faults`` (Linux, with strace)."""
