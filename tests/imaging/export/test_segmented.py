"""DICOM segmentation and report: read back by pydicom and highdicom, identical, and in the right place."""

import io
import zipfile

import highdicom
import numpy as np
import pydicom
import pytest
from pydicom.sr.codedict import codes

from medcore.imaging.export import segmented
from medcore.imaging.export.drawn import Drawn, measures
from medcore.imaging.export.segmented import REPORT, SEGMENTATION
from medcore.imaging.shelf import Shelf
from tests.imaging.dicom import making

FRAME = "1.2.826.0.1.3680043.8.498.77"
OBLIQUE = (0.8, 0.6, 0.0, 0.0, 0.0, -1.0)
CLASSES = ("liver", "left lobe")


@pytest.fixture(scope="module")
def one_shelf():
    made = Shelf(2**29)
    yield made
    made.close()


@pytest.fixture
def shelf(one_shelf):
    """The same for all tests, as its child takes a while to know highdicom; empty for each."""
    one_shelf.clear()
    return one_shelf


def drawn_on(stack, classes=CLASSES, seed=0):
    """A mask with an empty slice, where there are several, and a slice of one class alone."""
    mask = np.random.default_rng(seed).integers(0, len(classes) + 1, stack.shape).astype(np.uint8)
    if len(mask) > 2:
        mask[1] = 0
        mask[2][mask[2] == 2] = 0
    return Drawn(mask, classes, 0, len(stack.places), *measures(stack), "U-Net", "run-1", {"threshold": "0.5"})


def segmentation(data: bytes) -> highdicom.seg.Segmentation:
    return highdicom.seg.segread(io.BytesIO(data))


def places(found: highdicom.seg.Segmentation, segment: int):
    """By position in the patient, rounded to a hundredth of a mm, the pixels of a segment."""
    pixels = found.pixel_array.reshape(-1, found.Rows, found.Columns)
    of = {}
    for image, group in zip(pixels, found.PerFrameFunctionalGroupsSequence, strict=True):
        identified = (
            found.SharedFunctionalGroupsSequence[0] if "SegmentIdentificationSequence" not in group else group
        ).SegmentIdentificationSequence[0]
        if identified.ReferencedSegmentNumber == segment:
            position = group.PlanePositionSequence[0].ImagePositionPatient
            of[tuple(round(float(part), 2) for part in position)] = (image, group)
    return of


def check_places(found, stack, drawn):
    """Every slice of every class lies where the viewer has it; those that are missing are empty."""
    for number in range(1, len(drawn.classes) + 1):
        of = places(found, number)
        for index, mask in enumerate(drawn.mask):
            position = tuple(np.round(stack.affine @ (0, 0, index, 1), 2)[:3] + 0.0)
            if not (mask == number).any():
                assert position not in of
                continue
            np.testing.assert_array_equal(of[position][0], mask == number)
    direction = found.SharedFunctionalGroupsSequence[0].PlaneOrientationSequence[0].ImageOrientationPatient
    spacing = found.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence[0].PixelSpacing
    row, column = stack.affine[:3, 0] / spacing[1], stack.affine[:3, 1] / spacing[0]
    np.testing.assert_allclose(direction, [*row, *column], atol=1e-6)


@pytest.mark.parametrize("orientation", [making.AXIAL, making.SAGITTAL, OBLIQUE])
def test_a_series_keeps_order_place_and_direction(shelf, put, orientation):
    normal = np.cross(orientation[:3], orientation[3:])
    positions = [tuple(np.round(np.array([5.0, -7.0, 3.0]) + 2.5 * z * normal, 6)) for z in (3, 0, 2, 1)]
    (stack,) = put(*making.series(positions, orientation=orientation, FrameOfReferenceUID=FRAME))
    drawn = drawn_on(stack)
    found = segmentation(segmented.dicom(shelf, stack, drawn)[SEGMENTATION])
    assert found.FrameOfReferenceUID == FRAME
    check_places(found, stack, drawn)
    by_place = {shelf.found(file).frames[0].position: shelf.found(file).details["instance"] for file, _ in stack.places}
    for number in (1, 2):
        for position, (_, group) in places(found, number).items():
            (source,) = group.DerivationImageSequence[0].SourceImageSequence
            near = min(by_place, key=lambda one: np.linalg.norm(np.subtract(one, position)))
            assert source.ReferencedSOPInstanceUID == by_place[near]
    instances = [shelf.found(file).details["instance"] for file, _ in stack.places]
    back = found.get_pixels_by_source_instance(instances, combine_segments=True, ignore_spatial_locations=True,
                                               assert_missing_frames_are_empty=True)  # fmt: skip
    np.testing.assert_array_equal(back, drawn.mask)


