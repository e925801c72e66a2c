"""Lengths, areas, distances and overlays on the ellipsoid."""

from geo.measure.along import shared_stretches
from geo.measure.distances import Nearest, nearest, nearest_apart
from geo.measure.ellipsoid import (
    GEOD,
    HA_M2,
    INVERSE_FLATTENING,
    MU_M2,
    SEMI_MAJOR_M,
    area_m2,
    area_to_equator_m2,
    areas_of,
    degrees_per_metre,
    distance_m,
    edge_pieces_of,
    length_m,
    lengths_of,
    plane_area_m2,
    sizes_of,
    to_ha,
    to_mu,
)
from geo.measure.index import FeatureIndex, index_of
from geo.measure.overlays import Pairs, feature_pairs, overlay, pairs_of
from geo.measure.pairs import MEETING, measure_pairs, slivers
from geo.measure.unions import only_dimension, union_pieces

__all__ = [
    "GEOD",
    "HA_M2",
    "INVERSE_FLATTENING",
    "MEETING",
    "MU_M2",
    "SEMI_MAJOR_M",
    "FeatureIndex",
    "Nearest",
    "Pairs",
    "area_m2",
    "area_to_equator_m2",
    "areas_of",
    "degrees_per_metre",
    "distance_m",
    "edge_pieces_of",
    "feature_pairs",
    "index_of",
    "length_m",
    "lengths_of",
    "measure_pairs",
    "nearest",
    "nearest_apart",
    "only_dimension",
    "overlay",
    "pairs_of",
    "plane_area_m2",
    "shared_stretches",
    "sizes_of",
    "slivers",
    "to_ha",
    "to_mu",
    "union_pieces",
]
