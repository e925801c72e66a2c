"""What the tests have loaded beforehand."""
