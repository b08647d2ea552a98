"""Small programs that keep the house in order; each has a test."""
