"""Export on the screen: the form, the order, the download."""
