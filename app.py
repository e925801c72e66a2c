"""The Streamlit app: pages and the routes of the product. Started by ``make run`` or ``redline serve``."""

from __future__ import annotations

import streamlit as st

from views.server import middleware, routes

app = st.App("views/shell.py", routes=routes(), middleware=middleware())
