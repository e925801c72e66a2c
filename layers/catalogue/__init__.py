"""The catalogue of layers: config.toml, the model of a layer, what the user added, territory, policy."""
