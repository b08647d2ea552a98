"""LiveKit-compatible media server: signalling, rooms and server API in Python; packets in Rust."""

#: The LiveKit release whose public behaviour is spoken. Clients use the number as a feature switch.
COMPATIBLE_VERSION = "1.13.5"
#: Highest signalling protocol spoken; clients that report more are treated as speaking this one.
PROTOCOL_VERSION = 17
