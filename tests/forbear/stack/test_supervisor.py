"""The supervisor keeps small processes alive, says so, and stops them in order and in time."""

from __future__ import annotations

import signal
import socket
import time
from dataclasses import replace

import pytest

from chassis.settings import Settings
from forbear.stack.failures import StackError
from forbear.stack.parts import Plan
from forbear.stack.process import spawn
from forbear.stack.state import Identity, PartState, StackState, identify, write_state
from forbear.stack.supervisor import Supervisor
from tests.forbear.stack.conftest import DEAF, MakePart, until


async def test_a_killed_process_is_started_again_and_said_so(
    stack_settings: Settings, make_part: MakePart
) -> None:
    said: list[str] = []
    plan = Plan((), (make_part("intake"), make_part("ledger")))
    async with Supervisor(stack_settings, stack=plan, say=said.append) as supervisor:
        supervisor.kill("intake")
        await until(lambda: supervisor.restarts("intake") == 1)
        await supervisor.ready(10)
        assert supervisor.restarts("ledger") == 0
        assert supervisor.memory()["intake"] > 0
    assert any("was killed by SIGKILL" in line for line in said)
    assert any("intake is started again in 0.5 s" in line for line in said)


async def test_a_process_that_keeps_dying_is_tried_again_ever_more_slowly(
    stack_settings: Settings, make_part: MakePart
) -> None:
    said: list[str] = []
    plan = Plan((), (make_part("intake", "raise SystemExit('no database')"),))
    supervisor = Supervisor(stack_settings, stack=plan, say=said.append)
    await supervisor.start()
    try:
        await until(lambda: supervisor.restarts("intake") >= 2)
    finally:
        await supervisor.stop()
    assert any("ended with status 1; the end of its log: no database" in line for line in said)
    assert [line for line in said if "again in" in line][:2] == [
        "intake is started again in 0.5 s",
        "intake is started again in 1.0 s",
    ]


async def test_parts_that_never_answer_are_named(
    stack_settings: Settings, make_part: MakePart
) -> None:
    silent = replace(make_part("intake"), is_ready=lambda child: False)
    supervisor = Supervisor(stack_settings, stack=Plan((), (silent, make_part("ledger"))))
    await supervisor.start()
    try:
        with pytest.raises(StackError, match=r"not up after 1 s: intake; look at"):
            await supervisor.ready(1)
    finally:
        await supervisor.stop()


@pytest.mark.slow
async def test_a_deaf_process_does_not_hold_up_the_stop(
    stack_settings: Settings, make_part: MakePart
) -> None:
    heard = stack_settings.var.parent / "deaf"
    deaf = replace(make_part("intake", DEAF), is_ready=lambda child: heard.exists())
    plan = Plan((), (deaf, make_part("ledger")))
    supervisor = Supervisor(stack_settings, stack=plan)
    await supervisor.start()
    await supervisor.ready(10)
    pids = [part.process for part in supervisor.states() if part.process]
    began = time.monotonic()
    await supervisor.stop()
    assert time.monotonic() - began < 15
    assert not any(process.is_alive() for process in pids)


async def test_a_second_supervisor_of_the_same_state_is_refused(
    stack_settings: Settings, make_part: MakePart
) -> None:
    plan = Plan((), (make_part("intake"),))
    async with Supervisor(stack_settings, stack=plan):
        with pytest.raises(StackError, match="already supervised by pid"):
            await Supervisor(stack_settings, stack=plan).start()


async def test_a_taken_port_stops_the_start_before_anything_runs(
    stack_settings: Settings, make_part: MakePart
) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        plan = Plan((), (make_part("ledger"), make_part("intake", taking=(port,))))
        supervisor = Supervisor(stack_settings, stack=plan)
        with pytest.raises(StackError, match=f"port {port}, wanted by intake, is taken by"):
            await supervisor.start()
        await supervisor.stop()
    assert supervisor.states() == ()


async def test_what_a_lost_supervisor_left_is_ended_by_the_next(
    stack_settings: Settings, make_part: MakePart
) -> None:
    left = spawn(make_part("intake").prepare())
    lost = Identity(left.pid, "another boot/1")
    parts = (PartState("intake", "up", "", identify(left.pid)),)
    (stack_settings.var / "run").mkdir(parents=True)
    write_state(stack_settings.var / "run", StackState(lost, parts))
    said: list[str] = []
    try:
        async with Supervisor(stack_settings, stack=Plan((), ()), say=said.append):
            assert not left.is_alive()
    finally:
        left.stop()
    assert said == [f"ending what a lost supervisor left: intake (pid {left.pid})"]


async def test_a_part_can_be_added_to_a_running_stack(
    stack_settings: Settings, make_part: MakePart
) -> None:
    async with Supervisor(stack_settings, stack=Plan((), ())) as supervisor:
        await supervisor.add(make_part("borrowers"))
        await supervisor.ready(10)
        assert [part.state for part in supervisor.states()] == ["up"]
        with pytest.raises(StackError, match="no part is called 'borrower'"):
            supervisor.kill("borrower")


async def test_a_part_outside_is_shown_and_not_started(
    stack_settings: Settings,
) -> None:
    plan = Plan((), (), {"temporal": "elsewhere:7233"})
    supervisor = Supervisor(stack_settings, stack=plan)
    assert [(p.name, p.state, p.address) for p in supervisor.states()] == [
        ("temporal", "outside", "elsewhere:7233")
    ]


def test_sigkill_is_what_an_orphan_gets(make_part: MakePart) -> None:
    assert make_part("intake").prepare().orphan_signal == signal.SIGKILL