def test_frames_of_one_file_are_counted_as_the_file_counts_them(shelf, put):
    frames = np.arange(4 * 8 * 6, dtype=np.int16).reshape(4, 8, 6)
    positions = [(0, 0, z) for z in (6, 0, 4, 2)]
    dataset = making.enhanced(frames, positions, [(1, 0)] * 4)
    dataset.FrameOfReferenceUID = FRAME
    (stack,) = put(making.written(dataset))
    drawn = drawn_on(stack)
    found = segmentation(segmented.dicom(shelf, stack, drawn)[SEGMENTATION])
    check_places(found, stack, drawn)
    for number in (1, 2):
        for position, (_, group) in places(found, number).items():
            (source,) = group.DerivationImageSequence[0].SourceImageSequence
            assert source.ReferencedSOPInstanceUID == dataset.SOPInstanceUID
            assert positions[source.ReferencedFrameNumber - 1] == position


def test_segments_say_what_they_are_and_who_drew_them(shelf, put):
    (stack,) = put(*making.series([(0, 0, z) for z in range(3)], FrameOfReferenceUID=FRAME))
    first, second = segmentation(segmented.dicom(shelf, stack, drawn_on(stack))[SEGMENTATION]).SegmentSequence
    assert first.SegmentLabel == "liver"
    assert first.SegmentedPropertyTypeCodeSequence[0].CodeValue == codes.SCT.Liver.value
    assert second.SegmentLabel == "left lobe"
    assert second.SegmentedPropertyTypeCodeSequence[0].CodeValue == codes.SCT.Tissue.value
    algorithm = first.SegmentationAlgorithmIdentificationSequence[0]
    assert algorithm.AlgorithmName == "Medcore U-Net"
    assert "run-1" in algorithm.AlgorithmParameters
    assert "threshold" in algorithm.AlgorithmParameters
    assert first.SegmentAlgorithmType == "AUTOMATIC"


def test_any_name_of_a_class_becomes_one_label(shelf, put):
    (stack,) = put(*making.series([(0, 0, z) for z in range(3)], FrameOfReferenceUID=FRAME))
    names = ("left\\lobe\n", "  ", "肝" * 70)
    made = segmented.dicom(shelf, stack, drawn_on(stack, names))
    report = highdicom.sr.srread(io.BytesIO(made[REPORT])).content.get_volumetric_roi_measurement_groups()
    for labels in (
        [segment.SegmentLabel for segment in segmentation(made[SEGMENTATION]).SegmentSequence],
        [group.tracking_identifier for group in report],
    ):
        assert labels == ["left lobe", "class 2", "肝" * 64]


def test_the_report_measures_volumes_of_the_segments(shelf, put):
    (stack,) = put(*making.series([(0, 0, 2.0 * z) for z in range(3)], FrameOfReferenceUID=FRAME))
    drawn = drawn_on(stack)
    made = segmented.dicom(shelf, stack, drawn)
    found = segmentation(made[SEGMENTATION])
    report = highdicom.sr.srread(io.BytesIO(made[REPORT]))
    groups = report.content.get_volumetric_roi_measurement_groups()
    assert len(groups) == 2
    for number, group in enumerate(groups, 1):
        (volume,) = group.get_measurements(name=codes.SCT.Volume)
        assert volume.value == pytest.approx((drawn.mask == number).sum() * 0.5 * 0.25 * 2 / 1000)
        assert volume.unit.value == "mL"
        segment = group.referenced_segment
        assert segment.referenced_sop_instance_uid == found.SOPInstanceUID
        assert segment[0].ReferencedSOPSequence[0].ReferencedSegmentNumber == number
        assert group.tracking_uid == found.SegmentSequence[number - 1].TrackingUID
    assert report.PatientName == found.PatientName
    evidence = {
        one.ReferencedSOPInstanceUID
        for series in report.CurrentRequestedProcedureEvidenceSequence[0].ReferencedSeriesSequence
        for one in series.ReferencedSOPSequence
    }
    assert evidence == {found.SOPInstanceUID, *(shelf.found(file).details["instance"] for file, _ in stack.places)}


