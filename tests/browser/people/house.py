"""A data folder with a layer that is closed to all but one group, and a check stored against it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from click.testing import CliRunner, Result
from shapely.geometry import box

from cli import main
from tests.helpers import ROOT, geojson

__all__ = ["ACCESS", "SECRET", "SECRETS", "House", "furnished"]

SECRET: Final = "a word of the gateway"
SECRETS: Final = ("机密红线甲", "密点乙", "S-77", "secret_line")
"""Title of the closed layer, name and code of its one feature, its id."""
ACCESS: Final = """
[access]
mode = "proxy"
[access.roles]
administrator = ["chief"]
manager = ["group:gis"]
checker = ["group:plan", "group:red-line"]
viewer = ["group:all"]
[access.layers]
secret_line = ["group:red-line"]
"""


@dataclass
class House:
    """A data folder with a closed layer: its configurations without and with roles, and what is in it."""

    home: Path
    open_config: Path
    config: Path
    site: Path
    check_id: str

    def run(self, *command: str, config: Path | None = None) -> Result:
        """Run a command of ``redline``, with roles unless another configuration is named."""
        words = ["--lang", "zh", "--config", str(config or self.config), *command]
        return CliRunner().invoke(main, words, env={"REDLINE_HOME": str(self.home)})


def furnished(folder: Path) -> House:
    """Return a new data folder in a folder, with the closed layer in use and a check against it stored."""
    (folder / "data").symlink_to(ROOT / "data")
    text = (ROOT / "config.toml").read_text(encoding="utf-8")
    (folder / "open.toml").write_text(text, encoding="utf-8")
    (folder / "closed.toml").write_text(text + ACCESS, encoding="utf-8")
    site, layer = folder / "site.geojson", folder / "layer.geojson"
    site.write_bytes(geojson(box(117.05, 27.70, 117.06, 27.71), properties={"id": "A1"}))
    layer.write_bytes(geojson(box(117.0, 27.6, 117.1, 27.75), properties={"name": "密点乙", "code": "S-77"}))
    house = House(folder / "home", folder / "open.toml", folder / "closed.toml", site, "")
    house.home.mkdir()
    described = {
        "id": "secret_line", "title": "机密红线甲", "stands-for": "eco_redline", "basis": "statutory",
        "extent": "361000", "publisher": "某局", "as-of": "2026-01-01", "name-field": "name",
    }  # fmt: skip
    options = [part for name, value in described.items() for part in (f"--{name}", value)]
    done = house.run("import", str(layer), *options, config=house.open_config)
    assert done.exit_code == 0, done.stderr
    stored = house.run("check", str(site), "--store", config=house.open_config)
    found = re.search(r"R\d{8}-\w{4}", stored.stderr)
    assert found is not None, stored.stderr
    assert "机密红线甲" in stored.stdout
    house.check_id = found.group()
    return house
