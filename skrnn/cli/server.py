"""A small HTTP service: labels of texts, a page that describes it, a health check."""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import Any

import click
import pandas as pd
import uvicorn
from fastapi import FastAPI
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field, create_model

import skrnn
from skrnn.cli.command_helpers import as_input, predict_records, text_columns

__all__ = ["make_app", "run"]

_MAX_TEXTS = 10_000

Label = int | float | bool | str


class Texts(BaseModel):
    """The texts of a request."""

    texts: list[str] = Field(
        min_length=1, max_length=_MAX_TEXTS, examples=[["Not bad at all!"]]
    )


def _table_of(columns: list[str]) -> type[BaseModel]:
    """Return a request of rows with a text for each column."""
    # Under aliases, since a field cannot have every name.
    fields: Any = {
        f"column_{n}": (str, Field(alias=name)) for n, name in enumerate(columns)
    }
    row: Any = create_model("Row", **fields)
    texts = (list[row], Field(min_length=1, max_length=_MAX_TEXTS))
    return create_model("Texts", texts=texts)


class Prediction(BaseModel):
    """The answer to one text.

    With several labels per text, these are the predicted labels and the probability of
    each label.
    """

    prediction: Label | list[Label]
    probability: float | dict[str, float] | None = None


class Predictions(BaseModel):
    """The answers to the texts of a request, in their order."""

    predictions: list[Prediction]


class Health(BaseModel):
    """The state of the service."""

    status: str
    labels: list[Label] | None = None


def make_app(model: Any) -> FastAPI:
    """Return the service of a fitted classifier of texts."""
    columns = text_columns(model)
    app = FastAPI(
        title="skrnn",
        version=skrnn.__version__,
        description="Labels of texts, by a model trained with skrnn.",
    )

    @app.get("/", include_in_schema=False)
    def index() -> RedirectResponse:
        return RedirectResponse("/docs")

    @app.get("/health", summary="Whether the service is ready")
    def health() -> Health:
        classes = getattr(model, "classes_", None)  # a regressor has none
        labels = None if classes is None else classes.tolist()
        return Health(status="ok", labels=labels)

    # FastAPI calls a plain function in a thread: networks predict in many at once.
    def predict(request: Any) -> Predictions:
        texts = request.texts
        if columns is not None:
            rows = [row.model_dump(by_alias=True) for row in texts]
            texts = pd.DataFrame(rows, columns=columns)
        found = predict_records(model, texts)
        return Predictions(predictions=[Prediction(**each) for each in found])

    predict.__annotations__ = {
        "request": Texts if columns is None else _table_of(columns),
        "return": Predictions,
    }
    summary = "Labels and probabilities of texts"
    app.post("/predict", summary=summary)(predict)

    return app


def run(model: Any, *, host: str, port: int) -> None:
    """Serve until Ctrl-C."""
    text = "Compile the network before the first request."
    n_texts = len(text_columns(model) or [text])
    predict_records(model, as_input(model, [text] * n_texts))
    try:
        listener = socket.create_server((host, port))
    except OSError as error:
        raise ValueError(
            f"Port {port} of {host} cannot be used: {error.strerror}. Choose another "
            "with --port."
        ) from error
    name, number = listener.getsockname()[:2]
    click.echo(
        f"Serving at http://{name}:{number} (described at /docs); stop with Ctrl-C",
        err=True,
    )
    server = uvicorn.Server(uvicorn.Config(make_app(model), log_level="warning"))
    with suppress(KeyboardInterrupt):  # uvicorn has finished the open requests
        server.run(sockets=[listener])
    click.echo("Stopped", err=True)
