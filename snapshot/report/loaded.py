"""Imported by the process of which those that write reports are copies: its fonts are read once, not for each."""

from __future__ import annotations

from snapshot.report.deliver import deliver_report
from snapshot.sheet import register_reportlab, writable

__all__ = ["deliver_report"]

register_reportlab()
writable("字")
