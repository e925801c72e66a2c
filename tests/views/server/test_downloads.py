"""The route that gives finished files: signed, for the job's own session, whole and as an attachment."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

import pytest
from starlette.applications import Starlette

from geo.progress import Progress
from tests.helpers import run_to_end
from views.server import downloads
from views.server import endpoints as serving
from views.server import job_queue as jobs
from views.server import signing as tokens
from views.server.job_queue import Job, Jobs


@dataclass
class Answer:
    status_code: int
    headers: dict[str, str]
    content: bytes


class Client:
    """Asks the routes as a browser does, without a network."""

    def get(self, path: str) -> Answer:
        sent: list[dict] = []
        app = Starlette(routes=serving.routes())

        asked: list[int] = []

        async def receive() -> dict:
            if asked:
                await asyncio.Event().wait()  # nothing more comes
            asked.append(1)
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: dict) -> None:
            sent.append(message)

        scope = {
            "type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b"",
            "root_path": "", "headers": [], "scheme": "http", "server": ("127.0.0.1", 80), "http_version": "1.1",
        }  # fmt: skip
        run_to_end(app(scope, receive, send))
        headers = {key.decode().lower(): value.decode() for key, value in sent[0]["headers"]}
        return Answer(sent[0]["status"], headers, b"".join(message.get("body", b"") for message in sent[1:]))


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("REDLINE_HOME", str(tmp_path))
    tokens.signing_key.cache_clear()
    store = Jobs(tmp_path / "exports", workers=1)
    monkeypatch.setattr(downloads, "jobs", lambda: store)

    def work(folder: Path, progress: Progress) -> Path:
        path = folder / "抚州 图.html"
        path.write_bytes(b"<script>alert(1)</script>" * 1000)
        return path

    job = store.start("me", "a", work)
    assert job.task.ended.wait(20)
    yield job, store, Client()
    store.close()
    tokens.signing_key.cache_clear()


def test_the_file_comes_whole_as_an_attachment(made: tuple[Job, Jobs, Client]) -> None:
    job, _, client = made
    answer = client.get(downloads.download_url(job))
    assert answer.status_code == 200
    assert job.path is not None
    assert answer.content == job.path.read_bytes()
    assert answer.headers["content-disposition"].startswith("attachment; filename*=utf-8''%E6%8A%9A")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "no-store" in answer.headers["cache-control"]


def test_nobody_else_gets_it(made: tuple[Job, Jobs, Client]) -> None:
    job, store, client = made
    address = downloads.download_url(job)
    assert client.get(address[:-3] + "abc").status_code == 404
    assert client.get("/redline/take/" + tokens.signer("redline-tiles").dumps([job.owner, job.id])).status_code == 404
    other = Job(job.id, "another", "", job.task)
    assert client.get(downloads.download_url(other)).status_code == 404
    assert client.get("/redline/take/../../token.key").status_code == 404
    store.drop(job)
    answer = client.get(address)
    assert answer.status_code == 404
    assert "content-disposition" not in answer.headers, "the sentence would be saved as a file"
    assert "不再提供下载" in answer.content.decode()
    assert "can no longer be downloaded" in answer.content.decode()


def test_the_store_of_the_server_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDLINE_HOME", str(tmp_path))
    jobs.jobs.cache_clear()
    assert jobs.jobs() is jobs.jobs()
    jobs.jobs().close()
    jobs.jobs.cache_clear()
