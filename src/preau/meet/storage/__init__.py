"""The database behind the services' ports: SQLite or PostgreSQL through SQLAlchemy Core."""
