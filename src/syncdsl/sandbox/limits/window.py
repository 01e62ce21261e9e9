"""How much was used in the last seconds, at any moment."""

from collections import deque

FINE = 3_600
"""Windows up to so many seconds are exact; longer ones are exact to the second."""


class Window:
    """A sliding window: what is used at a moment counts until `seconds` have passed."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._uses: deque[tuple[float, int]] = deque()
        self._sum = 0
        self.peak = 0

    def used(self, moment: float) -> int:
        """Return what counts at a moment."""
        while self._uses and self._uses[0][0] <= moment - self._seconds:
            self._sum -= self._uses.popleft()[1]
        return self._sum

    def use(self, moment: float, amount: int) -> None:
        """Count an amount from this moment on."""
        self.used(moment)
        # Bounded also while the clock stands, and in long windows: there is one entry a moment, or a second.
        last = self._uses[-1][0] if self._uses else None
        if last is not None and (last == moment or (self._seconds > FINE and int(last) == int(moment))):
            self._uses.append((moment, self._uses.pop()[1] + amount))
        else:
            self._uses.append((moment, amount))
        self._sum += amount
        self.peak = max(self.peak, self._sum)
