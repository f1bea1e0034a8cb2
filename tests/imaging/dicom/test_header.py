"""The header of a file that is not trusted is listed in the sandbox."""

import pytest

from medcore.sandbox import Sandbox
from tests.imaging.dicom import making

JOB = "medcore.imaging.dicom.header:header"


def test_the_job_lists_and_refuses():
    sandbox = Sandbox(children=1)
    try:
        reply = sandbox.run(JOB, {}, [making.written(making.slice_of(PatientName="Roe^Jane"))])
        named = {row["name"]: row for row in reply.values["rows"]}
        assert named["PatientName"]["value"] == "Roe^Jane"
        assert named["PatientName"]["personal"]
        with pytest.raises(ValueError, match="nests its sequences too deeply"):
            sandbox.run(JOB, {}, [making.nested(3000)])
    finally:
        sandbox.close()
