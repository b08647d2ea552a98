"""This server: what it is, whether it answers, and what its media server tells it."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import Annotated

from fastapi import APIRouter, Header, Request, Response
from fastapi.concurrency import run_in_threadpool

from preau.meet.api.context import PartsOf, Visitor
from preau.meet.api.errors import documented
from preau.meet.api.models import AccountAnswer, Health, Instance, Media, VisitorAnswer
from preau.meet.api.rights import RightsFirst
from preau.meet.domain.accounts import LANGUAGES
from preau.meet.domain.errors import DomainError, ErrorCode
from preau.meet.log import LogEvent, log_event
from preau.meet.services.accounts import is_set_up
from preau.meet.services.cases import open_cases
from preau.meet.services.health import health_of
from preau.meet.services.media import lost_before, note_refused_call, take_news

router = APIRouter(tags=["instance"], route_class=RightsFirst)
health_router = APIRouter(tags=["instance"])


def _installed_version() -> str:
    """The package's version; a source tree that was never installed has none."""
    try:
        return version("preau")
    except PackageNotFoundError:
        return "development"


_VERSION = _installed_version()


@router.get("/instance")
def instance(parts: PartsOf) -> Instance:
    """What this server is."""
    return Instance(
        name="Préau",
        version=_VERSION,
        set_up=is_set_up(parts.world),
        media=Media(encrypted=False),
        languages=list(LANGUAGES),
        sends_mail=parts.world.sends_mail,
    )


@router.get("/visitor")
def visitor(account: Visitor, parts: PartsOf) -> VisitorAnswer:
    """Who is signed in in this browser, if anybody is. Nobody is an answer as well, and no error."""
    if account is None:
        return VisitorAnswer()
    return VisitorAnswer(account=AccountAnswer.of(account), open_cases=open_cases(parts.world, account))


@router.post(
    "/webhooks/livekit",
    status_code=204,
    response_class=Response,
    responses=documented(ErrorCode.NOT_ALLOWED, ErrorCode.TOO_LARGE),
)
async def livekit_webhook(
    request: Request, parts: PartsOf, authorization: Annotated[str, Header()] = ""
) -> None:
    """What the media server tells; believed only with its signature."""
    # By the head first: strangers have nothing read.
    is_signed = await run_in_threadpool(parts.news.is_signed, authorization)
    body = (await request.body()).decode("utf-8", "replace") if is_signed else ""
    news = await run_in_threadpool(parts.news.read, body, authorization) if is_signed else None
    if news is None:
        log_event(LogEvent.WEBHOOK_REFUSED)
        raise DomainError(ErrorCode.NOT_ALLOWED, "The signature is not the media server's.")
    lost = lost_before(news)
    if lost:
        log_event(LogEvent.MEDIA_NEWS_LOST, times=lost)
    if await run_in_threadpool(note_refused_call, parts.world, news):
        return
    if take_news(news, parts.rooms, parts.media):
        log_event(LogEvent.MEDIA_STRANGER_REMOVED, occurrence_id=news.room)


@health_router.get(
    "/healthz",
    response_model_exclude_none=True,
    responses={503: {"model": Health, "description": "The database cannot be used just now."}},
)
def health(parts: PartsOf, response: Response) -> Health:
    """Whether the server answers and can keep what it is told."""
    response.status_code, body = health_of(parts.world.store.trouble)
    return Health.model_validate(body)
