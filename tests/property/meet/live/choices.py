"""What the stories of the room are made of: people, rules and acts, with what matters most chosen most."""

from __future__ import annotations

from hypothesis import strategies as st

from preau.meet.domain.invitations import Provenance
from preau.meet.domain.roles import RoomRole

MOST = 4
MOST_LINES = 8
LINES = st.integers(0, 31)
WHO = st.integers(0, 7)
MESSAGES = st.sampled_from([f"message-{number}" for number in range(40)])
RULES = st.sampled_from(
    [
        ("chat", "off"),
        ("chat", "hosts"),
        ("chat", "all"),
        ("slow_mode_s", 10),
        ("slow_mode_s", 60),
        ("slow_mode_s", 0),
        ("waiting_room", "everybody"),
        ("waiting_room", "not-known"),
        ("open_link", False),
        ("open_link", True),
        ("supervised", True),
        ("supervised", True),
        ("supervised", False),
        ("unmute", False),
        ("unmute", True),
        ("camera", False),
        ("share", "hosts"),
        ("share", "all"),
    ]
)
PUPIL = {"provenance": "invited", "device": "tablet", "invitation": "inv_1", "second": False}
PUPIL |= {"role": "participant", "network": "school"}
OWNER = {**PUPIL, "provenance": "owner", "device": "desk", "invitation": None, "role": "host"}
ROLES = st.sampled_from(RoomRole)
SPEECH = ("quiet", "loud", "ask", "ask", "mute", "mute-all", "Freeze", "Thaw", "role")
# What changes most is done most.
OFTEN = ("admit", "admit", "deny", "deny", "remove", "remove", "ban", "ban", "role", "rule", "Freeze", "Thaw")
SELDOM = (
    "lift",
    "let-back",
    "let-back",
    "Lock",
    "Unlock",
    "Unlock",
    "spotlight",
    "lower",
    "lower-all",
    "ask",
    "mute",
    "mute-all",
    "StopCamera",
    "StopShare",
)
ACTS = st.sampled_from((*OFTEN, *OFTEN, *SELDOM))
MANY = [one for one in Provenance if one is not Provenance.OWNER]
COMES = st.fixed_dictionaries(
    {
        "provenance": st.sampled_from([*MANY, *MANY, Provenance.OWNER]).map(str),
        "device": st.sampled_from(["phone", "phone", "tablet", "desk"]),
        "invitation": st.sampled_from(["inv_1", "inv_2", "inv_3"]),
        "second": st.booleans(),
        "role": st.sampled_from(["participant", "participant", "participant", "cohost", "observer"]),
        "network": st.sampled_from(["home", "school", "street", "far away"]),
    }
)
