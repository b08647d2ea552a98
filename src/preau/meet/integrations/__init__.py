"""The world outside: media servers that speak LiveKit's public API. Each has a Null twin."""
