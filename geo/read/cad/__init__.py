"""Reader of DXF drawings."""

from geo.read.cad.dxf import DXF, dxf_drawing, is_dxf

__all__ = ["DXF", "dxf_drawing", "is_dxf"]
