"""Place names: search, coordinates, and the join of a table by the names of its territories."""
