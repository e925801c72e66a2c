"""Serve finished export files from the disk by a signed URL, which only the session that ordered them gets.

Where people sign in, the address is worth something to the one who ordered the file only.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from itsdangerous import BadSignature
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from streamlit import config

from geo.errors import RedlineError
from views.server.job_queue import KEEP_SECONDS, Job, jobs
from views.server.signing import signer
from views.session import person

__all__ = ["HEADERS", "attachment", "download_url", "gone", "logout_url", "send_file", "url_prefix"]

_SALT = "redline-downloads"
HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
    "Content-Security-Policy": "sandbox",
}


def url_prefix() -> str:
    """Return the path prefix of this product's own routes, under the base path that Streamlit is served from."""
    base = (config.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}/redline" if base else "/redline"


def logout_url() -> str:
    """Return the path at which Streamlit's login forgets who one is."""
    return f"{url_prefix().removesuffix('/redline')}/auth/logout"


def download_url(job: Job) -> str:
    """Return the signed URL of a job's file; valid as long as the file is kept."""
    return f"{url_prefix()}/take/{signer(_SALT).dumps([job.owner, job.id, person().name])}"


def send_file(request: Request) -> Response:
    """Return the file of a job as an attachment; 404 if the signature is invalid or there is no finished file."""
    try:
        owner, job_id, name = signer(_SALT).loads(request.path_params["token"], max_age=int(2 * KEEP_SECONDS))
    except (BadSignature, ValueError, TypeError):
        return gone()
    if name != person().name:  # an address that somebody passed on
        return gone()
    job = jobs().get(str(job_id), str(owner))
    if job is None or job.path is None or not job.path.is_file():
        return gone()
    return FileResponse(job.path, filename=job.path.name, media_type="application/octet-stream", headers=HEADERS)


def attachment(content: bytes, name: str) -> Response:
    """Return content as a file to be saved under a name."""
    disposition = f"attachment; filename*=utf-8''{quote(name, safe='')}"
    headers = {**HEADERS, "Content-Disposition": disposition}
    return Response(content, media_type="application/octet-stream", headers=headers)


def gone() -> Response:
    """Return 404 with a sentence in both languages: the address alone does not say whose it was."""
    fault = RedlineError("take.gone")
    return PlainTextResponse(f"{fault.text('zh')}\n{fault.text('en')}", 404, headers=HEADERS)
