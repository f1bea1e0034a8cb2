"""Downloads against a server of our own."""

import hashlib
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from medcore.data import sources
from medcore.data.entry import Remote
from medcore.data.published import download, medmnist
from medcore.spec import DataSpec

CONTENT = np.random.default_rng(0).bytes(1_000_000)
DIGEST = f"md5:{hashlib.md5(CONTENT).hexdigest()}"


@pytest.fixture
def server():
    """Serves what is put into `files`; counts the requests in `asked`."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            content = files.get(self.path)
            self.send_response(200 if content is not None else 404)
            self.send_header("Content-Length", str(len(content or b"")))
            self.end_headers()
            self.wfile.write((content or b"")[: cut.get(self.path)])

        def log_message(self, *args):
            pass

    files, asked, cut = {"/set.npz": CONTENT}, [], {}
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        threading.Thread(target=http.serve_forever, daemon=True).start()
        http.address, http.files, http.asked, http.cut = f"http://127.0.0.1:{http.server_port}", files, asked, cut
        yield http
        http.shutdown()


def test_progress_and_content(server, tmp_path):
    seen = []
    remote = Remote(f"{server.address}/set.npz", "set.npz", DIGEST)
    path = download.fetch(remote, tmp_path / "new", lambda done, total: seen.append((done, total)))
    assert path.read_bytes() == CONTENT
    assert seen[-1] == (1_000_000, 1_000_000)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert len(seen) > 3


def test_a_file_that_is_there_is_not_fetched_again(server, tmp_path):
    remote = Remote(f"{server.address}/set.npz", "set.npz", DIGEST)
    for _ in range(2):
        download.fetch(remote, tmp_path, lambda *_: None)
    assert server.asked == ["/set.npz"]
    (tmp_path / "set.npz").write_bytes(b"damaged")
    assert download.fetch(remote, tmp_path, lambda *_: None).read_bytes() == CONTENT


def test_another_file_than_published_is_refused_and_not_kept(server, tmp_path):
    server.files["/set.npz"] = CONTENT[:-1] + b"x"
    remote = Remote(f"{server.address}/set.npz", "set.npz", DIGEST)
    with pytest.raises(ValueError, match=r"set\.npz must have the published checksum md5:"):
        download.fetch(remote, tmp_path, lambda *_: None)
    assert not list(tmp_path.glob("*.npz"))


def test_a_connection_cut_midway_leaves_nothing(server, tmp_path):
    server.cut["/set.npz"] = 300_000
    remote = Remote(f"{server.address}/set.npz", "set.npz", DIGEST)
    with pytest.raises((OSError, ValueError), match=r"set\.npz (could not be downloaded|must have the published)"):
        download.fetch(remote, tmp_path, lambda *_: None)
    assert not list(tmp_path.glob("*.npz"))


@pytest.mark.parametrize("kind", ["missing", "no server"])
def test_no_answer_is_one_sentence(server, tmp_path, kind):
    address = f"{server.address}/none.npz" if kind == "missing" else "http://127.0.0.1:1/set.npz"
    reason = "the server answers 404" if kind == "missing" else "no connection"
    with pytest.raises(OSError, match=rf"set\.npz could not be downloaded from {address}: {reason}\."):
        download.fetch(Remote(address, "set.npz", DIGEST), tmp_path, lambda *_: None)


def test_a_person_who_stops_it_leaves_nothing(server, tmp_path):
    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        download.fetch(Remote(f"{server.address}/set.npz", "set.npz", DIGEST), tmp_path, stop)
    assert not list(tmp_path.glob("*.npz"))


def test_a_published_set_is_downloaded_listed_and_loaded(server, home, monkeypatch, tmp_path, medmnist_arrays):
    np.savez(tmp_path / "retina.npz", **medmnist_arrays)
    server.files["/files/retinamnist.npz"] = content = (tmp_path / "retina.npz").read_bytes()
    monkeypatch.setattr(medmnist, "_ADDRESS", f"{server.address}/files/{{file}}")
    published = replace(medmnist.SETS["retinamnist"], md5=hashlib.md5(content).hexdigest(), sizes=(40, 10, 20))
    monkeypatch.setitem(medmnist.SETS, "retinamnist", published)
    assert not sources.find("retinamnist").available
    path = sources.download("retinamnist")
    assert path.parent == home / "datasets"
    assert sources.find("retinamnist").available
    splits = sources.load(DataSpec("retinamnist"))
    assert len(splits["train"]) == 40
    assert splits["train"].card.published["accuracy"] == 0.524
    assert not any("checksum" in note for note in splits["train"].card.notes)
