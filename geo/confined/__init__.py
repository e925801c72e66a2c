"""A function in a process of its own, which may use little memory, time and disk, and sees nothing but its own folder.

Files of strangers are read there: what kills, stalls or bloats the reader ends that process, and costs one sentence.
"""

from geo.confined.call import confined, start_readers_as_copy
from geo.confined.ceilings import DEFAULT_CEILINGS, Ceilings
from geo.confined.packing import may_pack
from geo.confined.probe import Confinement, confinement

__all__ = [
    "DEFAULT_CEILINGS",
    "Ceilings",
    "Confinement",
    "confined",
    "confinement",
    "may_pack",
    "start_readers_as_copy",
]
