from __future__ import annotations

import pytest

from skrnn.training.sizes import auto_batch_size, auto_epochs


@pytest.mark.parametrize(
    ("n_rows", "batch_size", "epochs"),
    [
        (1, 16, 75),
        (16, 16, 38),  # 37.5, rounded to an even number
        (50, 16, 28),
        (200, 16, 20),
        (1_000, 16, 13),
        (2_047, 16, 11),
        (2_048, 32, 11),
        (4_000, 32, 9),
        (4_096, 64, 9),
        (8_191, 64, 8),
        (8_192, 128, 8),
        (25_000, 128, 6),  # the sizes that "fast" was chosen with, on IMDb
        (75_000, 128, 5),  # and "semi_supervised"
        (500_000, 128, 3),
        (1_000_000_000, 128, 1),
    ],
)
def test_the_rule(n_rows: int, batch_size: int, epochs: int) -> None:
    assert auto_batch_size(n_rows) == batch_size
    assert auto_epochs(n_rows) == epochs
