"""The chapter's networks in plain Keras and in SciKeras."""

import keras
from scikeras.wrappers import KerasClassifier


def recurrent_layers(cell: str, units: int) -> list[keras.layers.Layer]:
    """Return the layers between the embedding and the output."""
    return {
        "simple": lambda: [keras.layers.SimpleRNN(units)],
        "lstm": lambda: [keras.layers.LSTM(units)],
        "gru": lambda: [keras.layers.GRU(units, reset_after=False)],
        "bidirectional": lambda: [keras.layers.Bidirectional(keras.layers.LSTM(units))],
        "stacked": lambda: [
            keras.layers.LSTM(units, return_sequences=True),
            keras.layers.LSTM(units),
        ],
    }[cell]()


def keras_model(cell: str = "lstm", units: int = 32, n_ids: int = 8000) -> keras.Model:
    """Build and compile the chapter's model."""
    model = keras.Sequential(
        [
            keras.Input((None,), dtype="int32"),
            keras.layers.Embedding(n_ids, 32),
            keras.layers.SpatialDropout1D(0.4),
            *recurrent_layers(cell, units),
            keras.layers.Dropout(0.4),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile("rmsprop", "binary_crossentropy", metrics=["accuracy"])
    return model


def scikeras_classifier(**params: object) -> KerasClassifier:
    """Wrap the model with SciKeras; ``model__cell`` and ``model__units`` are routed."""
    return KerasClassifier(
        model=keras_model, batch_size=128, verbose=0, random_state=0, **params
    )
