"""The Large Movie Review Dataset: downloaded once and cached as JSON."""

from __future__ import annotations

import gzip
import hashlib
import http.client
import json
import os
import re
import sys
import tarfile
import time
import urllib.error
import urllib.request
import warnings
import zlib
from functools import partial
from numbers import Integral, Real
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pandas as pd
from sklearn.datasets import get_data_home
from sklearn.utils import Bunch, check_random_state

from skrnn._files import write_atomically

ARCHIVE = "aclImdb_v1.tar.gz"
URL = f"https://ai.stanford.edu/~amaas/data/sentiment/{ARCHIVE}"
SHA256 = "c40f74a18d3b61f90feba1e17730e0d38e8b97c05fde7008942e91923d1658fe"
_MEMBER = re.compile(r"(?:\./)?aclImdb/(train|test)/(neg|pos|unsup)/(\d+)_(\d+)\.txt")
_TARGETS = {"neg": 0, "pos": 1, "unsup": -1}
_EXAMPLES = {
    "train": "aclImdb/train/pos/0_9.txt",
    "test": "aclImdb/test/pos/0_10.txt",
    "unsup": "aclImdb/train/unsup/0_0.txt",
}
_CACHE_VERSION = 1
_TIMEOUT = 60.0

# One review: its text, its class and its rating.
Reviews = list[tuple[str, int, int]]


def fetch_imdb(
    *,
    subset: str = "train",
    target: str = "sentiment",
    data_home: str | os.PathLike[str] | None = None,
    return_X_y: bool = False,
    as_frame: bool = False,
    shuffle: bool = True,
    random_state: int | np.random.RandomState | None = 42,
    download_if_missing: bool = True,
    n_retries: int = 3,
    delay: float = 1.0,
) -> Any:
    """Load the IMDb movie reviews, with their sentiment or their rating as target.

    The archive ``aclImdb_v1.tar.gz`` is looked for in ``data_home`` and in the folder
    that the environment variable ``SKRNN_DATA`` names, and otherwise downloaded (84 MB)
    into ``data_home``. It is parsed once and cached in ``data_home``. Keep the archive:
    the cache is rebuilt when the archive has changed.

    =================   ================================================
    Classes                         2, or ratings from 1 to 10 (no 5 and 6)
    Samples               25,000 train, 25,000 test, 50,000 unlabeled
    Texts               UTF-8, with ``<br />``
    =================   ================================================

    Parameters
    ----------
    subset : {"train", "test", "all", "unsup"}, default="train"
        The labeled reviews for training, for testing, or both; or the unlabeled ones.
    target : {"sentiment", "rating"}, default="sentiment"
        What to predict: whether a review is positive, or its stars from 1 to 10. A
        review of 4 stars or fewer is negative, one of 7 or more positive; there are no
        others.
    data_home : str or path-like, default=None
        Folder of the archive and the cache; scikit-learn's data folder if None.
    return_X_y : bool, default=False
        Whether to return ``(data, target)`` only.
    as_frame : bool, default=False
        Whether data and target are pandas Series.
    shuffle : bool, default=True
        Whether to shuffle the reviews, which come sorted by class.
    random_state : int, RandomState instance or None, default=42
        Seed or generator of the order.
    download_if_missing : bool, default=True
        If false, raise an OSError if the archive is not found.
    n_retries : int, default=3
        The number of retries when the download fails, except if the server rejects the
        request (404 and similar).
    delay : float, default=1.0
        Seconds between retries.

    Returns
    -------
    reviews : :class:`~sklearn.utils.Bunch`
        With the entries

        data : ndarray of shape (n_samples,), object, or Series
            The texts, str.
        target : ndarray or Series of shape (n_samples,), int64
            0 is negative, 1 positive, -1 unlabeled. With ``target="rating"``, the
            same as ``ratings``.
        ratings : ndarray of shape (n_samples,), int64
            Stars from 1 to 10, 0 if unlabeled.
        target_names : list of str
            ``["neg", "pos"]``, or ``["rating"]``.
        frame : DataFrame of shape (n_samples, 3), or None
            The columns ``text``, ``target`` and ``rating``, if ``as_frame`` is true;
            with ``target="rating"``, ``text`` and ``target``.
        DESCR : str
            The source of the data.
    (data, target) : tuple
        If ``return_X_y`` is true.

    Raises
    ------
    OSError
        If the archive is not found and may not or cannot be downloaded, or if the
        download has a wrong checksum.
    ValueError
        If a parameter is not valid, or the archive is unsafe, damaged or holds no
        reviews of the subset.

    References
    ----------
    Maas, Daly, Pham, Huang, Ng, Potts (2011). Learning word vectors for sentiment
    analysis. ACL.

    Examples
    --------
    >>> from skrnn.datasets import fetch_imdb
    >>> reviews, y = fetch_imdb(subset="test", return_X_y=True)  # doctest: +SKIP
    >>> reviews.shape  # doctest: +SKIP
    (25000,)
    >>> fetch_imdb(subset="half")
    Traceback (most recent call last):
    ...
    ValueError: subset must be one of 'train', 'test', 'all', 'unsup', got 'half'.
    """
    subsets = ("train", "test", "all", "unsup")
    if subset not in subsets:
        raise ValueError(
            f"subset must be one of {', '.join(map(repr, subsets))}, got {subset!r}."
        )
    if target not in ("sentiment", "rating"):
        raise ValueError(f"target must be 'sentiment' or 'rating', got {target!r}.")
    if not isinstance(n_retries, Integral) or n_retries < 0:
        raise ValueError(
            f"n_retries must be a non-negative integer, got {n_retries!r}."
        )
    if not isinstance(delay, Real) or not delay >= 0:
        raise ValueError(
            f"delay must be a non-negative number of seconds, got {delay!r}."
        )
    home = _home(data_home)
    archive = _find(home)
    if archive is None:
        if not download_if_missing:
            raise OSError(
                f"{ARCHIVE} was not found in {home} nor in the folder that SKRNN_DATA "
                "names. Put it there, or set download_if_missing=True."
            )
        archive = _download(home / ARCHIVE, n_retries=n_retries, delay=delay)

    parts = {"all": ["train", "test"]}.get(subset, [subset])
    reviews = [review for part in parts for review in _load(archive, home, part)]
    order = np.arange(len(reviews))
    if shuffle:
        check_random_state(random_state).shuffle(order)
    data = np.array([reviews[i][0] for i in order], dtype=object)
    sentiment = np.array([reviews[i][1] for i in order], dtype=np.int64)
    ratings = np.array([reviews[i][2] for i in order], dtype=np.int64)
    by_rating = target == "rating"
    y: Any = ratings if by_rating else sentiment
    frame = None
    if as_frame:
        columns = {"text": data, "target": y}
        frame = pd.DataFrame(columns if by_rating else {**columns, "rating": ratings})
        data, y = frame["text"], frame["target"]
    if return_X_y:
        return data, y
    return Bunch(
        data=data,
        target=y,
        ratings=ratings,
        target_names=["rating"] if by_rating else ["neg", "pos"],
        frame=frame,
        DESCR="Large Movie Review Dataset v1.0 (Maas et al., ACL 2011).",
    )


