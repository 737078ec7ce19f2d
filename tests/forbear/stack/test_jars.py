"""No jar runs that is not, byte for byte, the one whose SHA-256 the project keeps."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from forbear.stack import jars
from forbear.stack.failures import StackError

_CONTENT = {"a-1.jar": b"first", "b-2.jar": b"second"}
_EXPECTED = {name: hashlib.sha256(content).hexdigest() for name, content in _CONTENT.items()}


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    for name, content in _CONTENT.items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


def test_the_expected_jars_pass(directory: Path) -> None:
    jars.verify(directory, _EXPECTED)


def test_a_jar_of_other_bytes_is_refused(directory: Path) -> None:
    (directory / "b-2.jar").write_bytes(b"secOnd")
    with pytest.raises(StackError, match=r"b-2\.jar is refused: its SHA-256 is .*, expected"):
        jars.verify(directory, _EXPECTED)


def test_a_missing_jar_is_refused(directory: Path) -> None:
    (directory / "a-1.jar").unlink()
    with pytest.raises(StackError, match=r"missing a-1\.jar, surplus none"):
        jars.verify(directory, _EXPECTED)


def test_a_surplus_jar_is_refused(directory: Path) -> None:
    (directory / "c-3.jar").write_bytes(b"third")
    with pytest.raises(StackError, match=r"missing none, surplus c-3\.jar"):
        jars.verify(directory, _EXPECTED)


def test_the_listing_names_46_jars() -> None:
    listing = Path("deploy/kafka/kafka-4.3.1.sha256")
    expected = jars.read_checksums(listing)
    assert len(expected) == 46
    assert expected["jackson-annotations-2.21.jar"].startswith("53ca085f")


def test_a_cache_changed_after_its_verification_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KAFKA_HOME", raising=False)
    monkeypatch.setenv("FORBEAR_CACHE", str(tmp_path))
    cached = tmp_path / f"kafka-{jars.KAFKA_VERSION}"
    cached.mkdir()
    (cached / "kafka_2.13-4.3.1.jar").write_bytes(b"something else")
    with pytest.raises(StackError, match="missing"):
        jars.locate()
    assert not (cached / "verified").exists()


def test_a_kafka_of_the_users_own_is_used_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "libs").mkdir()
    (tmp_path / "libs" / "kafka_2.13-4.2.0.jar").write_bytes(b"")
    monkeypatch.setenv("KAFKA_HOME", str(tmp_path))
    assert jars.locate() == tmp_path / "libs"


def test_a_kafka_home_without_kafka_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAFKA_HOME", str(tmp_path))
    with pytest.raises(StackError, match="holds no libs/kafka"):
        jars.locate()


def test_without_a_network_the_three_ways_out_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KAFKA_HOME", raising=False)
    monkeypatch.setenv("FORBEAR_CACHE", str(tmp_path))
    for variable in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(variable, "http://127.0.0.1:9")
    with pytest.raises(StackError) as refusal:
        jars.locate()
    for way in ("KAFKA_HOME", "KAFKA_BOOTSTRAP_SERVERS", "network"):
        assert way in str(refusal.value)
    assert not list(tmp_path.iterdir())
