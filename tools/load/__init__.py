"""Many sessions at once, without browsers: what each gets, how long it takes, and what the server's memory does."""
