"""The candidate pool and its ranking. Importing this loads numba, so nothing imports it before the first paint."""

import numpy as np
from benchmarks.layout import kernels

_FEATURES = 320


class Engine:
    """Rows of hashed features, two posteriors, one draw a posting."""

    def __init__(self, size: int) -> None:
        kernels.warm()
        self._starts = np.zeros(size + 1, np.uint64)
        self._index = np.zeros(size * _FEATURES, np.uint32)
        self._table, self._out = np.zeros(4096, np.uint32), np.zeros(_FEATURES, np.uint32)
        random_ = np.random.default_rng(7)
        self._pairs = [random_.random(2 << kernels.BITS, np.float32) * np.float32(0.01) for _ in range(2)]
        self._mean, self._sd, self._score = (np.zeros(size, np.float32) for _ in range(3))
        self._round = 0
        self.keys: list[str] = []

    def admit(self, key: str, text: str) -> None:
        """Hash one posting and append its row; a full pool takes no more."""
        at = len(self.keys)
        if at == self._mean.size:
            return
        count = kernels.featurise(np.frombuffer(text.encode() or b" ", np.uint8), self._table, self._out)
        start = int(self._starts[at])
        self._index[start : start + count] = self._out[:count]
        self._starts[at + 1] = start + count
        self.keys.append(key)

    def rank(self, limit: int) -> list[tuple[str, float]]:
        """The best postings of a new round, best first. Recomputes every row, as after a change of posterior."""
        size = len(self.keys)
        mean, sd, score = self._mean[:size], self._sd[:size], self._score[:size]
        top = np.zeros(min(limit, size), np.int64)
        if not size:
            return []
        self._round += 1
        kernels.rows(self._starts, self._index, self._pairs[self._round % 2], mean, sd)
        kernels.draw_top(mean, sd, np.uint64(self._round), score, top)
        return [(self.keys[i], float(score[i])) for i in top]
