"""What a process holds, from /proc."""

from pathlib import Path


def megabytes(word: str) -> float:
    """VmRSS is what this process holds, VmHWM the most it ever held."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(word)) / 1024
