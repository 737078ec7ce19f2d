"""Personal data is sealed on its way and encrypted where it lives; this is all the cryptography.

On its way: a sealed box to the one service that may open it. At rest: AES-256-GCM under a key per
subject, itself wrapped by the service's key, so that forgetting one small key forgets a person.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

_KEY_BYTES, _NONCE_BYTES = 32, 12
_WRAP_CONTEXT = b"subject-key"


class Unreadable(Exception):
    """The ciphertext was not made with this key and context, or was changed since."""


@dataclass(frozen=True)
class Keys:
    """The local key files; `quarantine` is a private key, as `transport_private` is."""

    transport_private: bytes
    transport_public: bytes
    contact_kek: bytes
    quarantine: bytes


class Vault:
    """Encrypts under subjects' keys, which it wraps with one key-encryption key."""

    def __init__(self, key_encryption_key: bytes) -> None:
        if len(key_encryption_key) != _KEY_BYTES:
            raise ValueError(f"a key-encryption key has {_KEY_BYTES} bytes")
        self._wrapping = AESGCM(_derived(key_encryption_key, b"wrap"))
        self._index_key = _derived(key_encryption_key, b"index")

    def new_subject_key(self) -> bytes:
        """A fresh key for one person, wrapped for storage."""
        return _encrypt(self._wrapping, secrets.token_bytes(_KEY_BYTES), _WRAP_CONTEXT)

    def encrypt(self, wrapped_subject_key: bytes, plaintext: bytes, context: str) -> bytes:
        """Encrypt for one place: `context` (table/column/id) must be given again to decrypt."""
        return _encrypt(self._subject(wrapped_subject_key), plaintext, context.encode())

    def decrypt(self, wrapped_subject_key: bytes, ciphertext: bytes, context: str) -> bytes:
        """Raises `Unreadable` for another key, another context, or changed bytes."""
        return _decrypt(self._subject(wrapped_subject_key), ciphertext, context.encode())

    def blind_index(self, value: str, purpose: str) -> bytes:
        """A keyed hash to look a value up by without storing it; differs per purpose."""
        purpose_key = _derived(self._index_key, purpose.encode())
        return hmac.new(purpose_key, value.encode(), hashlib.sha256).digest()

    def _subject(self, wrapped: bytes) -> AESGCM:
        return AESGCM(_decrypt(self._wrapping, wrapped, _WRAP_CONTEXT))


def seal(public_key: bytes, plaintext: bytes) -> bytes:
    """Encrypt so that only the holder of the private key can read it; the sender cannot."""
    return bytes(SealedBox(PublicKey(public_key)).encrypt(plaintext))


def unseal(private_key: bytes, sealed: bytes) -> bytes:
    """Raises `Unreadable` for a box sealed to another key, or changed since."""
    try:
        return bytes(SealedBox(PrivateKey(private_key)).decrypt(sealed))
    except (CryptoError, ValueError) as wrong:
        raise Unreadable("the sealed box does not open with this key") from wrong


def public_of(private_key: bytes) -> bytes:
    return bytes(PrivateKey(private_key).public_key)


def load_or_create_keys(directory: Path) -> Keys:
    """Read the local keys, making those that are missing; files are readable by their owner only.

    Safe against several processes starting at once: whoever creates a file first has made the key.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    transport = _load_or_create(directory / "transport.key", secrets.token_bytes(_KEY_BYTES))
    return Keys(
        transport_private=transport,
        transport_public=_load_or_create(directory / "transport.pub", public_of(transport)),
        contact_kek=_load_or_create(directory / "contact.kek", secrets.token_bytes(_KEY_BYTES)),
        quarantine=_load_or_create(directory / "quarantine.key", secrets.token_bytes(_KEY_BYTES)),
    )


def _load_or_create(path: Path, fresh: bytes) -> bytes:
    if not path.exists():
        draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(fresh)
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    key = path.read_bytes()
    if len(key) != _KEY_BYTES:
        raise ValueError(f"{path} holds {len(key)} bytes instead of {_KEY_BYTES}; restore it")
    return key


def _encrypt(cipher: AESGCM, plaintext: bytes, context: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, plaintext, context)


def _decrypt(cipher: AESGCM, ciphertext: bytes, context: bytes) -> bytes:
    try:
        return cipher.decrypt(ciphertext[:_NONCE_BYTES], ciphertext[_NONCE_BYTES:], context)
    except (InvalidTag, ValueError) as wrong:
        raise Unreadable("the ciphertext does not belong to this key and context") from wrong


def _derived(key: bytes, purpose: bytes) -> bytes:
    return hmac.new(key, b"forbear/" + purpose, hashlib.sha256).digest()
