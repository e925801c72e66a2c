"""Reader of DXF drawings."""
