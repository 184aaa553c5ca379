from __future__ import annotations

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.settings.readers import env_bool, env_int, env_list, env_secret, env_url

NAME = "MUNIMENT_TRIAL"


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(NAME, raising=False)


@pytest.mark.parametrize("word", ["true", "Yes", "ON", "1"])
def test_bool_reads_the_words_for_true(monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    monkeypatch.setenv(NAME, word)
    assert env_bool(NAME, False) is True


@pytest.mark.parametrize("word", ["false", "No", "off", "0"])
def test_bool_reads_the_words_for_false(monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    monkeypatch.setenv(NAME, word)
    assert env_bool(NAME, True) is False


@pytest.mark.parametrize("word", ["ture", "2", "none", "y e s"])
def test_bool_refuses_any_other_word(monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    monkeypatch.setenv(NAME, word)
    with pytest.raises(ImproperlyConfigured, match="write true or false"):
        env_bool(NAME, False)


@pytest.mark.parametrize("text", ["8000.0", "eight", "1e3", "٣", "0x10", "--1", "-"])
def test_int_refuses_what_is_no_whole_number(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv(NAME, text)
    with pytest.raises(ImproperlyConfigured, match="whole number"):
        env_int(NAME, 1, least=0, most=9999)


@pytest.mark.parametrize("text", ["0", "65536", "-1"])
def test_int_refuses_what_is_out_of_range(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv(NAME, text)
    with pytest.raises(ImproperlyConfigured, match="between 1 and 65535"):
        env_int(NAME, 8000, least=1, most=65_535)


def test_unset_and_empty_give_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    assert env_int(NAME, 7, least=0, most=9) == 7
    monkeypatch.setenv(NAME, "  ")
    assert env_int(NAME, 7, least=0, most=9) == 7
    assert env_bool(NAME, True) is True
    assert env_list(NAME, ("a",)) == ["a"]


def test_list_drops_white_space_and_empty_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, " a.example , ,b.example,")
    assert env_list(NAME) == ["a.example", "b.example"]


def test_secret_comes_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("from a file\n")
    monkeypatch.setenv(f"{NAME}_FILE", str(tmp_path / "secret"))
    assert env_secret(NAME) == "from a file"


def test_secret_given_twice_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(NAME, "one")
    monkeypatch.setenv(f"{NAME}_FILE", str(tmp_path / "other"))
    with pytest.raises(ImproperlyConfigured, match="both set"):
        env_secret(NAME)


@pytest.mark.parametrize("content", [None, "", " \n"])
def test_secret_file_without_a_secret_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: str | None
) -> None:
    path = tmp_path / "secret"
    if content is not None:
        path.write_text(content)
    monkeypatch.setenv(f"{NAME}_FILE", str(path))
    with pytest.raises(ImproperlyConfigured, match="cannot be read|empty file"):
        env_secret(NAME)


def test_url_of_another_kind_is_refused_without_showing_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, "mysql://user:hidden@host/name")
    with pytest.raises(ImproperlyConfigured, match="must begin with one of") as refusal:
        env_url(NAME, frozenset({"postgresql"}))
    assert "hidden" not in str(refusal.value)
