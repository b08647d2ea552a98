"""Settings: defaults, every wrong value named, origins."""

from __future__ import annotations

from pathlib import Path

import pytest

from preau.meet.app import media_origins
from preau.meet.settings import LiveKitSettings, MailSecurity, MailSettings, MeetSettings
from preau.problems import BadSetting

LIVEKIT = {
    "PREAU_LIVEKIT_URL": "wss://media.example.org/",
    "PREAU_LIVEKIT_API_KEY": "key",
    "PREAU_LIVEKIT_API_SECRET": "secret",
}


def read(**environ: str) -> MeetSettings:
    return MeetSettings.from_environment(environ)


def test_nothing_set() -> None:
    settings = read()
    assert (settings.host, settings.port, settings.public_url) == ("127.0.0.1", 8000, "http://127.0.0.1:8000")
    assert settings.data_dir == Path("data").absolute()
    assert settings.database_url == f"sqlite:///{Path('data').absolute()}/preau.db"
    assert (settings.livekit, settings.max_participants, settings.is_https) == (None, 100, False)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PREAU_PORT", "eighty"),
        ("PREAU_PORT", "0"),
        ("PREAU_PORT", "70000"),
        ("PREAU_PORT", "٣٣"),
        ("PREAU_PORT", "9" * 5000),
        ("PREAU_ROOM_LIMIT", "1"),
        ("PREAU_ROOM_LIMIT", "-5"),
        ("PREAU_PUBLIC_URL", "meet.example.org"),
        ("PREAU_PUBLIC_URL", "https://"),
        ("PREAU_PUBLIC_URL", "https://meet.example.org/path"),
        ("PREAU_PUBLIC_URL", "https://me@meet.example.org"),
        ("PREAU_PUBLIC_URL", "https://meet.example.org:99999"),
        ("PREAU_PUBLIC_URL", "https://[meet"),
        ("PREAU_DATABASE_URL", "mysql://db/preau"),
        ("PREAU_DATABASE_URL", "sqlite:///"),
        ("PREAU_DATABASE_URL", "postgresql"),
        ("PREAU_MEDIA_UDP_PORT", "-1"),
        ("PREAU_MEDIA_ADDRESSES", "here"),
        ("PREAU_MEDIA_ADDRESSES", "media.example.org,203.0.113"),
        ("PREAU_MEDIA_ADDRESSES", "203.0.113.7,0.0.0.0"),
        ("PREAU_MEDIA_ADDRESSES", "fe80::1"),
        ("PREAU_MEDIA_ADDRESSES", "::ffff:203.0.113.7"),
    ],
)
def test_a_wrong_value_is_named(name: str, value: str) -> None:
    with pytest.raises(BadSetting) as wrong:
        read(**{name: value})
    assert name in str(wrong.value)
    assert value in str(wrong.value)


@pytest.mark.parametrize("missing", LIVEKIT)
def test_livekit_is_all_or_nothing(missing: str) -> None:
    with pytest.raises(BadSetting, match=missing):
        read(**{name: value for name, value in LIVEKIT.items() if name != missing})


def test_a_password_is_not_repeated() -> None:
    with pytest.raises(BadSetting) as wrong:
        read(PREAU_DATABASE_URL="mysql://me:hunter2@db/preau")
    assert "hunter2" not in str(wrong.value)


def test_an_external_livekit() -> None:
    settings = read(**LIVEKIT)
    assert settings.livekit == LiveKitSettings(
        "https://media.example.org", "key", "secret", "wss://media.example.org"
    )
    assert media_origins(settings.livekit) == ("wss://media.example.org", "https://media.example.org")


def test_the_embedded_engine_is_reached_through_the_pages_own_origin() -> None:
    settings = read(PREAU_ENGINE_URL="http://127.0.0.1:7", PREAU_ENGINE_KEY="k", PREAU_ENGINE_SECRET="s")
    assert settings.livekit == LiveKitSettings("http://127.0.0.1:7", "k", "s", "")
    assert media_origins(settings.livekit) == ()


