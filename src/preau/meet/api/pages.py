"""The web client: its built files, and the same page for every address that is a page's."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.staticfiles import StaticFiles

STATIC_DIR = Path(__file__).parent.parent / "static"
_FOREVER = "public, max-age=31536000, immutable"
_BRIEFLY = "public, max-age=3600"
_NOT_BUILT = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Préau</title>
<h1>Préau runs, but its web client is not built.</h1>
<p>In the project's folder, run <code>make build</code> (or <code>npm run build</code> in <code>web/</code>),
then load this page again. The HTTP interface answers already.</p></html>
"""


class _Assets(StaticFiles):
    """Files whose names carry a hash of their content: they never change."""

    def file_response(self, *args: object, **kwargs: object) -> Response:
        response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]  # passed on as it came
        response.headers["cache-control"] = _FOREVER
        return response


def install(app: FastAPI, static_dir: Path = STATIC_DIR) -> None:
    """Serve the client's files and, for everything else that wants a page, its index."""
    # Compressed here and nowhere else: these files hold no secret whose length could be probed.
    assets = GZipMiddleware(_Assets(directory=static_dir / "assets", check_dir=False), minimum_size=1024)
    app.mount("/assets", assets, name="assets")

    @app.api_route("/{path:path}", methods=["GET", "HEAD"], include_in_schema=False)
    def page(path: str, request: Request) -> Response:
        if path == "api" or path.startswith("api/"):
            raise HTTPException(404)
        found = _plain_file(static_dir, path)
        if found is not None:
            return FileResponse(found, headers={"cache-control": _BRIEFLY})
        if "text/html" not in request.headers.get("accept", "*/*").replace("*/*", "text/html"):
            raise HTTPException(404)
        index = static_dir / "index.html"
        if not index.is_file():
            return HTMLResponse(_NOT_BUILT, 503)
        return FileResponse(index, headers={"cache-control": "no-store"})


def _plain_file(static_dir: Path, path: str) -> Path | None:
    """A file at the top of the client's folder (icon, manifest, robots.txt), never one outside it."""
    if not path or "/" in path or "\\" in path or "\0" in path or path in {".", "..", "index.html"}:
        return None
    try:
        found = static_dir / path
        return found if found.is_file() else None
    except (OSError, ValueError):
        return None
