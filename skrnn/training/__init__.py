"""The training loop: batches of like length, callbacks, history."""
