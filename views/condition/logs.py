"""The log of the server: one event a line, as text or JSON, without coordinates, addresses of mail or tokens.

Ours and Streamlit's events go the same way to standard error, where the system's journal takes them up. What somebody
did and when is in the audit log (`layers.access`), not here.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from contextlib import suppress
from typing import Any, Final, Literal, TextIO

import streamlit.logger
import structlog

from geo.errors import RedlineError
from layers.paths import home

__all__ = ["LogForm", "configure_logs", "log_handler", "scrubbed"]

LogForm = Literal["text", "json"]
_PRIVATE: Final = (
    (re.compile(r"(/redline/(?:file|take|tiles/[\w-]{1,60})/)[^\s\"']{1,2000}"), r"\1…"),
    (re.compile(r"\?[\w%.~-]{1,100}=[^\s\"']{0,2000}"), "?…"),
    (re.compile(r"[\w.+-]{1,100}@[\w-]{1,100}(?:\.[\w-]{1,100}){1,10}"), "…@…"),
    (re.compile(r"\d{1,3}\s?°[^\s,;，；)]{0,40}"), "…°"),
    (re.compile(r"(?<![\w.])-?\d{1,9}\.\d{3,20}"), "…"),
    (re.compile(r"(?<![\w.])-?\d{6,8}\.\d{1,20}"), "…"),
)
"""Tokens in addresses, queries (where the map stands), mail, coordinates in degrees and metres; and what takes their
place."""


def configure_logs(form: LogForm) -> None:
    """Let all events of this process go to standard error in a form."""
    handler = log_handler(form, sys.stderr)
    for name in ("", "redline"):
        logger = logging.getLogger(name)
        logger.handlers[:] = [handler]
    logging.getLogger("redline").propagate = False

    def as_ours(logger: logging.Logger) -> None:
        logger.handlers[:] = [handler]

    streamlit.logger.setup_formatter = as_ours  # of the loggers that it makes from now on
    streamlit.logger.update_formatter()


def log_handler(form: LogForm, stream: TextIO) -> logging.Handler:
    """Return a handler that writes each event as one line of text or JSON; a traceback is part of its event."""
    last: structlog.types.Processor
    if form == "json":
        last = structlog.processors.JSONRenderer(ensure_ascii=False)
    else:
        last = structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"], drop_missing=True)
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[
                structlog.stdlib.add_log_level,
                structlog.stdlib.add_logger_name,
                structlog.stdlib.ExtraAdder(),
                structlog.processors.TimeStamper(fmt="iso", utc=True),
            ],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                _without_private,
                last,
            ],
        )
    )
    return handler


def scrubbed(text: str) -> str:
    """Return a text without what is private.

    Examples
    --------
    >>> scrubbed("TopologyException at 117.05213 27.70118 of li.si@bureau.gov.cn")
    'TopologyException at … … of …@…'
    """
    for pattern, instead in _PRIVATE:
        text = pattern.sub(instead, text)
    with suppress(RedlineError):  # a data folder that cannot be made
        text = text.replace(str(home()), "$REDLINE_HOME")
    return text


def _without_private(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {
        key: scrubbed(value) if isinstance(value, str) and key != "timestamp" else value for key, value in event.items()
    }
