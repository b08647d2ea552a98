from pathlib import Path

import pytest

from preau.problems import BadSetting, DataDirInUse
from preau.serve import data_dir


def test_the_key_is_made_once_and_kept(tmp_path: Path) -> None:
    first = data_dir.engine_key(tmp_path)
    assert len(first.secret) >= 32
    assert data_dir.engine_key(tmp_path) == first
    assert (tmp_path / "engine.key").stat().st_mode & 0o077 == 0


def test_two_directories_have_two_keys(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    assert data_dir.engine_key(tmp_path) != data_dir.engine_key(tmp_path / "other")


@pytest.mark.parametrize("written", ["", "{}", "[1]", '{"key": "k"}'])
def test_an_unreadable_key_is_named(tmp_path: Path, written: str) -> None:
    (tmp_path / "engine.key").write_text(written)
    with pytest.raises(BadSetting, match=r"engine\.key"):
        data_dir.engine_key(tmp_path)


def test_a_directory_serves_one_run_at_a_time(tmp_path: Path) -> None:
    data_dir.lock(tmp_path)
    with pytest.raises(DataDirInUse):
        data_dir.lock(tmp_path)


def test_a_directory_is_made_when_missing(tmp_path: Path) -> None:
    data_dir.lock(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()


def test_a_file_in_the_place_of_the_directory_is_a_wrong_setting(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(BadSetting, match="PREAU_DATA_DIR"):
        data_dir.lock(tmp_path / "data")
