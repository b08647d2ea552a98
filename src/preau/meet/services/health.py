"""What the server says of itself to who watches over it."""

from __future__ import annotations


def health_of(trouble: str | None) -> tuple[int, dict[str, str]]:
    """HTTP status and body of `/healthz`; `trouble` is why the database cannot be used."""
    if trouble is None:
        return 200, {"status": "ok"}
    return 503, {"status": "not-saved", "reason": trouble}
