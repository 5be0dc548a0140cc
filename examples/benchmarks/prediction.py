"""Prediction of one text and of 25,000 rows: SciKeras, Keras' Model.predict and skrnn.

python examples/benchmarks/prediction.py
"""

import numpy as np
from peers import keras_model, scikeras_classifier
from sklearn.pipeline import make_pipeline
from timing import show, take_turns

from skrnn import RNNSentimentClassifier, TextSequencer
from skrnn.datasets import fetch_imdb

reviews, y = fetch_imdb(return_X_y=True)
few, labels = reviews[:2000], y[:2000]
sequencer = TextSequencer(max_features=7998, maxlen=200)
text = " ".join(reviews[0].split()[:20])

scikeras = make_pipeline(sequencer, scikeras_classifier(epochs=1)).fit(few, labels)
ours = make_pipeline(sequencer, RNNSentimentClassifier(epochs=1, random_state=0)).fit(
    few, labels
)
show(
    "predict_proba of one text of 20 words through a Pipeline",
    take_turns(
        {
            "SciKeras": lambda: scikeras.predict_proba([text]),
            "skrnn": lambda: ours.predict_proba([text]),
        },
        repeats=100,
        warm_up=5,
    ),
    unit="ms",
)

X = sequencer.fit(reviews).transform(reviews)
for cell in ("simple", "lstm", "gru"):
    model = keras_model(cell)
    network = RNNSentimentClassifier(
        cell=cell, pooling="last", epochs=1, random_state=0
    )
    network.fit(X[:1000], y[:1000])
    show(
        f"25,000 rows of 200, {cell}",
        take_turns(
            {
                "Keras Model.predict (batches of 32)": lambda m=model: m.predict(
                    X, verbose=0
                ),
                "Keras Model.predict (batches of 256)": lambda m=model: m.predict(
                    X, batch_size=256, verbose=0
                ),
                "skrnn": lambda n=network: n.predict_proba(X),
            }
        ),
    )
assert np.isfinite(network.predict_proba(X)).all()
