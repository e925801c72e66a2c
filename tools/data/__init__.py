"""Rebuilds `data/` from pinned packages; one module, one product. Run by `python -m tools.data_build`."""
