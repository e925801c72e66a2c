"""Readers: a file, pasted text or a drawing becomes sites."""
