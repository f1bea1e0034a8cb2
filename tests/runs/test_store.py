import math
import os
import sqlite3
import stat
import subprocess
import sys
import time

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from medcore.labs import optimizers
from medcore.runs.store import Store, StoreError
from medcore.spec import DataSpec, ModelSpec, RunSpec
from medcore.training.run import Row
from tests.conftest import ROOT


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'runs.sqlite'}"
        return
    url = request.getfixturevalue("postgresql")
    yield url
    engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.execute(sa.text("drop table if exists runs, metrics"))
    engine.dispose()


@pytest.fixture
def store(url):
    store = Store(url)
    yield store
    store.close()


def rows(*values, metric="train_loss"):
    return [(Row(step, metric, value), time.time()) for step, value in enumerate(values, 1)]


def queue(store, owner, n=1, model="mlp"):
    return store.create({f"run {i}": RunSpec(model=ModelSpec(model), seed=i) for i in range(n)}, owner)


def served(store, size="small"):
    """Every run in the order in which slots get them."""
    order = []
    while record := store.claim(size):
        order.append(record)
    return order


def test_runs_are_stored_as_asked_for(store):
    specs = optimizers.runs(optimizers=["adam", "gd"], seed=7)
    ids = store.create(specs, "ada", parent="sweep")
    records = store.find([ids[1], "unknown", ids[0]])
    assert [record.id for record in records] == [ids[1], ids[0]]
    adam = records[1]
    assert (adam.label, adam.owner, adam.parent, adam.state, adam.size) == ("Adam", "ada", "sweep", "queued", "small")
    assert RunSpec.from_dict(adam.spec) == specs["Adam"]
    assert adam.spec_hash == specs["Adam"].hash
    assert (adam.plan, adam.status, adam.result, adam.error, adam.started, adam.ended) == (
        {},
        "",
        None,
        None,
        None,
        None,
    )
    assert store.create({}, "ada") == []
    assert store.find([]) == []


def test_the_owner_served_longest_ago_comes_first(store):
    greedy = queue(store, "greedy", 8)
    others = [queue(store, f"student {i}")[0] for i in range(22)]
    order = [record.id for record in served(store)]
    assert order == [greedy[0], *others, *greedy[1:]]


def test_an_owner_served_before_waits_for_those_who_were_not(store):
    store.finish(queue(store, "a")[0], "done")
    assert store.claim("small").owner == "a"
    queue(store, "a")
    queue(store, "b")
    assert [record.owner for record in served(store)] == ["b", "a"]


def test_no_size_passes_the_other_by(store, monkeypatch, choices_of_tests):
    queue(store, "a", model="vast")
    queue(store, "b")
    assert store.next_size() == "large"
    assert store.claim("small") is None
    assert store.claim("large").owner == "a"
    assert store.next_size() == "small"
    assert store.claim("small").owner == "b"
    assert store.next_size() is None
    assert store.claim("small") is None


def test_a_queued_run_is_cancelled_at_once_and_a_running_one_asked(store):
    running, queued, done = queue(store, "a", 3)
    for _ in range(2):
        store.claim("small")
    store.finish(queued, "done", result={"accuracy": 1.0})
    store.cancel([running, queued, done, "unknown"])
    assert [record.state for record in store.find([running, queued, done])] == ["running", "done", "cancelled"]
    assert (store.order(running), store.order(queued), store.order("unknown")) == ("cancel", "drop", "drop")
    store.finish(running, "cancelled")
    assert store.find([running])[0].state == "cancelled"


def test_an_end_is_final(store):
    (run_id,) = queue(store, "a")
    store.claim("small")
    store.finish(run_id, "failed", error="No.")
    store.finish(run_id, "done", result={})
    store.say(run_id, status="Training.")
    record = store.find([run_id])[0]
    assert (record.state, record.error, record.result, record.status) == ("failed", "No.", None, "")
    assert record.created <= record.started <= record.ended


def test_plan_status_and_result_hold_what_json_cannot(store):
    (run_id,) = queue(store, "a")
    store.claim("small")
    store.say(run_id, plan={"steps": 3, "classes": ["a", "b"], "loss": math.inf}, status="Loading.")
    record = store.find([run_id])[0]
    assert (record.plan, record.status) == ({"steps": 3, "classes": ["a", "b"], "loss": None}, "Loading.")
    store.finish(run_id, "done", result={"test": {"auc": math.nan, "intervals": [0.5, math.nan]}})
    assert store.find([run_id])[0].result == {"test": {"auc": None, "intervals": [0.5, None]}}


