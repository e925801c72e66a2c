"""Files as everybody reads them: each in a confined process, by the readers of this package.

A file that kills, stalls or bloats its reader costs one sentence (docs/decisions/reading-outside.md).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from geo.confined import Ceilings, confined, may_pack
from geo.files import Content, content_of, private_content
from geo.read import formats, layer_file, pasted, tables
from geo.read.formats import Inspection, LayerInfo, label_of
from geo.read.layer_file import OpenedLayer
from geo.read.pasted import Shape
from geo.read.tables import PlainTable
from geo.sites import DEFAULT_LIMITS, Limits, RawPart, ReadLimits, Sites

__all__ = ["ceilings_of", "inspect", "open_layer", "read_plain_tables", "read_sites", "sites_from_text"]

may_pack(Inspection, LayerInfo, OpenedLayer, PlainTable, RawPart, ReadLimits, Sites)


def read_sites(
    source: Path | str | bytes,
    name: str | None = None,
    *,
    crs: Any = None,
    limits: Limits = DEFAULT_LIMITS,
    layer: str | Sequence[str] | None = None,
    columns: Mapping[str, str] | None = None,
    swap: bool = False,
) -> Sites:
    """Return the sites of a file or its bytes; parameters and faults are those of `geo.read.formats.read_sites`."""
    label = label_of(source, name)
    options: dict[str, Any] = {
        "crs": crs,
        "limits": ReadLimits.of(limits),
        "layer": layer,
        "columns": columns,
        "swap": swap,
    }
    content = content_of(source, label, limits)
    return confined(formats.read_sites, content, label, **options, ceilings=ceilings_of(limits), file=label)


def inspect(
    source: Path | str | bytes,
    name: str | None = None,
    *,
    limits: Limits = DEFAULT_LIMITS,
    columns: Mapping[str, str] | None = None,
) -> Inspection:
    """Return a summary of each layer of a file; parameters and faults are those of `geo.read.formats.inspect`."""
    label = label_of(source, name)
    with ExitStack() as stack:
        content, _ = private_content(source, label, limits, stack)
        options: dict[str, Any] = {"limits": ReadLimits.of(limits), "columns": columns}
        return confined(formats.inspect_content, content, label, **options, ceilings=ceilings_of(limits), file=label)


def open_layer(
    content: Content, name: str, *, layer: str | None = None, crs: Any = None, swap: bool = False, limits: Limits
) -> OpenedLayer:
    """Return one layer of a file; parameters and faults are those of `geo.read.layer_file.open_layer`."""
    label = label_of(content, name)
    with ExitStack() as stack:
        copy, sha256 = private_content(content, label, limits, stack)
        options: dict[str, Any] = {"layer": layer, "crs": crs, "swap": swap, "limits": ReadLimits.of(limits)}
        return confined(
            layer_file.open_content, copy, sha256, label, **options, ceilings=ceilings_of(limits), file=label
        )


def sites_from_text(
    text: str,
    crs: Any = None,
    *,
    shape: Shape | None = None,
    swap: bool | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Sites:
    """Return the sites of typed text; parameters and faults are those of `geo.read.pasted.sites_from_text`."""
    options: dict[str, Any] = {"shape": shape, "swap": swap, "limits": ReadLimits.of(limits)}
    return confined(pasted.sites_from_text, text, crs, **options, ceilings=ceilings_of(limits), file=pasted.TYPED)


def read_plain_tables(
    content: bytes, name: str, *, upload_mb: int = 20, limits: Limits = DEFAULT_LIMITS
) -> list[PlainTable]:
    """Return the sheets of a table; parameters and faults are those of `geo.read.tables.read_plain_tables`."""
    label = label_of(content, name)
    return confined(
        tables.read_plain_tables, content, label, upload_mb=upload_mb, ceilings=ceilings_of(limits), file=label
    )


def ceilings_of(limits: Limits) -> Ceilings:
    """Return what the process that reads may use; it writes no more than an archive unpacks to."""
    written_mb = max(limits.unpacked_mb, limits.upload_mb, limits.read_memory_mb)
    return Ceilings(limits.read_memory_mb, limits.read_seconds, written_mb)
