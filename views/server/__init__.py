"""Server side shared by all sessions: routes, export jobs, downloads, place search, preparation of tiles."""

from views.server.downloads import download_url, logout_url
from views.server.endpoints import (
    FIND_PATH,
    FROM_COMPONENT,
    new_token,
    relief_file,
    routes,
    session_token,
    tiles_folder,
)
from views.server.export_process import make_file, prepare_exports
from views.server.job_queue import KEEP_SECONDS, Job, Work, jobs
from views.server.offers import offer
from views.server.shell_files import middleware
from views.server.sign_in_ready import refuse_unready_sign_in, secrets_file
from views.server.startup import prepare_panels, prepare_tiles
from views.server.suggestions import hit_title, search_index, suggestion

__all__ = [
    "FIND_PATH",
    "FROM_COMPONENT",
    "KEEP_SECONDS",
    "Job",
    "Work",
    "download_url",
    "hit_title",
    "jobs",
    "logout_url",
    "make_file",
    "middleware",
    "new_token",
    "offer",
    "prepare_exports",
    "prepare_panels",
    "prepare_tiles",
    "refuse_unready_sign_in",
    "relief_file",
    "routes",
    "search_index",
    "secrets_file",
    "session_token",
    "suggestion",
    "tiles_folder",
]