def test_history_is_tidy(store):
    a, b = queue(store, "a", 2)
    assert store.log(a, 1, rows(3.0, math.nan)) == 3
    assert store.log(a, 3, rows(0.5, metric="val_loss")) == 4
    store.log(b, 1, rows(math.inf))
    assert store.log(b, 2, []) == 2
    frame = store.history([b, a, "unknown"])
    assert list(frame.columns) == ["run", "step", "metric", "value"]
    assert list(frame["run"]) == [b, a, a, a]
    assert list(frame["step"]) == [1, 1, 2, 1]
    assert list(frame["metric"]) == ["train_loss"] * 3 + ["val_loss"]
    assert [None if math.isnan(value) else value for value in frame["value"]] == [None, 3.0, None, 0.5]
    empty = store.history([])
    assert list(empty.columns) == ["run", "step", "metric", "value"]
    assert (empty["step"].dtype, empty["value"].dtype) == ("int64", "float64")


def test_the_tail_repeats_nothing_and_misses_nothing(store):
    a, b = sorted(queue(store, "a", 2))
    store.log(a, 1, rows(1.0, 2.0, 3.0))
    store.log(b, 1, rows(9.0))
    assert store.tail({}) == []
    assert store.tail({a: 1}) == [(a, 2, 2, "train_loss", 2.0), (a, 3, 3, "train_loss", 3.0)]
    cursors, seen = {a: 0, b: 0}, []
    while found := store.tail(cursors, limit=3):
        seen += found
        cursors |= {run_id: seq for run_id, seq, *_ in found}
    assert [(run_id, seq) for run_id, seq, *_ in seen] == [(a, 1), (a, 2), (a, 3), (b, 1)]
    store.log(a, 4, rows(math.nan))
    assert store.tail(cursors) == [(a, 4, 1, "train_loss", None)]


def test_lists(store):
    first, second, third = queue(store, "a", 3)
    (other,) = queue(store, "b")
    store.claim("small")
    store.finish(first, "done")
    store.claim("small")
    assert [record.id for record in store.active()] == [other, second, third]
    assert [record.id for record in store.active(limit=1)] == [other]
    assert [record.id for record in store.latest("a", limit=2)] == [third, second]
    assert store.latest("nobody") == []


def test_runs_created_together_are_found_together_whatever_became_of_them(store):
    ids = store.create({"first": RunSpec(), "second": RunSpec(seed=1)}, "a")
    store.create({"other": RunSpec()}, "b")
    store.create({"later": RunSpec()}, "a")
    store.cancel(ids[:1])
    for run in store.find(ids):
        assert [record.id for record in store.together(run)] == ids


def test_finished_runs_of_a_task_on_a_data_set(store):
    digits = {name: RunSpec(data=DataSpec("digits"), seed=seed) for seed, name in enumerate(("a", "b", "fails"))}
    ids = store.create(digits, "ada")
    store.create({"test": RunSpec("robustness", DataSpec("digits"), base=ids[0]), "other": RunSpec()}, "bob")
    for run in served(store):
        store.finish(run.id, "failed" if run.label == "fails" else "done")
    assert [record.id for record in store.finished("classification", "digits")] == [ids[1], ids[0]]
    assert [record.id for record in store.finished("classification", "digits", limit=1)] == [ids[1]]
    assert [record.label for record in store.finished("robustness", "digits")] == ["test"]
    assert store.finished("classification", "mnist") == []
    assert [record.label for record in store.done(("classification", "robustness"))] == ["other", "test", "b", "a"]
    assert [record.id for record in store.alike(digits["a"])] == [ids[0]]
    assert store.alike(digits["fails"]) == []


def test_signs_of_life(store):
    (run_id,) = queue(store, "a")
    assert store.beats() == {}
    claimed = store.claim("small")
    assert store.beats() == {run_id: claimed.heartbeat}
    store.beat(run_id)
    assert store.beats()[run_id] > claimed.heartbeat


CLAIM_ALL = """
import sys
from medcore.runs.store import Store
store = Store(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
while record := store.claim("small"):
    store.log(record.id, 1, [])
    print(record.id, flush=True)
"""


def start(script, *arguments):
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen([sys.executable, "-c", script, *arguments], cwd=ROOT, **pipes)


def test_processes_open_a_new_store_together_and_never_claim_the_same_run(url):
    processes = [start(CLAIM_ALL, url) for _ in range(4)]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    store = Store(url)
    ids = queue(store, "a", 40)
    claimed = []
    for process in processes:
        process.stdin.write("\n")
        process.stdin.flush()
    for process in processes:
        output, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
        claimed += output.split()
    assert sorted(claimed) == sorted(ids)
    store.close()


