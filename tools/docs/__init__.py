"""Parts of `make docs`: the pages, the assets of the site, the test that it loads nothing from elsewhere."""
