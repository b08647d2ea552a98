from __future__ import annotations

from pathlib import Path

import pytest

from tools.check_circles import circle, complaints, dependencies, names_used


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("use crate::peer::Peer;", {"peer"}),
        ("use crate::{peer::{self, Peer}, track};", {"peer", "track"}),
        ("let one = crate::ring::Ring::new();", {"ring"}),
        ("// use crate::peer::Peer;\n/// As [`crate::ring`].", set()),
        ("use other_crate::peer;", set()),
    ],
)
def test_what_a_file_uses_of_its_crate(source: str, names: set[str]) -> None:
    assert names_used(source) == names


def test_files_of_a_folder_are_one_module() -> None:
    sources = {
        Path("rtp/header.rs"): "use crate::codec::Codec;",
        Path("rtp.rs"): "",
        Path("codec.rs"): "use crate::rtp::Header;",
    }
    assert circle(dependencies(sources)) in (["rtp", "codec", "rtp"], ["codec", "rtp", "codec"])


def test_a_name_that_the_root_gives_out_is_a_use_of_the_root() -> None:
    sources = {Path("lib.rs"): "pub use peer::Peer;", Path("peer.rs"): "use crate::Peer;"}
    found = circle(dependencies(sources))
    assert found is not None
    assert set(found) == {"lib", "peer"}


def test_floors_are_no_circle() -> None:
    sources = {
        Path("lib.rs"): "mod peer;",
        Path("peer.rs"): "use crate::{ring, track};",
        Path("track.rs"): "use crate::ring::Ring;",
        Path("ring.rs"): "",
    }
    assert circle(dependencies(sources)) is None


def test_our_crates_have_none() -> None:
    assert list(complaints()) == []