def test_a_single_slice_is_measured_by_area(shelf, put):
    (stack,) = put(making.written(making.slice_of(FrameOfReferenceUID=FRAME)))
    drawn = drawn_on(stack, ("lesion", "cyst"))
    drawn.mask[drawn.mask == 2] = 0
    made = segmented.dicom(shelf, stack, drawn)
    found = segmentation(made[SEGMENTATION])
    groups = highdicom.sr.srread(io.BytesIO(made[REPORT])).content.get_planar_roi_measurement_groups()
    areas = [group.get_measurements(name=codes.SCT.Area)[0].value for group in groups]
    np.testing.assert_allclose(areas, [(drawn.mask == 1).sum() * 0.125, 0])
    for number, group in enumerate(groups, 1):
        frame = group[0].ContentSequence
        (reference,) = [item for item in frame if item.ConceptNameCodeSequence[0].CodeValue == "121214"]
        numbers = reference.ReferencedSOPSequence[0]
        assert (numbers.ReferencedFrameNumber, numbers.ReferencedSegmentNumber) == (number, number)
        at = found.PerFrameFunctionalGroupsSequence[number - 1].SegmentIdentificationSequence[0]
        assert at.ReferencedSegmentNumber == number


def test_one_slice_of_a_series_is_told_by_itself(shelf, put):
    (stack,) = put(*making.series([(0, 0, 2.0 * z) for z in range(3)], FrameOfReferenceUID=FRAME))
    mask = np.zeros(stack.shape, np.uint8)
    mask[1, 2:4, 1:5] = 1
    made = segmented.dicom(shelf, stack, Drawn(mask, ("lesion",), 1, 2, *measures(stack), "U-Net", "run-1"))
    found = segmentation(made[SEGMENTATION])
    np.testing.assert_array_equal(found.pixel_array, mask[1])
    (source,) = found.SourceImageSequence
    assert source.ReferencedSOPInstanceUID == shelf.found(stack.places[1][0]).details["instance"]
    (group,) = highdicom.sr.srread(io.BytesIO(made[REPORT])).content.get_planar_roi_measurement_groups()
    assert group.get_measurements()[0].value == pytest.approx(8 * 0.125)


def test_a_radiograph_without_a_place_has_a_segmentation_without_one(shelf, put):
    dataset = making.slice_of(position=None, orientation=None, Modality="CR", RescaleType=None, SliceThickness=None)
    dataset.SOPClassUID = pydicom.uid.ComputedRadiographyImageStorage
    (stack,) = put(making.written(dataset))
    drawn = drawn_on(stack)
    made = segmented.dicom(shelf, stack, drawn)
    found = segmentation(made[SEGMENTATION])
    assert "FrameOfReferenceUID" not in found
    np.testing.assert_array_equal(found.pixel_array, [drawn.mask[0] == 1, drawn.mask[0] == 2])


def test_a_mask_of_nothing_is_told_as_such(shelf, put):
    (stack,) = put(*making.series([(0, 0, 2.0 * z) for z in range(3)], FrameOfReferenceUID=FRAME))
    made = segmented.dicom(
        shelf,
        stack,
        Drawn(np.zeros(stack.shape, np.uint8), CLASSES, 0, len(stack.places), *measures(stack), "U-Net", "r"),
    )
    assert not segmentation(made[SEGMENTATION]).pixel_array.any()
    report = highdicom.sr.srread(io.BytesIO(made[REPORT]))
    groups = report.content.get_volumetric_roi_measurement_groups()
    assert [group.get_measurements()[0].value for group in groups] == [0, 0]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({}, r"These files lack: one Frame of Reference UID\."),
        ({"FrameOfReferenceUID": FRAME, "PixelSpacing": None}, r"These files lack: pixel size\."),
        ({"StudyInstanceUID": None, "FrameOfReferenceUID": FRAME}, "Study Instance UID"),
    ],
)
def test_what_the_files_lack_is_said_in_one_sentence(shelf, put, change, why):
    (stack,) = put(*making.series([(0, 0, 2.0 * z) for z in range(2)], **change))
    with pytest.raises(ValueError, match=why):
        segmented.dicom(shelf, stack, drawn_on(stack))


