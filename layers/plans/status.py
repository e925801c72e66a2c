"""Status of a work (planned, under way, done) derived from the verb that a plan document uses of it."""

from __future__ import annotations

from typing import Final, Literal

__all__ = ["Status", "status_of"]

Status = Literal["planned", "under_way", "done"]

PAST: Final = "（已）"
"""Put before a word that the document says of what has happened; ours, as is `FUTURE`."""
FUTURE: Final = "（将）"

_FINISHED: Final = ("建成", "建立", "打造", "完成", "运行", "上线", "投用", "投运", "推广", "入选", "形成")
_STARTED: Final = ("启动", "开工", "开展", "建设", "实施", "推进", "采用")
_AHEAD: Final = (
    FUTURE, "前期工作", "拟", "谋划", "探索", "争取", "适时", "创建", "争创", "申报", "鼓励", "支持",
)  # fmt: skip
_RUNNING: Final = (
    "加快", "持续", "继续", "深入", "纵深", "深化", "进一步", "加强", "强化", "巩固", "完善", "做大做强",
)  # fmt: skip
"""Only these presuppose a beginning; 推进, however vigorous or orderly (积极、扎实、稳步、有序), is a task set."""


def status_of(word: str) -> Status:
    """Return the status that a document's wording implies.

    Parameters
    ----------
    word : str
        The word as printed; ``（已）`` before it where the document tells of what has happened, ``（将）`` where of
        what is to come.

    Returns
    -------
    {"planned", "under_way", "done"}
        What has happened is done where it was finished, put to use or is held up as an example, under way where it was
        begun. Of the rest, what is only prepared, applied for, explored or supported is planned; then what is to be
        sped up, continued, deepened, strengthened or completed is under way, for it must have begun; every other task
        is planned: nobody says that it has begun.

    Examples
    --------
    >>> [status_of(word) for word in ("推进", "加快推进", "加快…前期工作", "（已）建成", "（已）启动")]
    ['planned', 'under_way', 'planned', 'done', 'under_way']
    """
    if word.startswith(PAST):
        if any(sign in word for sign in _FINISHED):
            return "done"
        return "under_way" if any(sign in word for sign in _STARTED) else "planned"
    if any(sign in word for sign in _AHEAD):
        return "planned"
    return "under_way" if any(sign in word for sign in _RUNNING) else "planned"
