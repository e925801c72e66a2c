"""A file before it is read: its bytes, its archive members, its kind, the coding of its text."""

from geo.files.digits import rounded_away
from geo.files.recognise import refuse_known, utf8_start
from geo.files.source import BESIDE_SQLITE, Content, Source, content_of, copied, held, pack_beside, with_beside
from geo.files.table import Table, inner_label, plain_label
from geo.files.text_coding import RAW_CODING, decoded_frame, decoded_names, text_of
from geo.files.unpack import Archive

__all__ = [
    "BESIDE_SQLITE",
    "RAW_CODING",
    "Archive",
    "Content",
    "Source",
    "Table",
    "content_of",
    "copied",
    "decoded_frame",
    "decoded_names",
    "held",
    "inner_label",
    "pack_beside",
    "plain_label",
    "refuse_known",
    "rounded_away",
    "text_of",
    "utf8_start",
    "with_beside",
]
