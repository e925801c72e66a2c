"""A file before it is read: its bytes, its archive members, its kind, the coding of its text."""

from geo.files.digits import rounded_away
from geo.files.format import Format, table_of, text_of_file
from geo.files.recognise import REFUSED, refuse_known, utf8_start
from geo.files.source import BESIDE_SQLITE, Content, Source, content_of, copied, held, pack_beside, with_beside
from geo.files.table import Table, inner_label, plain_label
from geo.files.text_coding import RAW_CODING, decoded, decoded_frame, decoded_names, text_of
from geo.files.unpack import Archive

__all__ = [
    "BESIDE_SQLITE",
    "RAW_CODING",
    "REFUSED",
    "Archive",
    "Content",
    "Format",
    "Source",
    "Table",
    "content_of",
    "copied",
    "decoded",
    "decoded_frame",
    "decoded_names",
    "held",
    "inner_label",
    "pack_beside",
    "plain_label",
    "refuse_known",
    "rounded_away",
    "table_of",
    "text_of",
    "text_of_file",
    "utf8_start",
    "with_beside",
]
