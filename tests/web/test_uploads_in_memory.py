"""What is uploaded never touches the disk, also on its way in."""

import os
import subprocess
import sys

from tests.conftest import ROOT

MEGABYTES = 8
CODE = f"""
import asyncio, tempfile
import app
from starlette.requests import Request

body = b"--b\\r\\nContent-Disposition: form-data; name=f; filename=a.dcm\\r\\n\\r\\n" + bytes({MEGABYTES} * 2**20)
pieces = [body[start : start + 65536] for start in range(0, len(body), 65536)] + [b"\\r\\n--b--\\r\\n"]

async def receive():
    piece = pieces.pop(0)
    return {{"type": "http.request", "body": piece, "more_body": bool(pieces)}}

async def upload():
    headers = [(b"content-type", b"multipart/form-data; boundary=b")]
    request = Request({{"type": "http", "method": "PUT", "headers": headers}}, receive)
    async with request.form() as form:
        file = form["f"]
        print(len(await file.read()) // 2**20, file.file._rolled)

asyncio.run(upload())
"""


def test_a_large_upload_stays_in_memory(tmp_path, home):
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", CODE],
        cwd=ROOT,
        env=os.environ | {"TMPDIR": str(temporary)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.stdout == f"{MEGABYTES} False\n", done.stderr
    assert list(temporary.iterdir()) == []
