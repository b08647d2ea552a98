"""The guess budget: at the limits, a day of guessing finds something with P < 10⁻⁹."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest

from preau.meet.domain.codes import ALPHABET, code_from
from preau.meet.domain.errors import DomainError
from preau.meet.domain.meetings import MIN_PASSCODE_CHARACTERS
from preau.meet.services import guessing, limits
from preau.meet.services.gates import Guesser
from preau.meet.services.limits import Guesses, prefix_key
from preau.meet.services.secrets import SECRET_BYTES

DAY = timedelta(days=1)
NOW = datetime(2026, 11, 24, tzinfo=UTC)
AT_MOST = Fraction(1, 10**9)
MANY_MEETINGS = 10**7
MANY_INVITATIONS = 10**9


#: Right guesses are answered whatever the limits say; this many questions a second no server answers.
TRIES_A_DAY = 86_400 * 100_000


def test_no_open_link_is_found() -> None:
    codes = 2 ** (5 * 20)
    assert len(ALPHABET) == 32
    assert len(code_from(bytes(13)).replace("-", "")) == 20
    assert Fraction(TRIES_A_DAY * MANY_MEETINGS, codes) < AT_MOST


def test_no_personal_link_is_found() -> None:
    secrets = 2 ** (8 * SECRET_BYTES)
    assert Fraction(TRIES_A_DAY * MANY_INVITATIONS, secrets) < AT_MOST


def test_no_passcode_drawn_at_random_is_found_by_who_has_the_link() -> None:
    passcodes = 32**MIN_PASSCODE_CHARACTERS
    assert Fraction(guessing.PASSCODES.whole.most_in(DAY), passcodes) < AT_MOST


@pytest.mark.parametrize("addresses", [1, 10_000])
def test_ten_thousand_addresses_get_no_more_out_of_a_meeting_than_is_there_for_all(addresses: int) -> None:
    """Each attempt by a browser that was never seen, which is what somebody who guesses would be."""
    gate, now = guessing.passcode_gate(), NOW
    end, answered, number = now + DAY, 0, 0
    while now < end:
        number += 1
        network = prefix_key(
            f"10.{number % addresses // 250}.{number % 250}.9" if addresses > 1 else "10.0.0.9"
        )
        try:
            gate.claim("mtg_1", Guesser(f"device {number}", network), now)
        except DomainError as refused:
            # Nobody is let in sooner by asking more often.
            now += timedelta(seconds=min(refused.retry_after_s or 1, 600))
            continue
        answered += 1
    assert 0 < answered <= guessing.PASSCODES.whole.most_in(DAY)


def test_who_has_attempts_of_their_own_adds_next_to_nothing() -> None:
    gate, now = guessing.passcode_gate(), NOW
    insider, answered = Guesser("device", "net", own="acc_1"), 0
    while now < NOW + DAY:
        try:
            gate.claim("mtg_1", insider, now)
        except DomainError as refused:
            now += timedelta(seconds=refused.retry_after_s or 1)
            continue
        answered += 1
    assert answered < 160
    assert Fraction(160, 32**MIN_PASSCODE_CHARACTERS) < AT_MOST / 6


def test_the_typing_errors_of_a_class_leave_everybody_their_attempts() -> None:
    """Forty pupils behind one address, each wrong twice; then one of them and somebody elsewhere try."""
    gate, school = guessing.passcode_gate(), prefix_key("192.0.2.1")
    for pupil in range(40):
        for _ in range(2):
            gate.claim("mtg_1", Guesser(f"pupil {pupil}", school), NOW)
    gate.claim("mtg_1", Guesser("pupil 3", school), NOW)
    gate.claim("mtg_1", Guesser("parent", prefix_key("198.51.100.1")), NOW)
    gate.claim("mtg_2", Guesser("pupil 3", school), NOW)


def test_a_flood_of_wrong_passwords_leaves_the_owner_and_the_school_their_attempts() -> None:
    gate, school = guessing.password_gate(), prefix_key("192.0.2.1")
    for number in range(1000):
        try:
            gate.claim(f"account {number % 7}", Guesser(f"device {number}", school), NOW)
        except DomainError:
            continue
    gate.claim("account 1", Guesser("her laptop", school, own="mark"), NOW)
    gate.claim("account 1", Guesser("her telephone", prefix_key("198.51.100.1")), NOW)
    gate.claim("account 9", Guesser("a colleague's", prefix_key("198.51.100.1")), NOW)
    with pytest.raises(DomainError) as refused:
        gate.claim("account 9", Guesser("a new one at school", school), NOW)
    assert (refused.value.retry_after_s or 0) <= 10, "slowed down, not shut out"


def test_the_whole_server_answers_a_bounded_number_of_guesses() -> None:
    guesses, now, answered = Guesses(), datetime(2026, 11, 24, tzinfo=UTC), 0
    for number in range(20_000):
        address = f"{number // 65536}.{number // 256 % 256}.{number % 256}.1"
        try:
            guesses.wrong_link(address, now)
        except DomainError:
            continue
        answered += 1
    assert answered == limits.UNKNOWN_LINKS_PER_SERVER.count


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.254", True),
        ("192.0.2.1", "192.0.3.1", False),
        ("::ffff:192.0.2.1", "192.0.2.9", True),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", True),
        ("2001:db8:1:2::1", "2001:db8:2:2::1", False),
        ("", "nonsense", True),
    ],
)
def test_whose_guesses_count_together(one: str, other: str, *, same: bool) -> None:
    assert (prefix_key(one) == prefix_key(other)) is same


def test_refusals_are_noted_as_often_as_the_disk_can_bear() -> None:
    guesses, now, noted = Guesses(), datetime(2026, 11, 24, tzinfo=UTC), 0
    for number in range(5_000):
        # Twenty neighbourhoods, each with no more than is its own.
        try:
            guesses.count_refusal(f"192.0.{number % 20}.1", now)
        except DomainError:
            continue
        noted += 1
    assert noted == limits.REFUSALS_NOTED_PER_SERVER.count
    with pytest.raises(DomainError):
        guesses.count_refusal("198.51.100.1", now)
    guesses.count_refusal("198.51.100.1", now + limits.REFUSALS_NOTED_PER_SERVER.window)
