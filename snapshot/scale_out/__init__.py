"""Checks of many sites by several worker processes, on this machine or on others (dask.distributed)."""

from snapshot.scale_out.scaled_check import Workers, check_scaled_out

__all__ = ["Workers", "check_scaled_out"]
