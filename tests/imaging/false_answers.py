"""Jobs that answer what no reader of ours would: a file may have taken the child over."""

import time

from medcore.sandbox import Reply

FOUND = {
    "kind": "picture",
    "group": "",
    "title": "t",
    "modality": "",
    "rows": 4,
    "columns": 4,
    "samples": 1,
    "dtype": "uint8",
    "unit": "",
    "frames": [{}],
    "windows": [],
    "notes": [],
}


def no_dict(values, data):
    return Reply({"found": ["a", 5]})


def no_number(values, data):
    return Reply({"found": [FOUND | {"frames": [{"position": ["1", "2", "3"], "orientation": [1, 0, 0, 0, 1, 0]}]}]})


def no_type(values, data):
    return Reply({"found": [FOUND | {"dtype": "object"}]})


def nothing(values, data):
    return Reply({"found": []})


def far_too_many(values, data):
    return Reply({"found": [0] * 3_100_000})


def text(values, data):
    return Reply({"found": "x" * 1000})


def wrong_frame(values, data):
    yield Reply({"frame": [1, 2]}, [b"1234"])


def too_short(values, data):
    for frame in values["frames"]:
        yield Reply({"frame": frame}, [b"1"])


def too_long(values, data):
    for frame in values["frames"]:
        yield Reply({"frame": frame}, [bytes(2**22)])


def too_few(values, data):
    return
    yield


def too_many(values, data):
    found = values["found"]
    while True:
        for frame in values["frames"]:
            yield Reply({"frame": frame}, [bytes(found["rows"] * found["columns"] * 2)])


def all_but_number_five(values, data):
    found = values["found"]
    for frame in values["frames"]:
        if frame == 5:
            raise ValueError("Frame 5 is damaged.")
        yield Reply({"frame": frame}, [bytes(found["rows"] * found["columns"] * 2)])


def slowly(values, data):
    found = values["found"]
    for frame in values["frames"]:
        time.sleep(0.01)
        yield Reply({"frame": frame}, [bytes(found["rows"] * found["columns"] * 2)])