@pytest.mark.parametrize(
    ("url", "origins"),
    [
        ("https://Meet.Example.org:443/", {"https://meet.example.org"}),
        ("http://meet.example.org:8080", {"http://meet.example.org:8080"}),
        (
            "http://127.0.0.1:8000",
            {"http://127.0.0.1:8000", "http://localhost:8000", "http://[::1]:8000"},
        ),
    ],
)
def test_the_origins_that_may_act(url: str, origins: set[str]) -> None:
    assert read(PREAU_PUBLIC_URL=url).allowed_origins == origins


MAIL_FROM = "preau@example.org"


def mail(url: str) -> MailSettings | None:
    return read(PREAU_SMTP_URL=url, PREAU_MAIL_FROM=MAIL_FROM).mail


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example.org", ("mail.example.org", 587, MailSecurity.STARTTLS, None, None)),
        ("smtps://mail.example.org", ("mail.example.org", 465, MailSecurity.TLS, None, None)),
        ("smtp://localhost:25/", ("localhost", 25, MailSecurity.NONE, None, None)),
        ("smtp://[::1]:25", ("::1", 25, MailSecurity.NONE, None, None)),
        ("smtp://127.0.0.1:25?tls=starttls", ("127.0.0.1", 25, MailSecurity.STARTTLS, None, None)),
        ("smtp://10.0.0.5:25?tls=none", ("10.0.0.5", 25, MailSecurity.NONE, None, None)),
        (
            "smtp://ecole%40example.org:p%3Ass%40%2F@mail.example.org:2525",
            ("mail.example.org", 2525, MailSecurity.STARTTLS, "ecole@example.org", "p:ss@/"),
        ),
    ],
)
def test_a_mail_server(url: str, expected: tuple[str, int, MailSecurity, str | None, str | None]) -> None:
    assert mail(url) == MailSettings(*expected, sender=MAIL_FROM)


@pytest.mark.parametrize(
    "url",
    [
        "mail.example.org",
        "http://mail.example.org",
        "smtp://",
        "smtp://:25",
        "smtp://mail.example.org:0x19",
        "smtp://mail.example.org:99999",
        "smtp://mail.example.org/inbox",
        "smtp://mail.example.org?tls=maybe",
        "smtp://mail.example.org?tls=none&tls=none",
        "smtp://mail.example.org?insecure",
        "smtps://mail.example.org?tls=none",
        "smtp://somebody@mail.example.org",
        "smtp://[mail",
    ],
)
def test_a_mail_server_that_cannot_be_is_named(url: str) -> None:
    with pytest.raises(BadSetting, match="PREAU_SMTP_URL"):
        mail(url)


@pytest.mark.parametrize("url", ["smpt://me:hunter2@mail", "smtp://me:hunt/er2@mail:x", "me:hunter2@mail"])
def test_the_password_of_a_mail_server_is_not_repeated(url: str) -> None:
    with pytest.raises(BadSetting) as wrong:
        mail(url)
    assert "hunt" not in str(wrong.value)
    assert "smtp://<name>" in str(wrong.value)


@pytest.mark.parametrize("sender", ["preau", "Préau <preau@example.org>", "a@b\r\nBcc: c@d", "é@example.org"])
def test_an_address_that_mail_cannot_come_from_is_named(sender: str) -> None:
    with pytest.raises(BadSetting, match="PREAU_MAIL_FROM"):
        read(PREAU_SMTP_URL="smtp://localhost", PREAU_MAIL_FROM=sender)


def test_a_mail_server_and_a_sender_are_set_together_or_not_at_all() -> None:
    assert read().mail is None
    with pytest.raises(BadSetting, match="PREAU_MAIL_FROM"):
        read(PREAU_SMTP_URL="smtp://localhost")
    with pytest.raises(BadSetting, match="PREAU_SMTP_URL"):
        read(PREAU_MAIL_FROM=MAIL_FROM)
