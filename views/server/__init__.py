"""What the server does for every session: routes, jobs, downloads, start-up."""