def _home(data_home: str | os.PathLike[str] | None) -> Path:
    try:
        return Path(get_data_home(data_home))
    except OSError:  # it cannot be created; the archive may be elsewhere
        default = os.environ.get("SCIKIT_LEARN_DATA", "~/scikit_learn_data")
        return Path(default if data_home is None else data_home).expanduser()


def _find(home: Path) -> Path | None:
    folders = [home]
    if os.environ.get("SKRNN_DATA"):
        folders.append(Path(os.environ["SKRNN_DATA"]))
    return next((f / ARCHIVE for f in folders if (f / ARCHIVE).is_file()), None)


# -- reading ---------------------------------------------------------------------------


def _load(archive: Path, home: Path, part: str) -> Reviews:
    """Return the reviews of one part, from the cache if it is up to date."""
    stamp = _stamp(archive)
    cached = _read_cache(home / _cache_name(part), stamp)
    if cached is not None:
        return cached
    parts = _parse(archive)
    if part not in parts:
        raise ValueError(
            f"{archive} holds no reviews of {part!r}: expected members such as "
            f"{_EXAMPLES[part]}."
        )
    try:
        for name, reviews in parts.items():
            _write_cache(home / _cache_name(name), stamp, reviews)
    except OSError as error:
        warnings.warn(
            f"The parsed reviews could not be cached in {home}: {error}. Each call "
            "parses the archive again.",
            stacklevel=3,
        )
    return parts[part]


def _cache_name(part: str) -> str:
    return f"skrnn-imdb-{part}.json.gz"


def _stamp(archive: Path) -> list[Any]:
    """Return what identifies an archive, without reading all of it."""
    with archive.open("rb") as file:
        beginning = hashlib.sha256(file.read(2**20)).hexdigest()
    status = archive.stat()
    return [_CACHE_VERSION, status.st_size, status.st_mtime_ns, beginning]


