from __future__ import annotations

import os
from typing import cast

import pytest

from preau.sfu.clocks import Clocks
from preau.sfu.engine import Engine, EngineDied, NativeEngine
from preau.sfu.hub import Hub
from preau.sfu.server import pump
from preau.sfu.settings import parse


class Broken:
    """A native engine whose media thread has ended: its descriptor stays readable, every look at it fails."""

    def __init__(self) -> None:
        self.reading, self._writing = os.pipe()
        os.write(self._writing, b"x")

    def fileno(self) -> int:
        return self.reading

    def take_events(self) -> list[tuple[object, ...]]:
        raise RuntimeError("media thread ended: out of memory")

    def close(self) -> None:
        os.close(self.reading)
        os.close(self._writing)


async def test_an_engine_that_died_ends_the_server_with_its_reason() -> None:
    broken = Broken()
    engine = Engine(cast(NativeEngine, broken))
    died = pump(engine, Hub(parse(["--dev"], {}), engine, Clocks()))
    with pytest.raises(EngineDied, match="out of memory"):
        await died
    broken.close()
