"""Errors as answers: one table from code to status, one form for every body."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from preau.meet.api.models import ErrorAnswer
from preau.meet.api.refused import count_limit, note_refused_act
from preau.meet.domain.errors import DomainError, ErrorCode
from preau.meet.log import LogEvent, log_event

STATUS: Mapping[ErrorCode, int] = {
    ErrorCode.BAD_REQUEST: 400,
    ErrorCode.INVALID_FIELDS: 422,
    ErrorCode.NOT_SIGNED_IN: 401,
    ErrorCode.NOT_ALLOWED: 403,
    ErrorCode.NOT_FOUND: 404,
    ErrorCode.MEETING_UNKNOWN: 404,
    ErrorCode.PASSCODE_NEEDED: 403,
    ErrorCode.PASSCODE_WRONG: 403,
    ErrorCode.RULE_LOCKED: 409,
    ErrorCode.CASE_UNKNOWN: 404,
    ErrorCode.TOO_LATE_TO_REPORT: 404,
    ErrorCode.LINK_EXPIRED: 404,
    ErrorCode.SIGN_IN_FAILED: 401,
    ErrorCode.SIGN_IN_AGAIN: 403,
    ErrorCode.ACCOUNT_DISABLED: 403,
    ErrorCode.LAST_ADMINISTRATOR: 409,
    ErrorCode.RATE_LIMITED: 429,
    ErrorCode.TOO_LARGE: 413,
    ErrorCode.FILE_UNREADABLE: 422,
    ErrorCode.ALREADY_SET_UP: 409,
    ErrorCode.CONFLICT: 409,
    ErrorCode.NOT_SAVED: 503,
    ErrorCode.INTERNAL: 500,
}

_REFUSED_ACTS = frozenset({ErrorCode.NOT_SIGNED_IN, ErrorCode.NOT_ALLOWED, ErrorCode.NOT_FOUND})

_BY_STATUS: Mapping[int, tuple[ErrorCode, str]] = {
    404: (ErrorCode.NOT_FOUND, "There is nothing here under this address."),
    405: (ErrorCode.BAD_REQUEST, "This address does not take this method."),
    408: (ErrorCode.BAD_REQUEST, "The request took too long to arrive."),
    413: (ErrorCode.TOO_LARGE, "The request is too large."),
    429: (ErrorCode.RATE_LIMITED, "Too much at once; wait a moment and try again."),
}


def documented(*codes: ErrorCode) -> dict[int | str, dict[str, Any]]:
    """The `responses` of an operation that can refuse with these codes."""
    by_status: dict[int | str, dict[str, Any]] = {}
    for code in codes:
        known = by_status.setdefault(STATUS[code], {"model": ErrorAnswer, "description": ""})
        known["description"] = f"{known['description']} {code.value}".strip()
    return by_status


def answer(error: DomainError) -> JSONResponse:
    """The response for a refusal."""
    body: dict[str, Any] = {"code": error.code.value, "message": error.message}
    if error.fields:
        body["fields"] = error.fields
    headers = {} if error.retry_after_s is None else {"retry-after": str(error.retry_after_s)}
    return JSONResponse({"error": body}, STATUS[error.code], headers)


async def _on_domain_error(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, DomainError):
        raise error
    if error.code is ErrorCode.RATE_LIMITED:
        count_limit(request)
    if error.code in _REFUSED_ACTS:
        await run_in_threadpool(note_refused_act, request)
    return answer(error)


async def _on_http_error(_request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, HTTPException):
        raise error
    code, message = _BY_STATUS.get(
        error.status_code, (ErrorCode.BAD_REQUEST, "The request is not understood.")
    )
    body = {"error": {"code": code.value, "message": message}}
    return JSONResponse(body, error.status_code, error.headers)


async def _on_invalid(_request: Request, error: Exception) -> JSONResponse:
    """A body that is no JSON is `bad-request`; JSON of another form is `invalid-fields`, field by field."""
    if not isinstance(error, RequestValidationError):
        raise error
    problems = error.errors()
    if any(problem["type"] == "json_invalid" for problem in problems):
        return answer(DomainError(ErrorCode.BAD_REQUEST, "The body is not valid JSON."))
    fields = {str(problem["loc"][-1]): _reason(problem) for problem in problems}
    return answer(DomainError(ErrorCode.INVALID_FIELDS, "Some fields are not right.", fields))


def _reason(problem: Mapping[str, Any]) -> str:
    return "This is needed." if problem["type"] == "missing" else f"{problem['msg']}."


async def _on_bug(_request: Request, error: Exception) -> JSONResponse:
    log_event(LogEvent.INTERNAL_ERROR, error=type(error).__name__)
    return answer(DomainError(ErrorCode.INTERNAL, "Something went wrong on the server."))


def install(app: FastAPI) -> None:
    """Answer every error of the interface in the one form."""
    app.add_exception_handler(DomainError, _on_domain_error)
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(Exception, _on_bug)
