"""What the figures were taken on, and how much memory a process holds."""

from __future__ import annotations

import os
import platform
from pathlib import Path


def machine_facts() -> dict[str, str]:
    """Cores, memory, processor, system, Python."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "cores": str(os.cpu_count()),
        "memory": f"{memory:.0f} GiB",
        "processor": _processor(),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
    }


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    named = (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.machine())


def processor_seconds(pid: int) -> float:
    """Processor time of a process and its children since their start; 0 where /proc is not there."""
    ticks = sum(_ticks(one) for one in (pid, *_descendants(pid)))
    return ticks / os.sysconf("SC_CLK_TCK")


def _ticks(pid: int) -> int:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0
    return int(fields[11]) + int(fields[12])  # user and system time, counted behind the name


def resident_mib(pid: int) -> float | None:
    """Resident memory of a process and its children in MiB; None where /proc is not there."""
    own = _resident_kib(pid)
    if own is None:
        return None
    return (own + sum(_resident_kib(child) or 0 for child in _descendants(pid))) / 1024


def _resident_kib(pid: int) -> int | None:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except FileNotFoundError:
        return None
    return next((int(line.split()[1]) for line in lines if line.startswith("VmRSS")), 0)


def _descendants(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    children = [int(word) for word in listed.read_text().split()] if listed.exists() else []
    return children + [below for child in children for below in _descendants(child)]
