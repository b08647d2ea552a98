"""Alembic migrations, shipped with the package and run by `preau migrate` and at start."""
