"""The project to be checked (activity, flags, kind of works) and the day whose law applies."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import pandas as pd

from geo.errors import BadInput
from layers.clock import today
from layers.law import ANY_ACTIVITY, FLAGS, read_law
from layers.paths import law_folder
from siting.law.rule_tables import FilesStamp, stamp_of

__all__ = ["NOT", "UNKNOWN_PROJECT", "WORKS", "Project", "day_of", "law_table", "project_of"]

WORKS: Final = ("new", "rebuild", "expand")
"""新建, 改建, 扩建."""
NOT: Final = "no-"
"""Before a flag: the question was asked and the answer is no."""


@dataclass(frozen=True)
class Project:
    """A project: what is to be built, and what is known of it.

    Attributes
    ----------
    activity : str
        A code of ``activities.csv``.
    flags : frozenset of str
        What is true of it: by its kind, or as answered and declared.
    open_flags : frozenset of str
        What may be true of it and nobody has answered.
    works : str
        One of `WORKS`.
    """

    activity: str
    flags: frozenset[str]
    open_flags: frozenset[str]
    works: str

    @property
    def is_known(self) -> bool:
        """Whether an activity was named."""
        return self.activity != ANY_ACTIVITY


UNKNOWN_PROJECT: Final = Project(ANY_ACTIVITY, frozenset(), frozenset(FLAGS), "new")
"""No activity named: only rules for every activity concern it, and every question about it is open."""


def law_table(name: str, folder: Path | None = None) -> pd.DataFrame:
    """Return a table of law, in use or of a folder, cached while its files stay the same. Do not change it."""
    where = folder or law_folder()
    return _kept_table(name, where, stamp_of(where))


@lru_cache(maxsize=64)
def _kept_table(name: str, folder: Path, _: FilesStamp) -> pd.DataFrame:
    return read_law(name, folder)


def day_of(as_of: str | dt.date | None) -> str:
    """Return the day whose law applies as ``YYYY-MM-DD``; today, in the office's zone, by default.

    Raises
    ------
    BadInput
        If the text is no day.
    """
    if as_of is None:
        return today().isoformat()
    if isinstance(as_of, dt.date):
        return as_of.isoformat()[:10]
    fault = BadInput("siting.no_day", value=as_of)
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", as_of):
        raise fault
    try:
        return dt.date.fromisoformat(as_of).isoformat()
    except ValueError:
        raise fault from None


def project_of(
    activity: str | None,
    flags: Mapping[str, bool] | Iterable[str] = (),
    works: str = "new",
    *,
    law: Path | None = None,
) -> Project | None:
    """Return the project of an activity, answered flags and kind of works.

    Parameters
    ----------
    activity : str or None
        A code of ``activities.csv``; None: no project, and no rule applies.
    flags : mapping of str to bool, or iterable of str
        Answers: codes of ``layers.law.schema.FLAGS``. In an iterable, ``no-`` before a code says no.
    works : str
        ``new``, ``rebuild`` or ``expand``.
    law : Path, optional
        Folder of the tables; default: those in use.

    Raises
    ------
    BadInput
        On an unknown activity, flag or kind of works, and where an answer denies what every such project is.
    """
    if works not in WORKS:
        raise BadInput("siting.no_works", value=works, known="、".join(WORKS))
    answers = _answers(flags)
    if activity is None:
        return None
    known = law_table("activities", law).set_index("code")
    if activity not in known.index:
        raise BadInput("siting.no_activity", value=activity, known="、".join(known.index))
    own = frozenset(filter(None, str(known.loc[activity, "flags"]).split(";")))
    may = frozenset(filter(None, str(known.loc[activity, "may_flags"]).split(";")))
    for flag in sorted(own):
        if answers.get(flag) is False:
            raise BadInput("siting.flag_fixed", value=flag, activity=known.loc[activity, "name"])
    yes = own | {flag for flag, answer in answers.items() if answer}
    return Project(activity, frozenset(yes), may - frozenset(answers) - own, works)


def _answers(flags: Mapping[str, bool] | Iterable[str]) -> dict[str, bool]:
    """Return each flag with its answer, yes or no."""
    answers = dict(flags) if isinstance(flags, Mapping) else {f.removeprefix(NOT): not f.startswith(NOT) for f in flags}
    for flag in answers:
        if flag not in FLAGS:
            raise BadInput("siting.no_flag", value=flag, known="、".join(FLAGS))
    return answers
