"""Made-up stories of arrivals: what the shares promise holds after each step, whoever comes how often."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as some

from preau.shares import NoRoom, Place, Shares

BUDGET = 12
_PREFIX = some.sampled_from([None, "a", "b", "c", "d"])
_STEP = some.tuples(
    some.sampled_from(["enter", "leave", "wait", "work", "move"]), _PREFIX, some.integers(0, 99)
)


class _Reference:
    """The same promises, counted anew each time."""

    def __init__(self) -> None:
        self.shares: Shares[int] = Shares(BUDGET)
        self.places: dict[Place[int], bool] = {}

    def held(self, prefix: str | None) -> int:
        return sum(place.prefix == prefix for place in self.places)

    def step(self, act: str, prefix: str | None, number: int) -> None:
        place = list(self.places)[number % len(self.places)] if self.places else None
        if act == "enter":
            self._enter(prefix)
        elif place is not None:
            self._change(act, place, prefix)

    def _enter(self, prefix: str | None) -> None:
        before = self.held(prefix)
        waiting = [one for one, waits in self.places.items() if waits and one.prefix == prefix]
        try:
            place, displaced = self.shares.enter(prefix, 0)
        except NoRoom:
            assert before or len(self.places) == BUDGET, "a first one is let in while there is a place"
            assert not waiting, "who keeps the server waiting gives way"
            return
        self._give_up(displaced, prefix, before)
        self.places[place] = False

    def _change(self, act: str, place: Place[int], prefix: str | None) -> None:
        if act == "leave":
            self.shares.leave(place)
            del self.places[place]
        elif act == "move":
            before = self.held(prefix)
            try:
                displaced = self.shares.move(place, prefix)
            except NoRoom:
                return
            self._give_up(displaced, prefix, before)
        else:
            getattr(self.shares, act)(place)
            self.places[place] = act == "wait"

    def _give_up(self, displaced: Place[int] | None, prefix: str | None, before: int) -> None:
        if displaced is None:
            return
        assert self.places[displaced], "whoever is served stays"
        assert prefix is None or displaced.prefix == prefix or self.held(displaced.prefix) > before
        assert not displaced.is_held
        del self.places[displaced]


@given(some.lists(_STEP, max_size=150))
def test_the_promises_hold_in_every_story(story: list[tuple[str, str | None, int]]) -> None:
    reference = _Reference()
    for act, prefix, number in story:
        reference.step(act, prefix, number)
        assert len(reference.shares) == len(reference.places) <= BUDGET
        assert all(place.is_held for place in reference.places)
