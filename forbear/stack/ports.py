"""Finding out who holds a port before a child stumbles over it."""

from __future__ import annotations

import socket
from http.client import HTTPConnection, HTTPException

import psutil

from forbear.stack.failures import StackError

_BASE_FIRST, _BASE_LAST, _BASE_STEP = 20_000, 30_000, 100


def require_free(port: int, what: str) -> None:
    """Refuse with the holder's name when the port on loopback cannot be bound."""
    if is_free(port):
        return
    raise StackError(
        f"port {port}, wanted by {what}, is taken by {holder(port)}; stop it, or set "
        "FORBEAR_PORT_BASE to another hundred (for instance 7400)"
    )


def is_free(port: int) -> bool:
    """Whether a server could listen on this loopback port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_base() -> int:
    """A FORBEAR_PORT_BASE whose whole hundred is free, for a stack beside the usual one."""
    for base in range(_BASE_FIRST, _BASE_LAST, _BASE_STEP):
        if all(is_free(base + offset) for offset in range(_BASE_STEP)):
            return base
    raise StackError(f"no free hundred of ports between {_BASE_FIRST} and {_BASE_LAST}; stop some")


def answers(port: int) -> bool:
    """Whether something accepts connections on this loopback port."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def is_ready(port: int) -> bool:
    """Whether a service on this port says it is ready to work."""
    asked = HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        asked.request("GET", "/readyz")
        return asked.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        asked.close()


def holder(port: int) -> str:
    """The listening process in words a person can look for."""
    for connection in psutil.net_connections(kind="tcp"):
        listens = connection.status == psutil.CONN_LISTEN
        if listens and tuple(connection.laddr)[1:] == (port,):
            return _name(connection.pid)
    return "a process this user may not see"


def _name(pid: int | None) -> str:
    if pid is None:
        return "a process this user may not see"
    try:
        return f"{psutil.Process(pid).name()} (pid {pid})"
    except psutil.Error:
        return f"pid {pid}"
