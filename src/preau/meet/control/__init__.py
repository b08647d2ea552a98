"""The control channel: WebSockets in front of the pure rooms of `live` (docs/protocol/control.md)."""
