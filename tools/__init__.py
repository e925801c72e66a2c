"""Scripts that rebuild committed data and assets; nothing here is imported by the product."""
