"""Where an activity could stand: candidate areas, ranked, each passed through the check."""

from siting.suggest.export_policy import closed_zones, suggestion_without_withheld
from siting.suggest.request import Request, Wish, request_of, wishes_of
from siting.suggest.suggestion import Suggestion, suggest
from siting.suggest.zones import Zone

__all__ = [
    "Request",
    "Suggestion",
    "Wish",
    "Zone",
    "closed_zones",
    "request_of",
    "suggest",
    "suggestion_without_withheld",
    "wishes_of",
]
