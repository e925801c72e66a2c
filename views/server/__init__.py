"""What the server does for every session: routes, jobs, downloads, start-up."""

from views.server.downloads import address_of
from views.server.endpoints import FIND_PATH, FROM_COMPONENT, base_file, new_token, routes, session_token, tiles_folder
from views.server.job_queue import KEEP_SECONDS, Job, Work, jobs
from views.server.startup import prepare
from views.server.suggestions import hit_title, search_index, suggestion

__all__ = [
    "FIND_PATH",
    "FROM_COMPONENT",
    "KEEP_SECONDS",
    "Job",
    "Work",
    "address_of",
    "base_file",
    "hit_title",
    "jobs",
    "new_token",
    "prepare",
    "routes",
    "search_index",
    "session_token",
    "suggestion",
    "tiles_folder",
]