def _read_cache(path: Path, stamp: list[Any]) -> Reviews | None:
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            content = json.load(file)
        if content["stamp"] != stamp:
            return None
        return [(str(t), int(label), int(r)) for t, label, r in content["reviews"]]
    except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError):
        return None  # missing or damaged


def _write_cache(path: Path, stamp: list[Any], reviews: Reviews) -> None:
    content = json.dumps({"stamp": stamp, "reviews": reviews}).encode()
    packed = gzip.compress(content, compresslevel=1, mtime=0)
    write_atomically(path, lambda file: file.write(packed))


def _parse(archive: Path) -> dict[str, Reviews]:
    """Return the reviews of each part; extract nothing to disk."""
    found: dict[str, list[tuple[int, int, str, int]]] = {
        "train": [],
        "test": [],
        "unsup": [],
    }
    try:
        # Not tarfile's "r|gz", which does not check the checksum at the end.
        with (
            gzip.open(archive) as unpacked,
            tarfile.open(fileobj=unpacked, mode="r|") as tar,
        ):
            for member in tar:
                _refuse_unsafe(member, archive)
                match = _MEMBER.fullmatch(member.name)
                content = tar.extractfile(member) if match else None
                if match is None or content is None:
                    continue
                part, kind, number, rating = match.groups()
                found["unsup" if kind == "unsup" else part].append(
                    (
                        _TARGETS[kind],
                        int(number),
                        _decode(content.read(), member.name, archive),
                        int(rating),
                    )
                )
            while unpacked.read(2**20):
                pass
    except (tarfile.TarError, EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise ValueError(
            f"{archive} is damaged: {error}. Delete it to download it again."
        ) from error
    return {
        part: [(text, label, rating) for label, _, text, rating in sorted(rows)]
        for part, rows in found.items()
        if rows
    }


def _decode(content: bytes, name: str, archive: Path) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{archive} has a review that is not in UTF-8, {name!r}: {error}. It is "
            "not the dataset's archive."
        ) from error


def _refuse_unsafe(member: tarfile.TarInfo, archive: Path) -> None:
    path = member.name.replace("\\", "/")
    escapes = path.startswith("/") or ".." in path.split("/") or ":" in path
    if escapes or not (member.isfile() or member.isdir()):
        raise ValueError(
            f"{archive} has an unsafe member, {member.name!r}: it is outside of its "
            "folder, a link or a device. It is not the dataset's archive."
        )


# -- downloading -----------------------------------------------------------------------


def _download(path: Path, *, n_retries: int, delay: float) -> Path:
    """Download the archive, with retries.

    scikit-learn's ``_fetch_remote`` retries after 404 but not after a connection reset,
    has no timeout and no progress, and makes files that only their owner can read.
    """
    for tries_left in range(n_retries, -1, -1):
        try:
            _download_once(path)
        except (OSError, http.client.HTTPException) as error:
            if not tries_left or _is_refusal(error):
                raise OSError(
                    f"{URL} could not be downloaded: {error}. Download it in another "
                    f"way and put it into {path.parent}."
                ) from error
            warnings.warn(f"Retry downloading {URL}: {error}", stacklevel=3)
            time.sleep(delay)
        else:
            break
    return path


def _is_refusal(error: Exception) -> bool:
    """Return whether the server rejected the request, so that a retry is futile."""
    return (
        isinstance(error, urllib.error.HTTPError)
        and 400 <= error.code < 500
        and error.code not in (408, 429)  # request timeout, too many requests
    )


def _download_once(path: Path) -> None:
    with urllib.request.urlopen(URL, timeout=_TIMEOUT) as response:
        write_atomically(path, partial(_copy, response))


def _copy(response: http.client.HTTPResponse, file: BinaryIO) -> None:
    """Write the archive to a file, show the progress and check the checksum."""
    digest = hashlib.sha256()
    total = int(response.headers.get("Content-Length") or 0)
    done, shown = 0, 0.0
    try:
        while block := response.read(2**18):
            file.write(block)
            digest.update(block)
            done += len(block)
            if time.monotonic() - shown > 0.5 or done == total:
                shown = time.monotonic()
                of_total = f" of {total / 1e6:.1f}" if total else ""
                print(
                    f"\rDownloading {ARCHIVE}: {done / 1e6:.1f}{of_total} MB",
                    end="",
                    file=sys.stderr,
                    flush=True,
                )
    finally:
        print(file=sys.stderr)
    if digest.hexdigest() != SHA256:
        raise OSError(
            f"the SHA-256 checksum of the {done} bytes is {digest.hexdigest()}, not "
            f"{SHA256}"
        )
