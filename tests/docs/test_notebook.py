"""The notebook of the chapter is what its source says, and runs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

jupytext = pytest.importorskip("jupytext", reason="comes with the extra test-all")
nbformat = pytest.importorskip("nbformat", reason="comes with the extra test-all")
pytestmark = pytest.mark.slow

EXAMPLES = Path(__file__).parents[2] / "examples"


def test_the_notebook_is_made_from_its_source_and_was_run() -> None:
    source = jupytext.read(EXAMPLES / "chapter.py").cells
    kept = nbformat.read(EXAMPLES / "chapter.ipynb", as_version=4).cells
    assert [(c.cell_type, c.source) for c in kept] == [
        (c.cell_type, c.source) for c in source
    ]
    code = [cell for cell in kept if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    outputs = [output for cell in code for output in cell.outputs]
    assert not [output for output in outputs if output.output_type == "error"]
    assert not [output for output in outputs if output.get("name") == "stderr"]
    assert sum("image/png" in output.get("data", {}) for output in outputs) >= 4
    text = (EXAMPLES / "chapter.ipynb").read_text(encoding="utf-8")
    assert str(Path.home()) not in text
    assert "site-packages" not in text


def test_the_notebook_runs(tmp_path) -> None:
    notebook = tmp_path / "chapter.ipynb"
    jupytext.write(jupytext.read(EXAMPLES / "chapter.py"), notebook)
    run = "from nbclient.cli import main; main()"
    environment = {k: v for k, v in os.environ.items() if k != "SKRNN_DATA"}
    subprocess.run(
        [sys.executable, "-c", run, "--inplace", str(notebook)],
        check=True,
        env=environment,
        cwd=tmp_path,
    )
    first, *_, last = nbformat.read(notebook, as_version=4).cells
    assert first.source.startswith("# The chapter")
    assert " bytes\n" in "".join(output.get("text", "") for output in last.outputs)
