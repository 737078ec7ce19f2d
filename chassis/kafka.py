"""Two things about aiokafka that every user of it here needs the same way."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    CorruptRecordException,
    InvalidTimestampError,
    KafkaError,
    MessageSizeTooLargeError,
    PolicyViolationError,
    RecordListTooLargeError,
)

# The broker (or the client before it) refuses the record itself: sending it again cannot help.
RECORD_FAULTS = (
    MessageSizeTooLargeError,
    RecordListTooLargeError,
    CorruptRecordException,
    InvalidTimestampError,
    PolicyViolationError,
)
# Above the broker's default of 1 MiB, so that each topic sets its own limit: a dead letter is its
# original and some more.
MESSAGE_BYTES_MAX = 4 * 1024 * 1024
_CLOSE_SECONDS = 3.0


def new_producer(bootstrap: str) -> Any:
    """An idempotent producer, not started; it never expires a batch, so callers bound the wait."""
    return AIOKafkaProducer(
        bootstrap_servers=bootstrap,
        enable_idempotence=True,
        acks="all",
        max_batch_size=262_144,
        max_request_size=MESSAGE_BYTES_MAX,
        compression_type="lz4",
        request_timeout_ms=15_000,
    )


async def close(producer: Any) -> None:
    """Stop a producer whose messages are all answered for."""
    try:
        async with asyncio.timeout(_CLOSE_SECONDS):
            await producer.stop()
    except (TimeoutError, OSError, KafkaError):
        await abandon(producer)


async def abandon(producer: Any) -> None:
    """Kill a producer without flushing: what it still holds is sent again by its successor."""
    with contextlib.suppress(TimeoutError, OSError, KafkaError):
        async with asyncio.timeout(_CLOSE_SECONDS):
            # stop() would flush, which on a lost broker never ends.
            await producer._sender.close()
    with contextlib.suppress(TimeoutError, OSError, KafkaError):
        async with asyncio.timeout(_CLOSE_SECONDS):
            await producer.client.close()
    producer._closed = True
