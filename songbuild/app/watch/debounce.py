"""When a burst of saves is over."""

from __future__ import annotations

QUIET_S = 0.03
MOST_S = 0.3


class Debounce:
    """Waits until nothing has been saved for `quiet_s`, but for `most_s` at most; times are time.monotonic()'s."""

    def __init__(self, quiet_s: float = QUIET_S, most_s: float = MOST_S) -> None:
        self._quiet_s, self._most_s = quiet_s, most_s
        self._first: float | None = None
        self._last = 0.0

    def heard(self, now: float) -> None:
        """Something was saved."""
        self._first = now if self._first is None else self._first
        self._last = now

    def left(self, now: float) -> float | None:
        """Seconds until it is time to build, 0 when it is; None where nothing was saved."""
        if self._first is None:
            return None
        return max(0.0, min(self._last + self._quiet_s, self._first + self._most_s) - now)

    def clear(self) -> None:
        """Forget what was heard."""
        self._first = None
