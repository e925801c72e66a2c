"""Unpack tar archives of others without letting them write elsewhere."""

from __future__ import annotations

import tarfile
from pathlib import Path

__all__ = ["unpack"]


def unpack(archive: tarfile.TarFile, folder: Path) -> None:
    """Unpack an open archive into a folder, as ``extractall(filter="data")`` does, which Python has since 3.11.4.

    Raises
    ------
    tarfile.TarError
        If a member would be written elsewhere; before 3.11.4 also if it is a link or a device.
    """
    if hasattr(tarfile, "data_filter"):
        archive.extractall(folder, filter="data")
        return
    for member in archive:
        inside = (folder / member.name).resolve().is_relative_to(folder.resolve())
        if not inside or not (member.isfile() or member.isdir()):
            raise tarfile.ExtractError(f"{member.name!r} is no file of the archive's own")
        archive.extract(member, folder)
