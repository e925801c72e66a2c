"""Where an activity could stand: candidate areas, ranked, each passed through the check."""

from siting.suggest.request import Request, Wish, request_of, wishes_of
from siting.suggest.suggestion import Suggestion, suggest
from siting.suggest.zones import Zone

__all__ = ["Request", "Suggestion", "Wish", "Zone", "request_of", "suggest", "wishes_of"]
