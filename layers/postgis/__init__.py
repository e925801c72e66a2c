"""Read features from a PostGIS table or view: connection, columns, portions, fingerprint. No layer is known here."""

from layers.postgis.connection import DatabaseFault, Server, in_transaction
from layers.postgis.features import Selection, read_features, shapes_missing
from layers.postgis.fingerprint import Fingerprint, fingerprint_of
from layers.postgis.recent import Recent, recent_reading
from layers.postgis.table import Table, find_table

__all__ = [
    "DatabaseFault",
    "Fingerprint",
    "Recent",
    "Selection",
    "Server",
    "Table",
    "find_table",
    "fingerprint_of",
    "in_transaction",
    "read_features",
    "recent_reading",
    "shapes_missing",
]
