"""The ledger of stored checks: one SQLite database in the home folder, beside copies of what each check used.

A check is written once and never changed; only the case around it may be amended, and each amendment is kept. On a
local disk only: SQLite's write-ahead log does not work across a network (docs/ledger.md).
"""

from __future__ import annotations

import json
import secrets
import sqlite3
import zlib
from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import geopandas as gpd

from geo.errors import BadInput, DataFault
from layers.catalogue import Layer, LayerSpec, withheld_ids
from layers.clock import today
from siting.check import (
    CASE_FIELDS,
    Case,
    Check,
    CheckedLayer,
    Run,
    Settings,
    Software,
    canonical,
    counts,
    crs_from_json,
    crs_to_json,
    software_now,
)
from siting.law import law_digest
from siting.ledger.closed import Closed
from siting.ledger.compact import is_packed, packed, unpacked
from siting.ledger.copies import Kept
from siting.ledger.database import Database
from siting.ledger.listed import Listed, Use
from siting.records import Report

__all__ = ["Ledger"]

_LETTERS: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""No 0, O, 1, I, L, U: an id is read over the telephone."""
_MOST_LISTED: Final = 200
_GRAVEST_FIRST: Final = ("prohibited", "review_required", "notice", "not_checked", "nothing_found")
_LAYERS_OF: Final = "SELECT * FROM check_layers WHERE check_id = ? ORDER BY position"
_USED: Final = (
    "SELECT digest, count(*) FROM check_layers WHERE layer = ? AND digest IS NOT NULL AND {seen} GROUP BY digest"
)
_USED_BY: Final = (
    "SELECT check_id FROM check_layers WHERE layer = ? AND digest = ? AND {seen} ORDER BY check_id DESC LIMIT ?"
)
_SPEC_THEN: Final = "SELECT spec FROM check_layers WHERE layer = ? AND digest = ? LIMIT 1"
_SEALED: Final = (
    "id", "stored_at", "input_name", "input_sha256", "sites_kept", "crs", "law_sha256", "redline", "geos", "proj",
    "as_of", "activity", "verdict", "sites", "settings", "report_sha256",
)  # fmt: skip


class Ledger:
    """The ledger of one home folder; open it by `Ledger.open`.

    Every call has a connection of its own, so one ledger may be used from several threads, and several processes may
    use one folder. Checks against closed layers (`without`) are not there for whoever may not see those.
    """

    def __init__(self, database: Database, kept: Kept, closed: Collection[str] = ()) -> None:
        self.database = database
        self._closed = Closed(closed)
        self.kept = kept

    def without(self, closed: Collection[str]) -> Ledger:
        """Return the ledger as somebody sees it who may not see some layers: without the checks that saw them.

        Parameters
        ----------
        closed : collection of str
            Ids of layers.
        """
        return Ledger(self.database, self.kept, closed)

    @classmethod
    def open(cls, home: Path) -> Ledger:
        """Open the ledger of a home folder (``layers.paths.home()``), created or migrated if necessary.

        Raises
        ------
        DataFault
            If the database is damaged, locked by another process, of a later version, or on a disk that is full or
            cannot hold a write-ahead log. One that is there can be read while its folder cannot be written.
        """
        ledger = cls(Database(home / "ledger" / "ledger.sqlite"), Kept(home))
        ledger.database.migrate()
        ledger.kept.make_folders()
        return ledger

    def store(self, case: Case, run: Run, content: bytes | None = None) -> str:
        """Store a check with copies of its inputs; return its id.

        Copies come first, the record last and in one transaction: a crash leaves at most a copy that nothing names.

        Parameters
        ----------
        case : Case
        run : Run
            From `siting.check.run.run_check`.
        content : bytes, optional
            The file as uploaded, or the text that was pasted; none for sites that were drawn.

        Raises
        ------
        BadInput
            If the content is another, or the tables of rules were edited since the check.
        """
        sites, settings, report = run.read, run.settings, run.report()
        if content is not None and sha256(content).hexdigest() != sites.sha256:
            raise BadInput("ledger.other_input", name=sites.name)
        if law_digest(run.law) != run.law_sha256:
            raise BadInput("ledger.law_moved")
        withheld = withheld_ids(layer.spec for layer in run.layers.values())
        seen = [_layer_row(layer, self.kept, withheld) for layer in run.layers.values() if counts(layer)]
        text = canonical(packed(report)).encode()
        software = software_now()
        row: dict[str, Any] = {
            "stored_at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "input_name": sites.name,
            "input_sha256": None if content is None else self.kept.put_bytes(content),
            "sites_kept": self.kept.put_frame(_ours(sites.frame)),
            "crs": canonical(crs_to_json(sites.crs)),
            "law_sha256": self.kept.put_law(run.law),
            **asdict(software),
            "as_of": settings.as_of,
            "activity": settings.activity,
            "verdict": _gravest(report),
            "sites": len(sites),
            "settings": canonical(settings.to_json()),
            "report": zlib.compress(text, 6),
            "report_sha256": sha256(text).hexdigest(),
            **asdict(case),
        }
        with self.database.writing() as db:
            db.execute("BEGIN IMMEDIATE")
            if content is not None:
                self.kept.put_bytes(content)  # again, if retention deleted it in between
            row["id"] = _free_id(db)
            _insert(db, "checks", row | {"seal": _seal(row, seen)})
            for position, layer in enumerate(seen):
                _insert(db, "check_layers", {"check_id": row["id"], "position": position, **layer})
            db.execute("COMMIT")
        return str(row["id"])

    def get(self, check_id: str) -> Check:
        """Return a stored check.

        Raises
        ------
        BadInput
            If there is none of that id.
        DataFault
            If the record was altered behind the ledger's back.
        """
        with self.database.reading() as db:
            query = f"SELECT * FROM checks WHERE id = ? AND {self._closed.condition('checks.id')}"  # noqa: S608 (ours)
            row = db.execute(query, (check_id.strip().upper(), *self._closed.values)).fetchone()
            if row is None:
                raise BadInput("ledger.no_such_check", id=check_id.strip()[:40])
            rows = db.execute(_LAYERS_OF, (row["id"],)).fetchall()
        try:
            text = zlib.decompress(row["report"])
        except zlib.error:
            raise DataFault("ledger.altered", id=row["id"]) from None
        if sha256(text).hexdigest() != row["report_sha256"] or _seal(row, rows) != row["seal"]:
            raise DataFault("ledger.altered", id=row["id"])
        seen = tuple(
            CheckedLayer(LayerSpec.model_validate_json(r["spec"]), r["state"], r["digest"], r["kept"]) for r in rows
        )
        stored = json.loads(text)
        report: Report = unpacked(stored) if is_packed(stored) else stored
        _put_id(report, row["id"])
        return Check(
            id=row["id"],
            stored_at=row["stored_at"],
            case=_case(row),
            input_name=row["input_name"],
            input_sha256=row["input_sha256"],
            sites_kept=row["sites_kept"],
            crs=crs_from_json(json.loads(row["crs"])),
            layers=seen,
            law_sha256=row["law_sha256"],
            software=Software(row["redline"], row["geos"], row["proj"]),
            settings=Settings.from_json(json.loads(row["settings"])),
            report=report,
        )

    def search(
        self,
        text: str = "",
        *,
        verdict: str | None = None,
        activity: str | None = None,
        since: str | None = None,
        until: str | None = None,
        limit: int = _MOST_LISTED,
    ) -> list[Listed]:
        """Return stored checks, the latest first.

        Parameters
        ----------
        text : str
            Words that must all stand in the id, the case or the input's name.
        verdict, activity : str, optional
            Codes.
        since, until : str, optional
            Days on which the check was stored, ISO 8601, UTC, both included.
        limit : int
        """
        where, values = [self._closed.condition("listed.id")], list[object](self._closed.values)
        for word in text.split():
            where.append("searched LIKE ? ESCAPE '\\'")
            values.append("%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%")
        chosen = (("verdict = ?", verdict), ("activity = ?", activity))
        days = (("substr(stored_at, 1, 10) >= ?", since), ("substr(stored_at, 1, 10) <= ?", until))
        for condition, value in (*chosen, *days):
            if value is not None:
                where.append(condition)
                values.append(value)
        # the conditions are the fixed texts above; whatever a user gave is bound
        query = f"SELECT * FROM listed WHERE {' AND '.join(where)} ORDER BY stored_at DESC, id LIMIT ?"  # noqa: S608
        with self.database.reading() as db:
            rows = db.execute(query, (*values, limit)).fetchall()
        names = ("input_name", "activity", "as_of", "verdict", "sites")
        return [Listed(r["id"], r["stored_at"], _case(r), *(r[name] for name in names)) for r in rows]

    def uses(self, layer_id: str, most: int = 20) -> list[Use]:
        """Return every version of a layer that stored checks used, from the index: no check is opened."""
        found = []
        with self.database.reading() as db:
            seen, closed = self._closed.condition("check_layers.check_id"), self._closed.values
            for digest, count in db.execute(_USED.format(seen=seen), (layer_id, *closed)).fetchall():
                ids = [row[0] for row in db.execute(_USED_BY.format(seen=seen), (layer_id, digest, *closed, most))]
                spec = db.execute(_SPEC_THEN, (layer_id, digest)).fetchone()[0]
                found.append(Use(digest, LayerSpec.model_validate_json(spec), count, tuple(ids)))
        return found

    def amend(self, check_id: str, case: Case) -> None:
        """Replace the case of a check, as after a review; the former case is kept.

        Raises
        ------
        BadInput
            If there is no check of that id.
        """
        assignments = ", ".join(f"{name} = :{name}" for name in CASE_FIELDS)
        query = f"UPDATE checks SET {assignments} WHERE id = :id"  # noqa: S608 (names are ours)
        with self.database.writing() as db:
            found = self._closed.sees(db, check_id.strip().upper())
            done = db.execute(query, asdict(case) | {"id": check_id.strip().upper() if found else ""})
        if done.rowcount == 0:
            raise BadInput("ledger.no_such_check", id=check_id[:40])

    def amendments(self, check_id: str) -> list[tuple[str, Case]]:
        """Return the former cases of a check with the time of each amendment, the latest first."""
        with self.database.reading() as db:
            seen = self._closed.condition("amendments.check_id")
            query = f"SELECT * FROM amendments WHERE check_id = ? AND {seen} ORDER BY number DESC"  # noqa: S608 (ours)
            rows = db.execute(query, (check_id, *self._closed.values)).fetchall()
        return [(r["amended_at"], _case(r)) for r in rows]


def _ours(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return sites without the attributes of their source, which the stored input has."""
    return frame[list(frame.columns[: list(frame.columns).index("geometry") + 1])]


