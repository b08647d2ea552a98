"""The HTTP interface: one file per resource; docs/api/openapi.yaml is generated from it."""
