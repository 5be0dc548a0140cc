"""
From a folder of files to a trained model
=========================================

Reviews that do not fit in memory are read in chunks: once for the vocabulary, once for
each epoch, and once more to predict. The folder may contain CSV and Parquet files; this
example generates both.
"""

# %%
# The files
# ---------
# The files need a column of texts, a column of labels and shuffled rows: a network that
# reads all positive reviews before the first negative one learns little.

import csv
import tempfile
from pathlib import Path

import pandas as pd

from skrnn import fit_stream, make_sentiment_pipeline, save
from skrnn.datasets import ReviewStream, make_reviews

folder = Path(tempfile.mkdtemp())
(folder / "train").mkdir()
for number in range(4):
    texts, labels = make_reviews(1000, reach=2, random_state=number)
    frame = pd.DataFrame({"review_text": texts, "label": labels})
    if number % 2:
        frame.to_csv(folder / "train" / f"{number}.csv.gz", index=False)
    else:
        frame.to_parquet(folder / "train" / f"{number}.parquet")  # needs pyarrow
texts, labels = make_reviews(1000, reach=2, random_state=9)
pd.DataFrame({"text": texts}).to_csv(folder / "new.csv", index=False)

# %%
# Training
# --------
# Only one chunk is in memory at a time. The default is ten thousand rows; this example
# uses fewer, so that each epoch has several chunks. Each chunk prints a line after the
# network has been trained on it.

stream = ReviewStream(folder / "train", chunk_size=1500)
model = make_sentiment_pipeline(
    None,
    maxlen="auto",
    cell="gru",
    pooling="max",
    epochs=2,
    batch_size=16,
    learning_rate=0.01,
    spatial_dropout=0.0,
    random_state=0,
)
fit_stream(model, stream)
save(model, folder / "model.skrnn")

# %%
# Prediction
# ----------
# A stream without labels yields only texts; the predictions are written chunk by chunk.

new = ReviewStream(
    folder / "new.csv", text_column="text", label_column=None, chunk_size=400
)
with (folder / "predicted.csv").open("w", newline="") as file:
    table = csv.writer(file)
    table.writerow(["text", "label"])
    for chunk, _ in new:
        table.writerows(zip(chunk, model.predict(chunk), strict=True))
predicted = pd.read_csv(folder / "predicted.csv")
print(predicted.head(3).to_string())
print(f"accuracy {(predicted['label'] == labels).mean():.3f}")
