"""The tables that were taken from the plan documents, and the features made of them."""
