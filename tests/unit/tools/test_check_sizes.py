from tools.check_sizes import MOST_FUNCTION_LINES, long_functions


def _function(lines: int) -> str:
    return "async def speak():\n" + "    pass\n" * (lines - 1)


def test_a_function_at_the_limit_passes() -> None:
    assert list(long_functions(_function(MOST_FUNCTION_LINES))) == []


def test_a_function_over_the_limit_is_named_with_its_length() -> None:
    assert list(long_functions(_function(MOST_FUNCTION_LINES + 1))) == [("speak", MOST_FUNCTION_LINES + 1)]


def test_functions_inside_classes_are_measured() -> None:
    source = "class Room:\n" + "".join(f"    {line}\n" for line in _function(90).splitlines())
    assert list(long_functions(source)) == [("speak", 90)]
