"""Finished files given to the session that ordered them: by a signed address, from the disk, never from memory."""

from __future__ import annotations

from itsdangerous import BadSignature
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from streamlit import config

from views.server.job_queue import KEEP_SECONDS, Job, jobs
from views.server.signing import signer

__all__ = ["address_of", "give", "root"]

_SALT = "redline-downloads"
_SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
    "Content-Security-Policy": "sandbox",
}


def root() -> str:
    """Return where our own addresses begin, under the base path that Streamlit is served from."""
    base = (config.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}/redline" if base else "/redline"


def address_of(job: Job) -> str:
    """Return the address of a finished file, good for this session's job as long as the file is kept."""
    return f"{root()}/take/{signer(_SALT).dumps([job.owner, job.id])}"


def give(request: Request) -> Response:
    """Send a file as an attachment; what is not signed, not done or no longer there is not found."""
    try:
        owner, job_id = signer(_SALT).loads(request.path_params["token"], max_age=int(2 * KEEP_SECONDS))
    except (BadSignature, ValueError, TypeError):
        return PlainTextResponse("403", 403, headers=_SAFE)
    job = jobs().get(str(job_id), str(owner))
    if job is None or job.path is None or not job.path.is_file():
        return PlainTextResponse("404", 404, headers=_SAFE)
    return FileResponse(job.path, filename=job.path.name, media_type="application/octet-stream", headers=_SAFE)
