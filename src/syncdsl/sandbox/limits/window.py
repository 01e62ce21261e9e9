"""How much was used in the last seconds, at any moment."""

from collections import deque


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
        # One entry per moment, and moments of one second only: a day has no more than 86,400 of those in a long window.
        if self._uses and self._seconds > 3_600 and int(self._uses[-1][0]) == int(moment):
            amount_before = self._uses.pop()[1]
            self._uses.append((moment, amount_before + amount))
        else:
            self._uses.append((moment, amount))
        self._sum += amount
        self.peak = max(self.peak, self._sum)
