import pytest

from preau.serve.routing import Backend, backend_for, path_of


@pytest.mark.parametrize(
    "target",
    [
        b"/rtc",
        b"/rtc?access_token=a",
        b"/rtc/validate?x=/",
        b"/rtc/v1",
    ],
)
def test_livekit_paths_go_to_the_media_server(target: bytes) -> None:
    assert backend_for(target, has_sfu=True) is Backend.SFU


@pytest.mark.parametrize(
    "target",
    [b"/", b"/rtcx", b"/twirp", b"/m/rtc", b"/?/rtc/", b"/api/v1/me", b"*", b"/RTC", b"//rtc", b"/%72tc"],
)
def test_every_other_path_goes_to_meet(target: bytes) -> None:
    assert backend_for(target, has_sfu=True) is Backend.MEET


def test_livekit_paths_go_to_meet_when_livekit_is_elsewhere() -> None:
    assert backend_for(b"/rtc", has_sfu=False) is Backend.MEET


@pytest.mark.parametrize(
    ("target", "path"),
    [
        (b"http://preau.example/rtc?a=b", b"/rtc"),
        (b"http://preau.example", b"/"),
        (b"http://preau.example?q=/rtc", b"/"),
        (b"/a/b?c", b"/a/b"),
    ],
)
def test_path_is_read_from_both_forms_of_a_target(target: bytes, path: bytes) -> None:
    assert path_of(target) == path


@pytest.mark.parametrize("target", [b"/twirp/livekit.RoomService/ListRooms", b"http://a/twirp/x", b"/twirp/"])
def test_the_media_servers_interface_is_not_for_the_public_unless_the_operator_says_so(target: bytes) -> None:
    assert backend_for(target, has_sfu=True) is None
    assert backend_for(target, has_sfu=True, is_room_service_public=True) is Backend.SFU
    assert backend_for(target, has_sfu=False, is_room_service_public=True) is Backend.MEET
