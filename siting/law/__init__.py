"""Rules, activities, verdicts and approvals."""
