"""LiveKit's protobuf messages to and from our values: the only importer of `livekit.protocol`."""
