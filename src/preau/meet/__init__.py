"""The meeting platform: accounts, meetings, rooms that run; media is reached through LiveKit's public API."""