def test_a_newer_schema_is_refused_and_left_alone(store, url):
    (run_id,) = queue(store, "a")
    with store._engine.begin() as connection:
        connection.execute(sa.text("alter table runs add column colour text"))
    with pytest.raises(StoreError, match=r"this version of Medcore\. Received: a table runs that differs in colour"):
        Store(url)
    with store._engine.begin() as connection:
        connection.execute(sa.text("alter table runs drop column colour"))
    assert Store(url).find([run_id])[0].id == run_id


def test_what_is_stored_survives_its_process(url, store):
    (run_id,) = queue(store, "a")
    writer = start(
        "import os, sys, time\n"
        "from medcore.runs.store import Store, Row\n"
        "Store(sys.argv[1]).log(sys.argv[2], 1, [(Row(1, 'loss', 2.0), time.time())])\n"
        "os.kill(os.getpid(), 9)",
        url,
        run_id,
    )
    writer.communicate(timeout=60)
    assert writer.returncode == -9
    assert list(store.history([run_id])["value"]) == [2.0]


# SQLite alone


def test_the_file_is_private(tmp_path):
    file = tmp_path / "new" / "runs.sqlite"
    store = Store(f"sqlite:///{file}")
    queue(store, "a")
    assert {stat.S_IMODE(found.stat().st_mode) for found in file.parent.iterdir()} == {0o600}
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    store.close()
    file.chmod(0o644)
    Store(f"sqlite:///{file}")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_wal_and_normal_synchronisation(tmp_path):
    store = Store(f"sqlite:///{tmp_path / 'runs.sqlite'}")
    with store._engine.connect() as connection:
        pragmas = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous")]
        assert pragmas == ["wal", 1]
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 30_000


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path):
    file = tmp_path / "runs.sqlite"
    file.write_text("dear diary\n" * 500)
    with pytest.raises(StoreError, match=r"^The run store must be an SQLite database; .* Received: .*runs.sqlite$"):
        Store(f"sqlite:///{file}")
    assert file.read_text() == "dear diary\n" * 500


def test_another_programs_database_is_refused(tmp_path):
    with sqlite3.connect(tmp_path / "runs.sqlite") as connection:
        connection.execute("create table runs (id integer, song text)")
    with pytest.raises(StoreError, match="this version of Medcore"):
        Store(f"sqlite:///{tmp_path / 'runs.sqlite'}")


def test_a_folder_is_no_store(tmp_path):
    with pytest.raises(StoreError, match=r"must be a file that can be read and written. Received: "):
        Store(f"sqlite:///{tmp_path}")
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="Received: "):
        Store(f"sqlite:///{tmp_path / 'file' / 'runs.sqlite'}")


@pytest.mark.skipif(os.name != "posix", reason="POSIX permissions")
def test_no_permission(tmp_path):
    file = tmp_path / "runs.sqlite"
    Store(f"sqlite:///{file}").close()
    file.chmod(0o400)
    root = os.geteuid() == 0  # permissions do not bind root
    if root:
        os.seteuid(65534)
    try:
        with pytest.raises(StoreError, match=r"must be a file that can be read and written. Received: .*runs.sqlite$"):
            Store(f"sqlite:///{file}")
    finally:
        if root:
            os.seteuid(0)


def test_a_full_disk_loses_nothing(tmp_path):
    store = Store(f"sqlite:///{tmp_path / 'runs.sqlite'}")
    (run_id,) = queue(store, "a")
    store.log(run_id, 1, rows(1.0, 2.0))

    @event.listens_for(store._engine, "begin")
    def fill(connection):
        connection.exec_driver_sql("PRAGMA max_page_count=1")  # SQLite then reports SQLITE_FULL, as on a full disk

    with pytest.raises(StoreError, match=r"^The disk that holds the run store is full; free some space. Received: "):
        store.log(run_id, 3, rows(*range(20_000)))
    assert len(store.history([run_id])) == 2

    event.remove(store._engine, "begin", fill)
    store.close()
    assert Store(f"sqlite:///{tmp_path / 'runs.sqlite'}").log(run_id, 3, rows(3.0)) == 4
    assert list(store.history([run_id])["value"]) == [1.0, 2.0, 3.0]


@pytest.mark.parametrize("url", ["", "runs.sqlite", "sqlite://", "sqlite:///:memory:", "mysql://root:secret@host/db"])
def test_what_is_no_store_is_refused(url):
    with pytest.raises(StoreError, match="Received: ") as refusal:
        Store(url)
    assert "secret" not in str(refusal.value)


def test_a_server_that_does_not_answer(tmp_path):
    with pytest.raises(StoreError, match="run store") as refusal:
        Store("postgresql://ada:secret@127.0.0.1:1/medcore")
    assert "secret" not in str(refusal.value)
    assert "\n" not in str(refusal.value)
