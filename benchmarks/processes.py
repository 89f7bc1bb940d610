"""What a process and those that it started have cost, as Linux counts it below /proc."""

import os
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def list_processes(root: int) -> list[int]:
    """A process and everything below it that is alive."""
    children: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        fields = _read_stat(path)
        if fields:
            children.setdefault(int(fields[1]), []).append(int(path.parent.name))
    found = [root]
    for process in found:
        found += children.get(process, [])
    return found


def cpu_seconds(root: int) -> float:
    """User and system time of a process and what it started, those that have ended and were waited for among them."""
    total = 0.0
    for process in list_processes(root):
        fields = _read_stat(Path(f"/proc/{process}/stat"))
        total += sum(map(int, fields[11:15])) / _TICKS if fields else 0.0
    return total


def peak_megabytes(root: int) -> dict[int, float]:
    """The most memory that each of these processes has had resident; what they share counts for each of them."""
    return {process: _read_status(process, "VmHWM") for process in list_processes(root)}


def resident_megabytes(process: int) -> float:
    """What a process has resident now."""
    return _read_status(process, "VmRSS")


def _read_stat(path: Path) -> list[str]:
    """The fields behind the name, which may hold spaces: state, parent, and so on."""
    try:
        return path.read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _read_status(process: int, name: str) -> float:
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(name)), 0.0)
