"""The Indicators page."""
