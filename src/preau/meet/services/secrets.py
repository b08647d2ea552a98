"""Secrets handed out once and kept only as hashes; 256 random bits need no slow hash."""

from __future__ import annotations

import base64
import hashlib

from preau.meet.services.ports import Randomness

SECRET_BYTES = 32
SECRET_CHARACTERS = 43


def new_secret(randomness: Randomness) -> str:
    """43 characters that are safe in a link and in a cookie."""
    return base64.urlsafe_b64encode(randomness.draw(SECRET_BYTES)).rstrip(b"=").decode()


def secret_link(public_url: str, page: str, secret: str) -> str:
    """The link that carries a secret to a page: behind `#`, which browsers send nowhere.

    No server, proxy or page on the way sees it, and so no log has it.
    """
    return f"{public_url}/{page}#{secret}"


def hash_of(secret: str) -> str:
    """What is stored in place of the secret."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
