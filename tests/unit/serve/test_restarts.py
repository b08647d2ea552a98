from preau.serve.restarts import Ending, GiveUp, History, RestartPolicy, StartAgain


def _delays(endings: list[Ending]) -> list[float]:
    history, delays = History(), []
    for ending in endings:
        history, verdict = history.after(ending)
        assert isinstance(verdict, StartAgain)
        delays.append(verdict.delay_s)
    return delays


def test_first_restart_is_immediate_and_delays_double_to_the_limit() -> None:
    quick = Ending(exit_status=-9, lived_s=1.0, was_healthy=True)
    assert _delays([quick] * 8) == [0.0, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0]


def test_a_child_that_ran_steadily_is_restarted_at_once_again() -> None:
    quick = Ending(exit_status=1, lived_s=0.5, was_healthy=True)
    steady = Ending(exit_status=-9, lived_s=60.0, was_healthy=True)
    assert _delays([quick, quick, quick, steady, quick]) == [0.0, 0.2, 0.4, 0.0, 0.2]


def test_a_long_life_without_health_does_not_count_as_steady() -> None:
    assert _delays([Ending(1, 60.0, True), Ending(1, 60.0, False), Ending(1, 60.0, False)]) == [0.0, 0.2, 0.4]


def test_what_an_operator_must_mend_at_first_start_is_the_end() -> None:
    for status in (2, 3, 4):
        _, verdict = History().after(Ending(status, 0.3, False))
        assert verdict == GiveUp(status)


def test_the_same_statuses_are_retried_for_a_child_that_has_worked() -> None:
    history, _ = History().after(Ending(-9, 30.0, True))
    _, verdict = history.after(Ending(3, 0.3, False))
    assert isinstance(verdict, StartAgain)


def test_a_child_that_never_worked_is_given_up_after_five_tries() -> None:
    history, verdicts = History(), []
    for _ in range(5):
        history, verdict = history.after(Ending(1, 0.3, False))
        verdicts.append(verdict)
    assert [type(verdict) for verdict in verdicts] == [StartAgain] * 4 + [GiveUp]


def test_thousands_of_ends_keep_the_longest_delay() -> None:
    history = History(policy=RestartPolicy(longest_delay_s=5.0), ever_healthy=True, quick_ends=100_000)
    assert history.after(Ending(1, 0.1, False))[1] == StartAgain(5.0)
