"""Tells the infrastructure's fault from a record's own: the first is waited out, never blamed."""

from __future__ import annotations

from aiokafka.errors import KafkaError
from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from temporalio.service import RPCError, RPCStatusCode

# https://www.postgresql.org/docs/current/errcodes-appendix.html: connection, rollback (deadlock),
# resources, operator intervention (shutdown, cancelled), system error.
_SQLSTATE_CLASSES = frozenset({"08", "40", "53", "57", "58"})
_LOCK_NOT_AVAILABLE = "55P03"
_RPC_STATUSES = frozenset(
    {
        RPCStatusCode.UNAVAILABLE,
        RPCStatusCode.DEADLINE_EXCEEDED,
        RPCStatusCode.RESOURCE_EXHAUSTED,
        RPCStatusCode.ABORTED,
        RPCStatusCode.CANCELLED,
        RPCStatusCode.INTERNAL,
        RPCStatusCode.UNKNOWN,
    }
)


def is_infrastructure(error: BaseException) -> bool:
    """Whether the same work may succeed unchanged once the infrastructure is well again."""
    if isinstance(error, OSError | TimeoutError | PoolTimeout | KafkaError):
        return True
    if isinstance(error, RPCError):
        return error.status in _RPC_STATUSES
    if isinstance(error, InterfaceError) and error.orig is not None:
        # asyncpg reports a value it cannot encode by the same class as a closed connection.
        return not isinstance(error.orig.__cause__, ValueError)
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or _is_server_trouble(error.orig)
    return _is_server_trouble(error)


def _is_server_trouble(error: BaseException | None) -> bool:
    if isinstance(error, OSError | TimeoutError):
        return True
    sqlstate = getattr(error, "sqlstate", None) or ""
    return sqlstate[:2] in _SQLSTATE_CLASSES or sqlstate == _LOCK_NOT_AVAILABLE
