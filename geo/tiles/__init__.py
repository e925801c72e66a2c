"""Vector tiles for display; areas are kept, nothing is measured on them."""
