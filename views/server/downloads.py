"""Serve finished export files from the disk by a signed URL, which only the session that ordered them gets."""

from __future__ import annotations

from itsdangerous import BadSignature
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from streamlit import config

from views.server.job_queue import KEEP_SECONDS, Job, jobs
from views.server.signing import signer

__all__ = ["download_url", "send_file", "url_prefix"]

_SALT = "redline-downloads"
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
    "Content-Security-Policy": "sandbox",
}


def url_prefix() -> str:
    """Return the path prefix of this product's own routes, under the base path that Streamlit is served from."""
    base = (config.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}/redline" if base else "/redline"


def download_url(job: Job) -> str:
    """Return the signed URL of a job's file; valid as long as the file is kept."""
    return f"{url_prefix()}/take/{signer(_SALT).dumps([job.owner, job.id])}"


def send_file(request: Request) -> Response:
    """Return the file of a job as an attachment: 403 if the signature is invalid, 404 if there is no finished file."""
    try:
        owner, job_id = signer(_SALT).loads(request.path_params["token"], max_age=int(2 * KEEP_SECONDS))
    except (BadSignature, ValueError, TypeError):
        return PlainTextResponse("403", 403, headers=_HEADERS)
    job = jobs().get(str(job_id), str(owner))
    if job is None or job.path is None or not job.path.is_file():
        return PlainTextResponse("404", 404, headers=_HEADERS)
    return FileResponse(job.path, filename=job.path.name, media_type="application/octet-stream", headers=_HEADERS)
