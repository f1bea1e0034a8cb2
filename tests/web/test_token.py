import os
import stat
from urllib.parse import parse_qs, urlsplit

import pytest

from medcore.web import token

NOW = 1_800_000_000


def parameters(url: str) -> tuple[str, str, str]:
    query = parse_qs(urlsplit(url).query)
    return query["runs"][0], query["expires"][0], query["token"][0]


def test_what_was_signed_is_genuine_and_nothing_else(home):
    runs, expires, signature = parameters(token.stream_url(["a", "b"], NOW))
    assert runs == "a,b"
    assert token.genuine(runs, expires, signature)
    assert not token.genuine("a,c", expires, signature)
    assert not token.genuine("a", expires, signature)
    assert not token.genuine(runs, str(int(expires) + 1), signature)
    assert not token.genuine(runs, expires, signature[:-1])
    assert not token.genuine(runs, expires, "")
    assert not token.genuine(runs, expires, "gültig")


def test_an_address_is_good_for_one_to_two_days_and_the_same_for_one(home):
    for now in (NOW, NOW + 12_345, NOW + 86_399):
        assert token.DAY < int(parameters(token.stream_url(["a"], now))[1]) - now <= 2 * token.DAY
    begin = NOW // token.DAY * token.DAY
    assert token.stream_url(["a"], begin) == token.stream_url(["a"], begin + token.DAY - 1)


def test_a_run_that_is_named_twice_is_watched_once(home):
    assert token.stream_url(["b", "a", "b"], NOW) == token.stream_url(["b", "a"], NOW)


def test_the_secret_is_kept_and_private(home):
    url = token.stream_url(["a"], NOW)
    secret = home / "secret"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert len(secret.read_bytes()) == token.SECRET_BYTES
    token._secret.cache_clear()
    assert token.stream_url(["a"], NOW) == url


def test_another_installation_has_another_secret(home, tmp_path, monkeypatch):
    first = parameters(token.stream_url(["a"], NOW))
    monkeypatch.setenv("MEDCORE_HOME", str(tmp_path / "other"))
    assert not token.genuine(*first)


def test_a_damaged_secret_is_a_sentence(home):
    home.mkdir()
    (home / "secret").write_bytes(b"short")
    with pytest.raises(OSError, match=r"remove it to get a new one\. Received: .*secret"):
        token.stream_url(["a"], NOW)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="the superuser may write everywhere")
def test_a_home_that_cannot_be_written_is_an_os_error(home):
    home.mkdir(mode=0o500)
    with pytest.raises(OSError, match="Permission denied"):
        token.stream_url(["a"], NOW)
