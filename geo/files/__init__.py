"""Files before they are parsed: bytes, archive members, format, text encoding."""

from geo.files.digits import rounded_away, scientific_numbers
from geo.files.format import Format, table_of, text_of_file
from geo.files.recognise import REFUSED, refuse_known, utf8_start
from geo.files.source import (
    SQLITE_SIDECARS,
    Content,
    Source,
    content_of,
    copy_with_digest,
    private_content,
    write_zip_with_sidecars,
    zip_with_sidecars,
)
from geo.files.table import Table, inner_label, plain_label
from geo.files.text_coding import RAW_CODING, decoded, decoded_frame, decoded_names, text_of
from geo.files.unpack import Archive

__all__ = [
    "RAW_CODING",
    "REFUSED",
    "SQLITE_SIDECARS",
    "Archive",
    "Content",
    "Format",
    "Source",
    "Table",
    "content_of",
    "copy_with_digest",
    "decoded",
    "decoded_frame",
    "decoded_names",
    "inner_label",
    "plain_label",
    "private_content",
    "refuse_known",
    "rounded_away",
    "scientific_numbers",
    "table_of",
    "text_of",
    "text_of_file",
    "utf8_start",
    "write_zip_with_sidecars",
    "zip_with_sidecars",
]
