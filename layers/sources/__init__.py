"""Where the features of a layer come from."""

from layers.sources.load import COMMON_COLUMNS, STORED_FILE, load_layers, source_files, unhealthy

__all__ = ["COMMON_COLUMNS", "STORED_FILE", "load_layers", "source_files", "unhealthy"]
