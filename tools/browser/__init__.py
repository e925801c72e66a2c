"""The app in a browser: how scripts and tests serve it, pictures, walks, tests under load."""
