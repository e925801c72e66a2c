"""Sites against layers: findings and a verdict."""
