"""A meeting while it runs: a pure machine, command + now in, entries of the room log and effects out."""
