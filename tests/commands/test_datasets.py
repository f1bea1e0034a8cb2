import json

from medcore.__main__ import main
from medcore.data import sources


def test_lists_every_set_for_people(home, capsys):
    assert main(["datasets"]) == 0
    text = capsys.readouterr().out
    for entry in sources.listing():
        assert entry.name in text
    assert "digits: available" in text
    assert "licence" in text


def test_lists_every_set_as_json(home, capsys):
    assert main(["datasets", "--json"]) == 0
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    assert set(rows) == {entry.name for entry in sources.listing()}
    assert rows["digits"]["available"] is True
    assert rows["digits"]["sizes"].keys() == {"train", "val", "test"}
    assert rows["pathmnist"]["how"]
