"""The door: pages and the routes that serve tiles and assets. ``make run`` or ``redline serve`` opens it."""

from __future__ import annotations

import streamlit as st

from views.server import routes

app = st.App("views/shell.py", routes=routes())
