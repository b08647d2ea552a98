"""The acts an audit can name, by kind: its readers have words for each, and filter by these kinds."""

from __future__ import annotations

from collections.abc import Mapping

LIMIT_REACHED = "limit-reached"
"""Somebody tried so often that nothing was looked at any more."""
MORE_REFUSED = "more-refused"
"""The act of a record that sums refusals up: of which acts, nobody kept."""

KINDS: Mapping[str, frozenset[str]] = {
    "sign-ins": frozenset(
        {
            "sign-in",
            "confirm-sign-in",
            "end-sign-in",
            "sign-out-everywhere",
            "use-sign-in-link",
            "ask-for-link",
            "choose-password",
            "change-password",
        }
    ),
    "accounts": frozenset(
        {
            "set-up-server",
            "view-accounts",
            "create-account",
            "change-account",
            "change-account-role",
            "disable-account",
            "enable-account",
            "renew-account-link",
            "erase-account",
            "erase-own-account",
            "change-own-account",
        }
    ),
    "organization": frozenset(
        {
            "view-organization",
            "change-organization",
            "try-mail",
            "view-house-audit",
        }
    ),
    "reports": frozenset({"view-cases", "list-cases", "view-case", "change-case", "mail-case", "report"}),
    "meetings": frozenset(
        {
            "create-meeting",
            "view-meeting",
            "list-own-meetings",
            "rename-meeting",
            "change-meeting",
            "delete-meeting",
            "change-meeting-rules",
            "change-passcode",
            "change-link",
            "view-invitations",
            "list-invitations",
            "preview-list",
            "invite",
            "change-invitation",
            "renew-invitation",
            "mail-invitation",
            "revoke-invitation",
            "view-audit",
        }
    ),
    "rooms": frozenset(
        {
            "enter-room",
            "host-room",
            "leave-note",
            "send-chat",
            "raise-hand",
            "rename",
            "delete-message",
            "admit",
            "deny",
            "mute",
            "stop-camera",
            "stop-share",
            "ask-to-unmute",
            "mute-all",
            "stop-all-cameras",
            "lower-hand-of",
            "lower-all-hands",
            "lock",
            "unlock",
            "freeze",
            "thaw",
            "set-rules",
            "spotlight",
            "remove",
            "ban",
            "lift-ban",
            "let-back",
            "set-role",
            "end",
            "stranger-removed",
            "leak-suspected",
            "second-device",
        }
    ),
    "refusals": frozenset({LIMIT_REACHED, MORE_REFUSED}),
}
ACTS = frozenset().union(*KINDS.values())
