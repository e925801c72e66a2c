"""The check of sites against layers under a law of a day, one by one or many."""