def test_an_enhanced_object_of_one_frame_has_its_place(shelf, put):
    dataset = making.enhanced(np.arange(48, dtype=np.int16).reshape(1, 8, 6), [(1, 2, 3)], [(1, 0)], OBLIQUE)
    dataset.FrameOfReferenceUID = FRAME
    (stack,) = put(making.written(dataset))
    drawn = drawn_on(stack)
    check_places(segmentation(segmented.dicom(shelf, stack, drawn)[SEGMENTATION]), stack, drawn)


def test_slices_that_fan_out_are_refused(shelf, put):
    def turn(dataset, index):
        dataset.Rows, dataset.Columns = 8, 6
        dataset.PixelSpacing = [20, 20]
        angle = np.radians(0.4 * index)
        dataset.ImageOrientationPatient = [1, 0, 0, 0, round(np.cos(angle), 9), round(np.sin(angle), 9)]

    (stack,) = put(*making.series([(0, 0, 9.0 * z) for z in range(3)], turn, FrameOfReferenceUID=FRAME))
    with pytest.raises(ValueError, match="one direction for all slices"):
        segmented.dicom(shelf, stack, drawn_on(stack))


def test_a_mask_of_another_size_is_refused(shelf, put):
    (stack,) = put(making.written(making.slice_of(FrameOfReferenceUID=FRAME)))
    with pytest.raises(ValueError, match=r"1 x 8 x 6. Received: 1 x 6 x 8"):
        segmented.dicom(shelf, stack, Drawn(np.zeros((1, 6, 8), np.uint8), CLASSES, 0, 1, 1, 1, "U-Net", "r"))


def test_it_carries_the_patient_and_the_de_identified_one_does_not(shelf, put):
    who = {"PatientName": "Hansemänn^Erna", "PatientID": "ID-4711", "SpecificCharacterSet": "ISO_IR 100"}
    files = making.series([(0, 0, 2.0 * z) for z in range(3)], FrameOfReferenceUID=FRAME, StudyDate="20200102", **who)
    (stack,) = put(*files)
    drawn = drawn_on(stack)
    for data in segmented.dicom(shelf, stack, drawn).values():
        found = pydicom.dcmread(io.BytesIO(data))
        assert (str(found.PatientName), found.PatientID, found.StudyDate) == ("Hansemänn^Erna", "ID-4711", "20200102")
    archive = segmented.deidentified(shelf, stack, drawn, looked=True)
    assert archive.files == 3
    with zipfile.ZipFile(io.BytesIO(archive.data)) as opened:
        members = {name: opened.read(name) for name in opened.namelist()}
    for data in members.values():
        for word in ("Hansem", "ID-4711", "20200102", FRAME, making.ROOT):
            assert word.encode() not in data
    images = [pydicom.dcmread(io.BytesIO(data)) for name, data in members.items() if name.startswith("series 1/")]
    found = segmentation(members[SEGMENTATION])
    assert found.FrameOfReferenceUID == images[0].FrameOfReferenceUID
    back = found.get_pixels_by_source_instance([one.SOPInstanceUID for one in images], combine_segments=True,
                                               ignore_spatial_locations=True,
                                               assert_missing_frames_are_empty=True)  # fmt: skip
    np.testing.assert_array_equal(back, drawn.mask)
    assert pydicom.dcmread(io.BytesIO(members[REPORT])).PatientID == images[0].PatientID


def test_a_real_series_goes_out_and_comes_back_into_the_viewer(shelf, put, shared_data):
    files = sorted((shared_data / "dicom" / "t1_series").rglob("*.dcm"))[:12]
    (stack,) = put(*(path.read_bytes() for path in files))
    mask = np.zeros(stack.shape, np.uint8)
    mask[2:9, 40:90, 60:100] = 1
    drawn = Drawn(mask, ("hippocampus",), 0, len(stack.places), *measures(stack), "U-Net", "run-1")
    made = segmented.dicom(shelf, stack, drawn)[SEGMENTATION]
    found = segmentation(made)
    check_places(found, stack, drawn)
    shelf.add("made.dcm", made)
    assert shelf.wait(60)
    (again,) = (one for one in shelf.stacks() if one.modality == "SEG")
    np.testing.assert_allclose(again.affine @ (0, 0, 0, 1), stack.affine @ (0, 0, 2, 1), atol=1e-3)
    np.testing.assert_array_equal(shelf.view(again.id).pixels(60) > 0, mask[2:9] > 0)
