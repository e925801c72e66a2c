"""Reader of DXF drawings."""

from geo.read.cad.dxf import dxf_drawing, is_dxf

__all__ = ["dxf_drawing", "is_dxf"]
