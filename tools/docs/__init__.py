"""What `make docs` is made of: the pages, what the site needs, whether it loads anything from elsewhere."""