def _layer_row(layer: Layer, kept: Kept, withheld: set[str]) -> dict[str, Any]:
    """Store the content of a layer; return its row. A raster is neither measured nor stored.

    A corridor along a layer that must not leave may stand here without that layer, so its own entry says so too.
    """
    name = kept.put_frame(layer.frame) if layer.frame is not None else None
    own = layer.spec.model_copy(update={"export": "none"}) if layer.id in withheld else layer.spec
    spec = own.model_dump_json()
    return {"layer": layer.id, "state": layer.state, "digest": layer.digest, "kept": name, "spec": spec}


def _gravest(report: Report) -> str:
    """Return the gravest verdict of a report's sites."""
    found = {site["verdict"] for site in report["sites"]}
    return next((verdict for verdict in _GRAVEST_FIRST if verdict in found), "not_checked")


def _free_id(db: sqlite3.Connection) -> str:
    """Return an unused check id: the day in the office's zone and four letters."""
    day = f"{today():%Y%m%d}"
    while True:
        found = f"R{day}-{''.join(secrets.choice(_LETTERS) for _ in range(4))}"
        if db.execute("SELECT 1 FROM checks WHERE id = ?", (found,)).fetchone() is None:
            return found


def _insert(db: sqlite3.Connection, table: str, row: Mapping[str, Any]) -> None:
    names = ", ".join(row)
    marks = ", ".join(f":{name}" for name in row)
    db.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", dict(row))  # noqa: S608 (names are ours)


def _seal(row: Any, layers: Any) -> str:
    """Return the hash over all columns of a record that must not change."""
    fixed = {name: row[name] for name in _SEALED}
    seen = [{name: layer[name] for name in ("layer", "state", "digest", "kept", "spec")} for layer in layers]
    return sha256(canonical([fixed, seen]).encode()).hexdigest()


def _case(row: Any) -> Case:
    return Case(**{name: row[name] for name in CASE_FIELDS})


def _put_id(report: Report, check_id: str) -> None:
    """Write a check's id into its report: the id is assigned when the report is stored."""
    report["check_id"] = check_id
    for site in report["sites"]:
        site["check_id"] = check_id
