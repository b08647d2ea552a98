"""What can go wrong, as stable codes that the HTTP interface, the pages and the shell share."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

#: When it is worth trying again what could not be saved, in seconds.
NOT_SAVED_RETRY_S = 5


class ErrorCode(StrEnum):
    """Stable: clients choose their words by it."""

    BAD_REQUEST = "bad-request"
    INVALID_FIELDS = "invalid-fields"
    NOT_SIGNED_IN = "not-signed-in"
    NOT_ALLOWED = "not-allowed"
    NOT_FOUND = "not-found"
    MEETING_UNKNOWN = "meeting-unknown"
    PASSCODE_NEEDED = "passcode-needed"
    PASSCODE_WRONG = "passcode-wrong"
    RULE_LOCKED = "rule-locked"
    CASE_UNKNOWN = "case-unknown"
    TOO_LATE_TO_REPORT = "too-late-to-report"
    LINK_EXPIRED = "link-expired"
    SIGN_IN_FAILED = "sign-in-failed"
    SIGN_IN_AGAIN = "sign-in-again"
    ACCOUNT_DISABLED = "account-disabled"
    LAST_ADMINISTRATOR = "last-administrator"
    RATE_LIMITED = "rate-limited"
    TOO_LARGE = "too-large"
    FILE_UNREADABLE = "file-unreadable"
    ALREADY_SET_UP = "already-set-up"
    CONFLICT = "conflict"
    NOT_SAVED = "not-saved"
    INTERNAL = "internal"


class DomainError(Exception):
    """A refusal with a stable code, a plain sentence and, for forms, a reason per field."""

    def __init__(
        self,
        code: ErrorCode,
        message: str,
        fields: Mapping[str, str] | None = None,
        retry_after_s: int | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.fields = dict(fields or {})
        self.retry_after_s = retry_after_s


def invalid(fields: Mapping[str, str]) -> DomainError:
    """The refusal of a form, with a reason for each field that is wrong."""
    return DomainError(ErrorCode.INVALID_FIELDS, "Some fields are not right.", fields)


def not_signed_in() -> DomainError:
    """The refusal of somebody who has to sign in first."""
    return DomainError(ErrorCode.NOT_SIGNED_IN, "Sign in first.")


def not_found() -> DomainError:
    """The refusal to show a thing that is not there, or not the asker's."""
    return DomainError(ErrorCode.NOT_FOUND, "There is nothing here under this address.")


def meeting_unknown() -> DomainError:
    """One answer for links that never were, were deleted or ended: nobody can tell them apart."""
    return DomainError(ErrorCode.MEETING_UNKNOWN, "This meeting link does not lead to a meeting.")


def passcode_needed() -> DomainError:
    """The refusal of somebody who has to give the meeting's passcode."""
    return DomainError(ErrorCode.PASSCODE_NEEDED, "This meeting asks for a passcode.")


def passcode_wrong() -> DomainError:
    """The refusal of a passcode that is not the meeting's."""
    return DomainError(ErrorCode.PASSCODE_WRONG, "The passcode is not right.")


def rule_locked(name: str) -> DomainError:
    """The refusal to change a rule that an administrator locked."""
    return DomainError(ErrorCode.RULE_LOCKED, f"The administrator locked the rule {name}.")


def case_unknown() -> DomainError:
    """One answer for every secret that is not a case's."""
    return DomainError(ErrorCode.CASE_UNKNOWN, "There is no report under this address.")


def too_late_to_report() -> DomainError:
    """One answer for tickets of a participation that are wrong, too old, or of a meeting that is no more."""
    message = "It is too late to report this here; tell the organization directly."
    return DomainError(ErrorCode.TOO_LATE_TO_REPORT, message)


def link_expired() -> DomainError:
    """One answer for one-time links that are wrong, used or out of date."""
    return DomainError(ErrorCode.LINK_EXPIRED, "This link was used already or is out of date.")


def sign_in_failed() -> DomainError:
    """One answer for an unknown address and for a wrong password."""
    return DomainError(ErrorCode.SIGN_IN_FAILED, "The e-mail address or the password is not right.")


def sign_in_again() -> DomainError:
    """The refusal of an act that needs the password once more."""
    return DomainError(ErrorCode.SIGN_IN_AGAIN, "Give your password again first.")


def account_disabled() -> DomainError:
    """The refusal of somebody with the right password whose account was disabled."""
    return DomainError(ErrorCode.ACCOUNT_DISABLED, "This account is disabled; ask an administrator.")


def last_administrator() -> DomainError:
    """The refusal to leave a server without anybody who administers it."""
    message = "Nobody else could administer this server; make somebody else an administrator first."
    return DomainError(ErrorCode.LAST_ADMINISTRATOR, message)


def rate_limited(retry_after_s: int) -> DomainError:
    """The refusal of an act tried too often."""
    message = "Too many attempts; wait a moment and try again."
    return DomainError(ErrorCode.RATE_LIMITED, message, retry_after_s=retry_after_s)


def file_unreadable() -> DomainError:
    """The refusal of a file that is no table, or none that can be read."""
    return DomainError(
        ErrorCode.FILE_UNREADABLE,
        "This file cannot be read as a list. Save it as XLSX, ODS or CSV, without a password, and try again.",
    )


def already_set_up() -> DomainError:
    """The refusal of a second set-up."""
    return DomainError(ErrorCode.ALREADY_SET_UP, "This server is set up already; sign in instead.")


def not_saved() -> DomainError:
    """The refusal of everything while the database cannot be used; nothing was changed."""
    message = "The server cannot use its database just now, so nothing was changed; try again in a moment."
    return DomainError(ErrorCode.NOT_SAVED, message, retry_after_s=NOT_SAVED_RETRY_S)


def conflict(message: str) -> DomainError:
    """The refusal of something that is taken."""
    return DomainError(ErrorCode.CONFLICT, message)
