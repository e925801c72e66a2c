"""Layers and findings turned into what people take away."""
