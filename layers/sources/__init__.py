"""Where the features of a layer come from."""
