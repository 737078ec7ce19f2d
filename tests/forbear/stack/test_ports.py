"""A taken port is told with who holds it and what to set."""

from __future__ import annotations

import os
import socket

import pytest

from forbear.stack import ports
from forbear.stack.failures import StackError


def test_a_taken_port_names_its_holder_and_the_way_out() -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        with pytest.raises(StackError) as refusal:
            ports.require_free(port, "Kafka")
    assert f"port {port}, wanted by Kafka, is taken by" in str(refusal.value)
    assert f"(pid {os.getpid()})" in str(refusal.value)
    assert "FORBEAR_PORT_BASE" in str(refusal.value)


def test_a_free_port_passes(port: int) -> None:
    ports.require_free(port, "Kafka")
    assert not ports.answers(port)
