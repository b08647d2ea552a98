"""The HTTP interface put together."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from preau.meet.api import (
    accounts,
    administration,
    errors,
    house,
    instance,
    links,
    meetings,
    own_account,
    pages,
    rosters,
)
from preau.meet.api.context import Parts
from preau.meet.api.guard import App, DeviceCookie, Guard, security_headers
from preau.meet.api.refused import count_foreign
from preau.meet.services.secrets import new_secret

DESCRIPTION = """The HTTP interface of a Préau server. JSON in and out, times in ISO 8601 UTC.

Every error has the form `{"error": {"code", "message", "fields"?}}`; `code` is stable. Sign-in state is
on the server; the cookie `__Host-preau_signin` (`preau_signin` without https) is its key. Requests that
change something are refused with `not-allowed` when their `Origin` is another one. Secrets of links come in
bodies, never in a path. Meetings themselves run over the control channel (docs/protocol/control.md).

While the database cannot be used, any request can be answered with 503 and `not-saved`: nothing was
changed, and `retry-after` says when to try again. `/healthz` then answers 503 too."""


def build_interface() -> FastAPI:
    """The documented interface, without the parts that it needs to run."""
    app = FastAPI(
        title="Préau",
        version="1",
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        redirect_slashes=False,
    )
    errors.install(app)
    resources = (instance, accounts, own_account, meetings, links, house, administration, rosters)
    for resource in resources:
        app.include_router(resource.router, prefix="/api/v1")
    app.include_router(instance.health_router)
    app.openapi = lambda: _document(app)  # type: ignore[method-assign]  # FastAPI's documented way to extend it
    return app


def _document(app: FastAPI) -> dict[str, Any]:
    """FastAPI's document, less the answer it adds to every operation that takes a parameter.

    Texts in paths and headers are never refused for their form; bodies are, in the one form of every error.
    """
    if app.openapi_schema is None:
        made = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes
        )
        foreign = {"$ref": "#/components/schemas/HTTPValidationError"}
        for path in made["paths"].values():
            for operation in path.values():
                unprocessable = operation["responses"].get("422", {})
                if unprocessable.get("content", {}).get("application/json", {}).get("schema") == foreign:
                    del operation["responses"]["422"]
        for name in ("HTTPValidationError", "ValidationError"):
            made["components"]["schemas"].pop(name, None)
        app.openapi_schema = made
    return app.openapi_schema


def build_app(parts: Parts, allowed_origins: frozenset[str], media_origins: tuple[str, ...]) -> App:
    """The whole HTTP side: the interface, the web client, and what guards both."""
    app = build_interface()
    app.state.parts = parts
    pages.install(app)
    guarded: Any = app
    device = DeviceCookie(lambda: new_secret(parts.world.randomness), is_https=parts.is_https)
    headers = security_headers(media_origins, is_https=parts.is_https)
    return Guard(guarded, allowed_origins, headers, device, lambda path: count_foreign(parts.world, path))
