"""Which variables each child gets: what it works with, and no secret of another. Pure.

A process can be made to show its environment, by a crash report or a fault in what it runs. So what is passed
on is listed, and what is not known here, such as a password that the operator keeps in the same unit file,
stays behind.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

_OURS = "PREAU_"
#: What programs of this system look at: paths, language, time zone, Python and its libraries, certificates.
_SYSTEM = frozenset(
    {
        "HOME",
        "LANG",
        "LANGUAGE",
        "LOGNAME",
        "PATH",
        "SHELL",
        "SYSTEMROOT",
        "TEMP",
        "TMP",
        "TMPDIR",
        "TZ",
        "USER",
    }
    | {"VIRTUAL_ENV", "SSL_CERT_FILE", "SSL_CERT_DIR", "RES_OPTIONS", "LOCALDOMAIN", "MALLOC_ARENA_MAX"}
)
_SYSTEM_PREFIXES = ("LC_", "PYTHON", "LD_", "DYLD_", "COVERAGE_", "RUST_")
#: libpq's own, by which a database can be named instead of in the URL.
_DATABASE_PREFIXES = ("PG",)
#: Of the media server's, what only it may know.
_MEDIA_SERVERS = "PREAU_SFU_"
_MAIL_AND_MEDIA = ("PREAU_SMTP_URL", "PREAU_MAIL_FROM", "PREAU_LIVEKIT_", "PREAU_ENGINE_")


def for_platform(environ: Mapping[str, str]) -> dict[str, str]:
    """Its settings, the database's and the mail server's secrets among them."""
    given = _chosen(environ, (*_SYSTEM_PREFIXES, *_DATABASE_PREFIXES, _OURS))
    return {name: value for name, value in given.items() if not name.startswith(_MEDIA_SERVERS)}


def for_media_server(environ: Mapping[str, str]) -> dict[str, str]:
    """Nothing of ours: it is told everything by arguments, and its key pair beside them."""
    return _chosen(environ, _SYSTEM_PREFIXES)


def for_setup_link(environ: Mapping[str, str]) -> dict[str, str]:
    """The command that makes the link: the platform's, less what only mail and media need."""
    given = for_platform(environ)
    return {name: value for name, value in given.items() if not name.startswith(_MAIL_AND_MEDIA)}


def _chosen(environ: Mapping[str, str], prefixes: Iterable[str]) -> dict[str, str]:
    wanted = tuple(prefixes)
    return {name: value for name, value in environ.items() if name in _SYSTEM or name.startswith(wanted)}
