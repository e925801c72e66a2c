"""What the catalogue is for somebody who may not see some layers."""

from __future__ import annotations

from pathlib import Path

import pytest

from geo.errors import ConfigError
from layers.access import Person
from layers.catalogue import (
    CLOSED_LAYERS,
    Catalogue,
    CatalogueInUse,
    LayerSpec,
    UserCatalogue,
    UserEntry,
    UserVersion,
    closed_layers,
    load_layers,
    read_catalogue,
    visible_catalogue,
)
from layers.catalogue.in_use import merge_user_catalogue
from layers.paths import PRODUCT
from layers.sources import CorridorSource, ImportedSource

VIEWER = Person("li", role="viewer")
OFFICIAL = Person("chief", frozenset({"red-line"}), "manager")
ACCESS = {
    "mode": "proxy",
    "roles": {"viewer": ["*"]},
    "layers": {"red_official": ["group:red-line"], "rivers_official": ["group:red-line"]},
}


@pytest.fixture(scope="module")
def shipped() -> Catalogue:
    catalogue = read_catalogue(PRODUCT / "config.toml")
    return Catalogue.model_validate({**dict(catalogue), "access": ACCESS, "folder": catalogue.folder})


def imported(shipped: Catalogue, layer_id: str, over: str, extent: list[str], leaves: list[str]) -> UserEntry:
    spec: LayerSpec = shipped.spec(over)
    source = ImportedSource(kind="imported", folder=f"layers/{layer_id}/0001", sha256="0" * 64, digest="0" * 64)
    own = spec.model_copy(update={"id": layer_id, "source": source, "extent": extent})
    version = UserVersion(
        number=1, made_at="2026-11-30T00:00:00+00:00", count=3, takes_over=over, leaves=leaves, layer=own
    )
    return UserEntry(id=layer_id, current=1, version=[version])


def in_use(shipped: Catalogue, *entries: UserEntry) -> CatalogueInUse:
    user_catalogue = UserCatalogue(entry=list(entries))
    return CatalogueInUse(merge_user_catalogue(shipped, user_catalogue), user_catalogue, shipped)


def corridor(shipped: Catalogue) -> LayerSpec:
    return next(spec for spec in shipped.layer if isinstance(spec.source, CorridorSource))


def test_a_superseded_layer_is_whole_again_for_who_may_not_see_what_superseded_it(shipped: Catalogue) -> None:
    red = next(spec for spec in shipped.layer if spec.role == "redline")
    full = in_use(shipped, imported(shipped, "red_official", red.id, ["361000"], ["360000"]))
    assert full.catalogue.spec(red.id).outside == ["361000"], "the premise: the illustration is cut away there"
    seen = visible_catalogue(full, closed_layers(full, VIEWER))
    assert seen.catalogue.spec(red.id) == red, "what is left of it would show where the closed one lies"
    assert [spec.id for spec in seen.catalogue.layer] == [*(spec.id for spec in shipped.layer), CLOSED_LAYERS]
    assert seen.user_catalogue.entry == []
    assert "red_official" not in seen.catalogue.model_dump_json(exclude={"access", "folder", "closed"})


def test_who_may_see_them_has_them_all_and_no_stand_in(shipped: Catalogue) -> None:
    red = next(spec for spec in shipped.layer if spec.role == "redline")
    full = in_use(shipped, imported(shipped, "red_official", red.id, ["361000"], ["360000"]))
    assert closed_layers(full, OFFICIAL) == frozenset()
    assert visible_catalogue(full, closed_layers(full, OFFICIAL)) is full


def test_what_is_derived_from_a_closed_layer_is_derived_without_it(shipped: Catalogue) -> None:
    band = corridor(shipped)
    water = band.source.made_of[0]
    full = in_use(shipped, imported(shipped, "rivers_official", water, ["361000"], ["360000"]))
    assert "rivers_official" in full.catalogue.spec(band.id).source.made_of, "the premise"
    seen = visible_catalogue(full, closed_layers(full, VIEWER))
    assert seen.catalogue.spec(band.id).source == band.source


def test_what_is_derived_from_a_closed_shipped_layer_goes_with_it(shipped: Catalogue) -> None:
    band = corridor(shipped)
    closed = shipped.model_copy(
        update={"access": shipped.access.model_copy(update={"layers": {band.source.made_of[0]: ["chief"]}})}
    )
    full = in_use(closed)
    seen = {spec.id for spec in visible_catalogue(full, closed_layers(full, VIEWER)).catalogue.layer}
    assert seen.isdisjoint({band.id, band.source.made_of[0]})


def test_imported_layers_that_no_line_names_are_closed_to_viewers_and_checkers(shipped: Catalogue) -> None:
    full = in_use(shipped, imported(shipped, "red_oficial", shipped.layer[-1].id, ["361000"], ["360000"]))  # mistyped
    assert "red_oficial" in closed_layers(full, VIEWER)
    assert "red_oficial" in closed_layers(full, Person("li", role="checker"))
    assert "red_oficial" not in closed_layers(full, Person("li", role="manager"))


def test_nothing_closed_is_there_nothing_stands_in_for_it(shipped: Catalogue) -> None:
    full = in_use(shipped)
    assert closed_layers(full, VIEWER) == {"red_official", "rivers_official"}, "closed before they are imported"
    assert CLOSED_LAYERS not in {
        spec.id for spec in visible_catalogue(full, closed_layers(full, VIEWER)).catalogue.layer
    }


def test_boundaries_stay_open_though_somebody_imports_his_own(shipped: Catalogue) -> None:
    full = in_use(shipped, imported(shipped, "county", "county", ["361000"], ["360000"]))
    assert "county" not in closed_layers(full, VIEWER)


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        ("county", "layers.config_closed_boundary"),
        ("projects", "layers.config_closed_table"),  # the Plans page would show its rows all the same
        ("protected_sites", "layers.config_closed_table"),
    ],
)
def test_what_cannot_be_closed_is_refused(tmp_path: Path, layer: str, said: str) -> None:
    config = tmp_path / "config.toml"
    text = (PRODUCT / "config.toml").read_text(encoding="utf-8")
    table = f'[access]\nmode = "proxy"\nroles.viewer = ["*"]\nlayers.{layer} = ["li"]\n'
    config.write_text(f"{text}\n{table}", encoding="utf-8")
    with pytest.raises(ConfigError) as fault:
        read_catalogue(config)
    assert fault.value.key == said


def test_the_stand_in_is_loaded_as_closed(shipped: Catalogue) -> None:
    red = next(spec for spec in shipped.layer if spec.role == "redline")
    seen = visible_catalogue(
        in_use(shipped, imported(shipped, "red_official", red.id, ["361000"], [])), {"red_official"}
    )
    stand_in = seen.catalogue.spec(CLOSED_LAYERS)
    layer = load_layers(seen.catalogue.model_copy(update={"layer": [stand_in]}))[CLOSED_LAYERS]
    assert (layer.state, layer.frame, layer.digest) == ("no_access", None, None)
    assert stand_in.checked
    assert stand_in.extent == [], "so that every check of every site says so"
