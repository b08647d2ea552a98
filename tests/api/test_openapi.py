"""The document of the HTTP interface: what is kept, what is served, and what the server does are one."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
import schemathesis
import yaml
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from preau.meet.api.errors import STATUS
from preau.meet.domain.errors import ErrorCode
from tests.api.conftest import School
from tests.api.openapi_document import KEPT, as_yaml, document
from tests.kit.meet_server import use_sign_in_link

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
# The operations that end or forbid what the others need.
ENDING = {"/api/v1/sign-out"}

schema = schemathesis.openapi.from_dict(document())


def test_the_document_kept_is_the_one_served(visitor: httpx.Client) -> None:
    served = visitor.get("/api/v1/openapi.json").json()
    assert served == document()
    assert KEPT.read_text() == as_yaml(), "generate it anew: python -m tests.api.openapi_document"
    assert yaml.safe_load(KEPT.read_text()) == served


def test_every_error_code_has_one_status_and_is_documented_where_clients_meet_it() -> None:
    assert set(STATUS) == set(ErrorCode)
    described = " ".join(
        answer["description"]
        for path in document()["paths"].values()
        for operation in path.values()
        for answer in operation["responses"].values()
    )
    missing = {code.value for code in ErrorCode if code.value not in described.split()}
    # Nobody plans for a bug; passcodes are asked for on the control channel alone; and what any request can
    # meet is told once for all of them.
    assert missing == {"internal", "not-saved", "passcode-needed", "passcode-wrong"}
    assert "`not-saved`" in document()["info"]["description"]


@pytest.fixture(scope="session")
def cookie(school: School) -> str:
    """A sign-in of its own, so that a sign-out here signs nobody else out."""
    secret = school.server.sign_in_secret("Schema", "schema@example.org")
    with school.server.visitor() as visitor:
        use_sign_in_link(visitor, secret)
        return f"preau_signin={visitor.cookies['preau_signin']}"


@schema.parametrize()
@settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_the_server_keeps_to_its_document(case: schemathesis.Case[Any], school: School, cookie: str) -> None:
    headers = {} if case.path in ENDING else {"cookie": cookie}
    case.call_and_validate(base_url=school.server.url, headers=headers, checks=CHECKS, timeout=30)
