"""Export of fitted pipelines to ONNX: the writer, and the format of its files.

:func:`~skrnn.onnx.export.export_onnx` writes. :mod:`skrnn.serving` reads and needs
neither TensorFlow nor scikit-learn. The names and values that both use are in
:mod:`skrnn.serving.format`, because serving must not import this package.

The file
--------
An exported file is an ONNX model. Its graph holds the networks and the linear models.
Its metadata hold one entry, ``skrnn``, a JSON object, and after it the checksum
``skrnn_sha256`` of all other bytes. A reader refuses a file without the right checksum.

The JSON object has the keys

``format_version``
    The version of this format, an int.
``versions``
    ``{"skrnn": "..."}``, which release wrote the file.
``classes``
    ``dtype`` and ``values`` of the labels, in the order of the probabilities. Absent if
    the model is a regressor.
``text``
    The text rules, if the graph is one network.
``texts`` and ``model``
    All text rules, and how the outputs of the graph combine to probabilities, if the
    graph is anything else.

Each item of ``texts`` has a ``kind``, the names of its ``inputs`` in the graph, and its
``rules``:

- ``"ids"`` are the rules of a :class:`~skrnn.TextSequencer`
  (:func:`~skrnn.onnx.text_rules.write_text_rules`), with the vocabulary. Its
  ``columns``, if there are several, are their names, or a null for each without. The
  input is int64 of shape (batch, time), 0 for padding and between sentences.
- ``"bag"`` are the rules of a vectorizer of scikit-learn
  (:func:`~skrnn.onnx.text_rules.write_bag_rules`). The inputs are the numbers of the
  features of each text, int64, and their counts, float64, 0 for padding.

A rule is a plain value, or ``{"function": ...}`` with the import path of a function.
Functions that are not known to be harmless are imported only if the user trusts them.

``model`` is a tree. Its leaves, of the kind ``"output"``, name an output of the graph
and the link function to probabilities; :mod:`skrnn.serving.combining` computes the
others.

How the format grows
--------------------
The reader accepts every version up to :data:`~skrnn.serving.format.FORMAT_VERSION` and
refuses later ones with the advice to upgrade.

Raise the number whenever this release would misread a file of the last one, or the last
one would misread a file of this one: a key or a rule is added, removed or renamed, or a
value gets another meaning. An optional rule
(:data:`~skrnn.serving.format.OPTIONAL_RULES`), and a kind or a link of ``model``, need
no new number: an earlier release refuses them by name.

To raise it from ``n`` to ``n + 1``:

1. Change the writer here, and the reader in :mod:`skrnn.serving`. It reads the current
   version only.
2. In :mod:`skrnn.serving.old`, add a function under ``n`` that turns the metadata of
   version ``n`` into that of version ``n + 1``. Files of earlier versions pass through
   all upgrades, so an upgrade never changes.
3. Raise ``FORMAT_VERSION``.
4. Before the change, export a model that it affects as
   ``tests/persistence/data/<name>_<release>.onnx``. Golden files never change: they
   prove that every version still loads.

The graph needs no version of ours: ONNX has its own (opset 17, IR version 8), and
runtimes read earlier ones.
"""
