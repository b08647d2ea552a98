"""One client's signalling connection, as pure machines: messages, offer queue, matching of tracks."""
