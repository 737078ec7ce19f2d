"""What is sealed or encrypted opens with its own key and context, and with nothing else."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis import vault
from chassis.vault import Unreadable, Vault

keys = st.binary(min_size=32, max_size=32)
KEY = bytes(range(32))


@given(keys, st.binary(max_size=500))
def test_a_sealed_box_opens_with_its_private_key_only(key: bytes, plaintext: bytes) -> None:
    sealed = vault.seal(vault.public_of(key), plaintext)
    assert vault.unseal(key, sealed) == plaintext
    with pytest.raises(Unreadable):
        vault.unseal(bytes(reversed(KEY)), sealed)


@given(keys, st.binary(max_size=500), st.text(max_size=50))
def test_what_is_encrypted_decrypts_to_itself(kek: bytes, plaintext: bytes, context: str) -> None:
    a_vault = Vault(kek)
    subject = a_vault.new_subject_key()
    assert a_vault.decrypt(subject, a_vault.encrypt(subject, plaintext, context), context) == (
        plaintext
    )


@given(st.binary(max_size=100), st.data())
def test_a_changed_byte_anywhere_is_noticed(plaintext: bytes, data: st.DataObject) -> None:
    a_vault = Vault(KEY)
    subject = a_vault.new_subject_key()
    ciphertext = bytearray(a_vault.encrypt(subject, plaintext, "here"))
    at = data.draw(st.integers(0, len(ciphertext) - 1))
    ciphertext[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Unreadable):
        a_vault.decrypt(subject, bytes(ciphertext), "here")


def test_another_subject_context_or_vault_cannot_read_it() -> None:
    a_vault = Vault(KEY)
    subject, other = a_vault.new_subject_key(), a_vault.new_subject_key()
    ciphertext = a_vault.encrypt(subject, b"a number", "contact/point/1")
    for reader, key, context in (
        (a_vault, other, "contact/point/1"),
        (a_vault, subject, "contact/point/2"),
        (Vault(bytes(32)), subject, "contact/point/1"),
    ):
        with pytest.raises(Unreadable):
            reader.decrypt(key, ciphertext, context)


@given(st.text(), st.text())
def test_a_blind_index_finds_equals_only_within_its_purpose(one: str, two: str) -> None:
    a_vault = Vault(KEY)
    assert (a_vault.blind_index(one, "phone") == a_vault.blind_index(two, "phone")) == (one == two)
    assert a_vault.blind_index(one, "phone") != a_vault.blind_index(one, "email")


@pytest.mark.parametrize("garbage", [b"", b"short", bytes(100)])
def test_garbage_is_unreadable_and_nothing_worse(garbage: bytes) -> None:
    a_vault = Vault(KEY)
    with pytest.raises(Unreadable):
        a_vault.decrypt(a_vault.new_subject_key(), garbage, "here")
    with pytest.raises(Unreadable):
        vault.unseal(KEY, garbage)


def test_keys_are_made_once_even_by_many_at_a_time(tmp_path: Path) -> None:
    directory = tmp_path / "keys"
    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(vault.load_or_create_keys, [directory] * 16))
    assert len(made) == 1
    (found,) = made
    assert vault.load_or_create_keys(directory) == found
    assert found.transport_public == vault.public_of(found.transport_private)
    names = {path.name for path in directory.iterdir()}
    assert names == {"transport.key", "transport.pub", "contact.kek", "quarantine.key"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in directory.iterdir()} == {0o600}


def test_a_truncated_key_file_is_named(tmp_path: Path) -> None:
    vault.load_or_create_keys(tmp_path)
    (tmp_path / "contact.kek").write_bytes(b"short")
    with pytest.raises(ValueError, match=r"contact\.kek"):
        vault.load_or_create_keys(tmp_path)
