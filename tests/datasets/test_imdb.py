from __future__ import annotations

import hashlib
import http.server
import io
import itertools
import os
import tarfile
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from skrnn.datasets import _imdb, fetch_imdb

REVIEWS = {
    "train/neg/0_2.txt": "bad<br />film",
    "train/neg/10_1.txt": "worse",
    "train/pos/2_9.txt": "good",
    "train/pos/1_10.txt": "très good",
    "test/neg/0_3.txt": "poor",
    "test/pos/0_8.txt": "fine",
    "train/unsup/0_0.txt": "who knows",
}


def make_archive(
    path: Path,
    extra: list[tarfile.TarInfo] | None = None,
    reviews: dict[str, str] = REVIEWS,
) -> Path:
    with tarfile.open(path, "w:gz") as tar:
        for name, text in {**reviews, "README": "not a review"}.items():
            member = tarfile.TarInfo(f"aclImdb/{name}")
            content = text.encode()
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
        for member in extra or []:
            tar.addfile(member)
    return path


@pytest.fixture(autouse=True)
def no_folder_of_reviews(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "skrnn_data" in request.fixturenames:
        return
    monkeypatch.delenv("SKRNN_DATA", raising=False)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    make_archive(tmp_path / _imdb.ARCHIVE)
    return tmp_path


@pytest.mark.parametrize(
    ("subset", "texts", "target", "ratings"),
    [
        (
            "train",
            ["bad<br />film", "worse", "très good", "good"],
            [0, 0, 1, 1],
            [2, 1, 10, 9],
        ),
        ("test", ["poor", "fine"], [0, 1], [3, 8]),
        ("unsup", ["who knows"], [-1], [0]),
    ],
)
def test_subsets(subset, texts, target, ratings, home: Path) -> None:
    for _ in ("from the archive", "from the cache"):
        reviews = fetch_imdb(subset=subset, data_home=home, shuffle=False)
        assert reviews.data.tolist() == texts
        assert reviews.target.tolist() == target
        assert reviews.ratings.tolist() == ratings
        assert reviews.target_names == ["neg", "pos"]
        assert reviews.frame is None


def test_all_and_shuffling(home: Path) -> None:
    sorted_ = fetch_imdb(subset="all", data_home=home, shuffle=False)
    assert len(sorted_.data) == 6
    one, other = (fetch_imdb(subset="all", data_home=home) for _ in range(2))
    assert one.data.tolist() == other.data.tolist() != sorted_.data.tolist()
    pairs = set(zip(sorted_.data, sorted_.target, strict=True))
    assert set(zip(one.data, one.target, strict=True)) == pairs


def test_frames_and_pairs(home: Path) -> None:
    reviews = fetch_imdb(data_home=home, as_frame=True)
    assert list(reviews.frame) == ["text", "target", "rating"]
    assert reviews.data is reviews.frame["text"] or reviews.data.equals(
        reviews.frame["text"]
    )
    X, y = fetch_imdb(data_home=home, return_X_y=True)
    np.testing.assert_array_equal(y, reviews.target)
    assert X.tolist() == reviews.data.tolist()


def test_ratings_as_the_target(home: Path) -> None:
    reviews = fetch_imdb(target="rating", data_home=home, shuffle=False)
    assert reviews.target.tolist() == [2, 1, 10, 9]
    assert reviews.target_names == ["rating"]
    frame = fetch_imdb(target="rating", data_home=home, as_frame=True).frame
    assert list(frame) == ["text", "target"]
    with pytest.raises(ValueError, match="target must be 'sentiment' or 'rating'"):
        fetch_imdb(target="stars", data_home=home)


def test_the_archive_may_be_where_the_environment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere, home = tmp_path / "elsewhere", tmp_path / "home"
    elsewhere.mkdir()
    make_archive(elsewhere / _imdb.ARCHIVE)
    monkeypatch.setenv("SKRNN_DATA", str(elsewhere))
    assert len(fetch_imdb(data_home=home, download_if_missing=False).data) == 4
    assert [p.name for p in elsewhere.iterdir()] == [_imdb.ARCHIVE]


def test_the_second_load_reads_the_cache(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = fetch_imdb(data_home=home)
    monkeypatch.setattr(_imdb, "_parse", lambda archive: pytest.fail("parsed again"))
    assert fetch_imdb(data_home=home).data.tolist() == first.data.tolist()


@pytest.mark.parametrize("damage", [b"", b"junk", None])
def test_a_damaged_or_outdated_cache_is_made_anew(
    damage: bytes | None, home: Path
) -> None:
    fetch_imdb(data_home=home)
    cache = home / _imdb._cache_name("train")
    whole = cache.read_bytes()
    if damage is None:
        cache.write_bytes(whole[:-20])
    else:
        cache.write_bytes(damage)
    assert len(fetch_imdb(data_home=home).data) == 4
    assert cache.read_bytes() == whole
    more = {**REVIEWS, "train/pos/3_9.txt": "new"}
    make_archive(home / _imdb.ARCHIVE, reviews=more)
    assert "new" in fetch_imdb(data_home=home).data


def test_a_cache_that_cannot_be_written_is_a_warning(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(_imdb, "_write_cache", full)
    with pytest.warns(UserWarning, match="could not be cached.*No space"):
        assert len(fetch_imdb(data_home=home).data) == 4


def test_a_folder_that_cannot_be_made_is_a_warning(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SKRNN_DATA", str(home))
    (home / "file").write_text("")
    for data_home in (home / "file" / "home", None):
        monkeypatch.setenv("SCIKIT_LEARN_DATA", str(home / "file" / "default"))
        with pytest.warns(UserWarning, match=r"could not be cached in .*file"):
            assert len(fetch_imdb(data_home=data_home).data) == 4


def test_each_changed_byte_of_the_cache_is_noticed(home: Path) -> None:
    texts = fetch_imdb(data_home=home).data.tolist()
    cache = home / _imdb._cache_name("train")
    whole = cache.read_bytes()
    for place in range(10, len(whole)):
        cache.write_bytes(changed(whole, place))
        assert fetch_imdb(data_home=home).data.tolist() == texts


def test_a_changed_byte_of_the_archive_is_noticed(tmp_path: Path) -> None:
    letters = itertools.cycle("abcdefghijk lmnopqrstuv wxyz")
    reviews = {
        f"train/pos/{i}_9.txt": "".join(itertools.islice(letters, 40 + i))
        for i in range(50)
    }
    archive = make_archive(tmp_path / _imdb.ARCHIVE, reviews=reviews)
    whole = archive.read_bytes()
    for place in range(len(whole) // 4, len(whole), len(whole) // 20):
        archive.write_bytes(changed(whole, place))
        with pytest.raises(ValueError, match="damaged"):
            fetch_imdb(data_home=tmp_path)


def changed(content: bytes, place: int) -> bytes:
    return content[:place] + bytes([content[place] ^ 0xFF]) + content[place + 1 :]


def test_a_touched_archive_is_read_anew(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch_imdb(data_home=home)
    os.utime(home / _imdb.ARCHIVE, (0, 0))
    parsed = []
    parse = _imdb._parse
    monkeypatch.setattr(_imdb, "_parse", lambda a: parsed.append(a) or parse(a))
    fetch_imdb(data_home=home)
    fetch_imdb(data_home=home)
    assert parsed == [home / _imdb.ARCHIVE]


def test_others_may_read_the_cache(home: Path) -> None:
    before = os.umask(0o022)
    try:
        fetch_imdb(data_home=home)
    finally:
        os.umask(before)
    assert (home / _imdb._cache_name("train")).stat().st_mode & 0o777 == 0o644


def link(name: str, kind: bytes = tarfile.SYMTYPE) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, "/etc/passwd"
    return member


@pytest.mark.parametrize(
    "member",
    [
        tarfile.TarInfo("../evil.txt"),
        tarfile.TarInfo("/etc/evil.txt"),
        tarfile.TarInfo("aclImdb/../../evil.txt"),
        tarfile.TarInfo("aclImdb\\..\\..\\evil.txt"),
        tarfile.TarInfo("C:/evil.txt"),
        link("aclImdb/train/pos/9_9.txt"),
        link("aclImdb/train/pos/8_9.txt", tarfile.LNKTYPE),
        link("aclImdb/null", tarfile.CHRTYPE),
    ],
    ids=lambda member: member.name,
)
def test_unsafe_members_are_refused(member: tarfile.TarInfo, tmp_path: Path) -> None:
    make_archive(tmp_path / _imdb.ARCHIVE, [member])
    with pytest.raises(ValueError, match="unsafe member"):
        fetch_imdb(data_home=tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == [_imdb.ARCHIVE]


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5])
def test_damaged_archives_are_named(share: float, home: Path) -> None:
    archive = home / _imdb.ARCHIVE
    whole = archive.read_bytes()
    archive.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(ValueError, match="damaged"):
        fetch_imdb(data_home=home)


def test_an_archive_without_reviews(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / _imdb.ARCHIVE, "w:gz") as tar:
        tar.addfile(tarfile.TarInfo("other/file"))
    with pytest.raises(ValueError, match="holds no reviews"):
        fetch_imdb(data_home=tmp_path)


def test_an_archive_without_the_subset(tmp_path: Path) -> None:
    reviews = {name: REVIEWS[name] for name in REVIEWS if "unsup" not in name}
    make_archive(tmp_path / _imdb.ARCHIVE, reviews=reviews)
    assert len(fetch_imdb(data_home=tmp_path, subset="all").data) == 6
    with pytest.raises(ValueError, match=r"no reviews of 'unsup'.*unsup/0_0"):
        fetch_imdb(data_home=tmp_path, subset="unsup")


def test_members_may_begin_with_a_dot(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / _imdb.ARCHIVE, "w:gz") as tar:
        tar.addfile(tarfile.TarInfo("./aclImdb/train/pos/0_9.txt"))
    assert fetch_imdb(data_home=tmp_path).data.tolist() == [""]


def test_a_review_in_another_encoding_is_named(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / _imdb.ARCHIVE, "w:gz") as tar:
        member = tarfile.TarInfo("aclImdb/train/pos/0_9.txt")
        member.size = 1
        tar.addfile(member, io.BytesIO(b"\xe9"))
    with pytest.raises(ValueError, match=r"not in UTF-8.*pos/0_9\.txt"):
        fetch_imdb(data_home=tmp_path)


@pytest.mark.parametrize(
    "params",
    [{"n_retries": -1}, {"n_retries": 1.5}, {"delay": -1}, {"delay": "long"}],
)
def test_bad_parameters(params: dict, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=next(iter(params))):
        fetch_imdb(data_home=tmp_path, **params)
    assert list(tmp_path.iterdir()) == []


def test_not_found_and_not_to_be_downloaded(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"not found in .*SKRNN_DATA"):
        fetch_imdb(data_home=tmp_path, download_if_missing=False)


# -- downloads, from a server of our own ----------------------------------------------


class Server:
    """Serves one answer after another; an answer is (status, body, announced size)."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, bytes, int]] = []
        self.requests = 0
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.requests += 1
                status, body, size = outer.answers.pop(0)
                self.send_response(status)
                self.send_header("Content-Length", str(size))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args) -> None:
                pass

        self.http = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}/{_imdb.ARCHIVE}"

    def will_answer(self, body: bytes, *, status: int = 200, missing: int = 0) -> None:
        self.answers.append((status, body[: len(body) - missing], len(body)))


@pytest.fixture
def server(tmp_path_factory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    server = Server()
    thread = threading.Thread(target=server.http.serve_forever, daemon=True)
    thread.start()
    body = make_archive(tmp_path_factory.mktemp("server") / "a.tar.gz").read_bytes()
    server.body = body
    monkeypatch.setattr(_imdb, "URL", server.url)
    monkeypatch.setattr(_imdb, "SHA256", hashlib.sha256(body).hexdigest())
    yield server
    server.http.shutdown()
    server.http.server_close()
    thread.join()


def test_download(server: Server, tmp_path: Path, capsys) -> None:
    server.will_answer(server.body)
    assert len(fetch_imdb(data_home=tmp_path).data) == 4
    assert (tmp_path / _imdb.ARCHIVE).read_bytes() == server.body
    assert "Downloading" in capsys.readouterr().err
    fetch_imdb(data_home=tmp_path)
    assert server.requests == 1


def test_a_failed_try_is_tried_again(server: Server, tmp_path: Path) -> None:
    server.will_answer(b"sorry", status=503)
    server.will_answer(server.body, missing=30)
    server.will_answer(server.body)
    with pytest.warns(UserWarning, match="Retry downloading"):
        assert len(fetch_imdb(data_home=tmp_path, delay=0).data) == 4
    assert server.requests == 3


@pytest.mark.parametrize("kind", ["wrong", "short", "absent"])
def test_a_bad_download_leaves_nothing(
    kind: str, server: Server, tmp_path: Path
) -> None:
    if kind == "wrong":
        server.will_answer(b"something else")
    elif kind == "short":
        server.will_answer(server.body, missing=50)
    else:
        server.will_answer(b"gone", status=404)
    with pytest.raises(OSError, match="could not be downloaded"):
        fetch_imdb(data_home=tmp_path, n_retries=0)
    assert list(tmp_path.iterdir()) == []


def test_what_is_not_there_is_asked_for_once(server: Server, tmp_path: Path) -> None:
    server.will_answer(b"gone", status=404)
    with pytest.raises(OSError, match="404"):
        fetch_imdb(data_home=tmp_path, delay=0)
    assert server.requests == 1


@pytest.mark.real_data
def test_the_real_archive(skrnn_data: Path, tmp_path: Path) -> None:
    for subset, counts in {
        "train": {0: 12_500, 1: 12_500},
        "test": {0: 12_500, 1: 12_500},
        "unsup": {-1: 50_000},
    }.items():
        reviews = fetch_imdb(subset=subset, data_home=tmp_path)
        labels, found = np.unique(reviews.target, return_counts=True)
        assert dict(zip(labels.tolist(), found.tolist(), strict=True)) == counts
        if subset != "unsup":
            assert ((reviews.ratings > 5) == reviews.target).all()
    reviews = fetch_imdb(subset="train", data_home=tmp_path, shuffle=False)
    # train/neg/0_3.txt and train/pos/12499_7.txt
    assert (reviews.target[0], reviews.ratings[0]) == (0, 3)
    assert reviews.data[0].startswith("Story of a man who has unnatural feelings")
    assert (reviews.target[-1], reviews.ratings[-1]) == (1, 7)
    assert reviews.data[-1].startswith("I always feel strange and guilty")
