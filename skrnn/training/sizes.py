"""The rule of ``batch_size="auto"`` and ``epochs="auto"``.

Few rows need small batches and many epochs to make enough steps; many rows need few
epochs. The rule, and the steps that it makes:

=======  ==========  ======  ======
   rows  batch size  epochs   steps
=======  ==========  ======  ======
     50          16      28     112
    200          16      20     260
  1,000          16      13     819
  4,000          32       9   1,125
 25,000         128       6   1,176
500,000         128       3  11,721
=======  ==========  ======  ======
"""

from __future__ import annotations

AUTO = "auto"

_SMALLEST_BATCH, _LARGEST_BATCH = 16, 128
_STEPS_PER_EPOCH = 64  # with more than the smallest batch size


def auto_batch_size(n_rows: int) -> int:
    """Return the largest power of two from 16 to 128 of at most a 64th of the rows."""
    batch_size = _SMALLEST_BATCH
    while batch_size < _LARGEST_BATCH and 2 * batch_size * _STEPS_PER_EPOCH <= n_rows:
        batch_size *= 2
    return batch_size


def auto_epochs(n_rows: int) -> int:
    """Return ``75 / n_rows ** 0.25``, rounded: 16 times the rows, half the epochs."""
    return max(round(75 / n_rows**0.25), 1)
