"""What scripts and tests share that drive the app in a browser."""
