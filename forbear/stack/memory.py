"""How much memory a process truly costs: its proportional share, children included."""

from __future__ import annotations

import re
from pathlib import Path

import psutil

_PSS = re.compile(r"^Pss:\s+(\d+) kB", re.MULTILINE)


def share_bytes(pid: int) -> int:
    """The PSS of a process and all below it; the RSS of those the kernel keeps to itself."""
    try:
        root = psutil.Process(pid)
        family = [root, *root.children(recursive=True)]
    except psutil.Error:
        return 0
    return sum(own_bytes(process.pid) for process in family)


def own_bytes(pid: int) -> int:
    """The PSS of one process alone, or its RSS."""
    try:
        found = _PSS.search(Path(f"/proc/{pid}/smaps_rollup").read_text())
        if found:
            return int(found.group(1)) * 1024
    except OSError:
        pass
    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.Error:
        return 0
