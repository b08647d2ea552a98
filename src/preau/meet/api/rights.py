"""Rights before bodies: who may not act is told so without a byte of what was to be sent being read."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import solve_dependencies
from fastapi.routing import APIRoute


class RightsFirst(APIRoute):
    """A route whose dependencies (who asks, from where) are settled by the head.

    FastAPI reads the body first and looks at them then. Here they are looked at before as well; none of them
    changes anything, so twice is once.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, behind its dependencies where it takes a body."""
        handle = super().get_route_handler()
        if self.body_field is None:
            return handle
        by_the_head = Dependant(path=self.path_format, dependencies=list(self.dependant.dependencies))

        async def handle_if_allowed(request: Request) -> Response:
            await solve_dependencies(
                request=request,
                dependant=by_the_head,
                async_exit_stack=request.scope["fastapi_inner_astack"],
                embed_body_fields=False,
            )
            return await handle(request)

        return handle_if_allowed
