"""A room while it runs: participants, tracks, subscriptions, speakers, data. Input and time to effects."""
