"""The Folium map, its panel of layers and its scripts."""
