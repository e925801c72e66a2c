"""Whether the server can do its work: what is at fault, who else works on its data folder, answers for watchers."""

from views.condition.logs import LogForm, configure_logs
from views.condition.others import announce, other_servers
from views.condition.parts import LEAST_FREE_MB, PARTS, PartFault, faults, look
from views.condition.probes import health, ready

__all__ = [
    "LEAST_FREE_MB", "PARTS", "LogForm", "PartFault", "announce", "configure_logs", "faults", "health", "look",
    "other_servers", "ready",
]  # fmt: skip
