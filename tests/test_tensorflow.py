"""Importing TensorFlow: its start-up messages are held back, all others arrive."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from skrnn import _tensorflow

QUICK_FIT = """
import os, sys
import skrnn
from sklearn.model_selection import cross_val_score
texts, labels = ["so good", "so bad"] * 4, [1, 0] * 4
model = skrnn.make_sentiment_pipeline(
    None, cell="simple", units=2, embedding_dim=2, epochs=1, maxlen=3
)
"""


def run(code: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run Python code in an environment without the level of TensorFlow's messages."""
    inherited = {k: v for k, v in os.environ.items() if k != "TF_CPP_MIN_LOG_LEVEL"}
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={**inherited, **variables},
    )


@pytest.mark.slow
def test_a_fit_here_and_in_workers_says_nothing_but_what_the_user_says() -> None:
    code = (
        "model.fit(texts, labels)\n"
        "scores = cross_val_score(model, texts, labels, cv=2, n_jobs=2)\n"
        "print(len(scores), os.environ.get('TF_CPP_MIN_LOG_LEVEL'))\n"
        "print('from Python', file=sys.stderr)\n"
        "os.write(2, b'from C\\n')\n"
        "raise RuntimeError('from an error')"
    )
    done = run(QUICK_FIT + code)
    assert done.stdout == "2 None\n", done.stderr
    said = done.stderr.splitlines()
    assert said[:2] == ["from Python", "from C"]
    assert said[2].startswith("Traceback")
    assert said[-1] == "RuntimeError: from an error"


@pytest.mark.slow
def test_a_user_who_asks_for_the_messages_gets_them() -> None:
    code = "import os, skrnn._tensorflow; print(os.environ['TF_CPP_MIN_LOG_LEVEL'])"
    done = run(code, TF_CPP_MIN_LOG_LEVEL="0")
    assert done.stdout == "0\n"
    assert "oneDNN" in done.stderr


def test_an_import_that_fails_shows_its_error() -> None:
    code = (
        "import os, sys\n"
        "class Broken:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'tensorflow':\n"
        "            os.write(2, b'F0000 a library is damaged\\n')\n"
        "            raise ImportError('no TensorFlow here')\n"
        "sys.meta_path.insert(0, Broken())\n"
        "import skrnn._tensorflow\n"
    )
    done = run(code)
    assert done.returncode == 1
    assert "F0000 a library is damaged\n" in done.stderr
    assert "no TensorFlow here" in done.stderr


CHATTER = """\
WARNING: All log messages before absl::InitializeLog() is called are written to STDERR
I0000 00:00:1795690011.790058   13095 port.cc:153] oneDNN custom operations are on.
To enable the following instructions: AVX2 FMA, in other operations, rebuild \
TensorFlow with the appropriate compiler flags.
E0000 00:00:1795690015.866246   13095 cuda_platform.cc:52] failed call to cuInit
E0000 00:00:1795690015.866246   13095 cuda_fft.cc:477] Unable to register cuFFT factory
W0000 00:00:1795690015.866246   13095 computation_placer.cc:177] already registered
2025-05-01 10:00:00.123456: I tensorflow/core/util/port.cc:153] oneDNN is on.
2025-05-01 10:00:00.123456: E external/local_xla/cuda/cuda_driver.cc:152] no cuInit
"""

MESSAGES = """\
UserWarning: something of the user's own
E0000 00:00:1795690015.866246   13095 plugin.cc:12] a plugin is damaged
2025-05-01 10:00:00.123456: E tensorflow/core/framework/op.cc:9] an op is damaged
2025-05-01 10:00:00.123456: F tensorflow/core/platform/cpu.cc:9] no AVX
"""


def test_only_chatter_is_held_back(capfd: pytest.CaptureFixture[str]) -> None:
    with _tensorflow._without_chatter():
        os.write(2, (CHATTER + MESSAGES).encode())
    assert capfd.readouterr().err == MESSAGES


# Stands for TensorFlow and Keras: fails, and notes which module imports it first.
FIRST_IMPORTS = """
import importlib, sys
import skrnn
class Noted:
    def find_spec(self, name, path=None, target=None):
        if name in ("tensorflow", "keras", "scikeras"):
            frame = sys._getframe(1)
            while "importlib" in frame.f_code.co_filename:
                frame = frame.f_back
            importers.add(frame.f_globals["__name__"])
            raise ImportError(name)
sys.meta_path.insert(0, Noted())
importers = set()
modules = (
    skrnn, skrnn.baselines, skrnn.comparison, skrnn.datasets, skrnn.ensemble,
    skrnn.inspection, skrnn.serving, skrnn.text,
)
for module in modules:
    for name in module.__all__:
        try:
            getattr(module, name)
        except ImportError:
            pass
print(*importers)
"""


def test_whatever_is_imported_first_tensorflow_is_imported_in_one_module() -> None:
    done = run(FIRST_IMPORTS)
    assert done.stdout.split() == ["skrnn._tensorflow"], done.stderr
