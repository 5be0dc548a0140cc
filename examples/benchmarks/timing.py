"""Shared by the benchmarks: alternating peers, medians, memory."""

import gc
import os
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median


def take_turns(
    peers: dict[str, Callable[[], object]], *, repeats: int = 3, warm_up: int = 1
) -> dict[str, float]:
    """Run the peers in turns and return the median seconds of each.

    No peer pays for collecting the garbage of another.
    """
    seconds: dict[str, list[float]] = {name: [] for name in peers}
    for turn in range(warm_up + repeats):
        for name, run in peers.items():
            gc.collect()
            start = time.perf_counter()
            run()
            if turn >= warm_up:
                seconds[name].append(time.perf_counter() - start)
    return {name: median(values) for name, values in seconds.items()}


def show(title: str, medians: dict[str, float], *, unit: str = "s") -> None:
    """Print the medians, and how many times faster the last peer is."""
    factor = {"s": 1.0, "ms": 1e3}[unit]
    ours = list(medians.values())[-1]
    print(f"\n{title}\n{'':<42}{unit:>10}{'ratio':>9}")
    for name, seconds in medians.items():
        print(f"{name:<42}{seconds * factor:>10.3f}{seconds / ours:>8.1f}x", flush=True)


def resident_megabytes() -> float:
    """Return the resident memory of this process."""
    with Path("/proc/self/statm").open() as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
