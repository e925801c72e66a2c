"""A file before it is read: its bytes, its archive members, its kind, the coding of its text."""
