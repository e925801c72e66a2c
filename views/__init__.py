"""Streamlit pages and panels; nothing is computed here."""
