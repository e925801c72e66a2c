"""Who a request or a session is from: the one place that knows the login's cookie and the proxy's headers."""

from views.identity.people import (
    LEAST_SECRET,
    note_session,
    owner_of_session,
    person_of,
    person_of_session,
)

__all__ = ["LEAST_SECRET", "note_session", "owner_of_session", "person_of", "person_of_session"]
