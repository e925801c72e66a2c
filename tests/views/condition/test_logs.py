"""Each event of the log is one line, and holds nothing of where somebody looked or who that was."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers import ROOT
from views.condition.logs import LogForm, log_handler, scrubbed


def written(form: LogForm, *events: logging.LogRecord) -> list[str]:
    stream = io.StringIO()
    handler = log_handler(form, stream)
    for event in events:
        handler.handle(event)
    return stream.getvalue().splitlines()


def failed_at(text: str) -> logging.LogRecord:
    try:
        raise ValueError(text)  # noqa: TRY301
    except ValueError:
        return logging.LogRecord("redline", logging.ERROR, __file__, 1, "page %s", ("map",), sys.exc_info())


def test_an_event_is_a_line_of_json_with_its_fields() -> None:
    logger = logging.getLogger("redline")
    plain = logger.makeRecord("redline", logging.WARNING, __file__, 1, "at fault", (), None, extra={"part": "磁盘"})
    first, second = (json.loads(line) for line in written("json", plain, failed_at("inside")))
    assert (first["event"], first["part"], first["level"], first["logger"]) == (
        "at fault",
        "磁盘",
        "warning",
        "redline",
    )
    assert first["timestamp"].endswith("Z")
    assert (second["event"], second["level"]) == ("page map", "error")
    assert "ValueError: inside" in second["exception"]


@pytest.mark.parametrize("form", ["text", "json"])
def test_an_event_with_a_traceback_is_one_line_too(form: LogForm) -> None:
    (line,) = written(form, failed_at("line\nbreak"))
    assert "ValueError" in line


PRIVATE = {
    "degrees": ("TopologyException: side location conflict at 117.05213 27.70118", ("117.05", "27.70")),
    "metres": ("point (39504216.1, 3065210.55) lies outside", ("39504216", "3065210")),
    "sexagesimal": ("at 116°21′30″, 27°45′12″", ("21′30", "45′12")),
    "mail": ("no role for zhang.san@bureau.gov.cn", ("zhang", "bureau")),
    "token": ("GET /redline/take/eyJhbGciOi.x.y and /redline/file/0123abcd", ("eyJ", "0123abcd")),
    "place of the map": ("/?c=117.1,27.7,12&lang=zh", ("117.1", "27.7")),
}


@pytest.mark.parametrize("kind", PRIVATE)
def test_what_is_private_is_not_written(kind: str) -> None:
    text, parts = PRIVATE[kind]
    for record in (failed_at(text), logging.LogRecord("x", logging.INFO, __file__, 1, "%s", (text,), None)):
        (line,) = written("json", record)
        assert not [part for part in parts if part in line], line


def test_what_is_not_private_stays() -> None:
    text = "redline 0.10.0 listens on 127.0.0.1:8501; 39 layers in 1.52 s, 4496 MB"
    assert scrubbed(text) == text


def test_the_data_folder_is_not_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDLINE_HOME", str(tmp_path))
    assert scrubbed(f"{tmp_path}/ledger is full") == "$REDLINE_HOME/ledger is full"


def test_streamlits_events_go_the_same_way() -> None:
    code = (
        "from views.condition import configure_logs\n"
        "configure_logs('json')\n"
        "from streamlit.logger import get_logger\n"
        "get_logger('streamlit.made_later').warning('at 117.05213')\n"
        "import logging; logging.getLogger('another.library').error('of mail a@b.cn')\n"
        "logging.getLogger('redline').warning('ours')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120, check=True
    )
    lines = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
    assert [(line["logger"], line["event"]) for line in lines] == [
        ("streamlit.made_later", "at …"), ("another.library", "of mail …@…"), ("redline", "ours"),
    ]  # fmt: skip
