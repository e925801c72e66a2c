"""The user's own layers: intake, faults, versions, official databases."""
