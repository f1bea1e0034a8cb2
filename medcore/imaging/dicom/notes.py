"""What is odd about an image, in words for people who do not know DICOM; each in one sentence."""


def colours_unclear(samples: int) -> str:
    kind = "red, green and blue" if samples == 3 else "gray"
    return f"The file contradicts itself about its colours; its pixels are read as {kind}."


def frames_missing(said: int, found: int) -> str:
    return f"The file says that it holds {said:,} frames, but only {found:,} are there."


def more_pixels() -> str:
    return "The file holds more pixel data than its header speaks of; the rest is not shown."


def inverted() -> str:
    return "Low values are meant to be white and high values black (MONOCHROME1), as on an X-ray film."


def lossy() -> str:
    return "The image was compressed with loss: fine detail and exact values may have changed."


def mosaic() -> str:
    return "The picture is a mosaic of many slices side by side; places and distances hold within a tile only."


def tiles(columns: int, rows: int) -> str:
    return f"The frames are tiles of one large picture of {columns:,} x {rows:,} pixels; they are shown one by one."


def rescale_refused(slope: float, intercept: float) -> str:
    return (
        f"The file's rule for turning stored numbers into values makes no sense (slope {slope:g}, "
        f"intercept {intercept:g}); the numbers are shown as they are stored."
    )


def stored_units() -> str:
    return "The file does not say how to turn its numbers into Hounsfield units; they are shown as they are stored."


def lut_damaged() -> str:
    return "The file's table for turning stored numbers into values is damaged; they are shown as they are stored."


def lut_applied() -> str:
    return "Stored numbers are turned into values by a table in the file, not by a straight line."


def wide_numbers(bits: int, floating: bool) -> str:
    kind = "numbers with a fraction" if floating else "whole numbers"
    return f"The file stores {kind} of {bits} bits; they are shown with about seven significant digits."


def deep_colour(bits: int) -> str:
    return f"The file stores {bits} bits a colour; the upper 8 are shown."


def window_ignored() -> str:
    return "A brightness window of the file is not usable (its width is not above zero) and is left out."


def window_curve() -> str:
    return "The file asks for an S-shaped brightness curve; a straight one with the same centre and width is shown."


def window_table() -> str:
    return "The file brings its own brightness table; its range is shown with a straight curve."


def spacing_missing() -> str:
    return "The file does not say how large a pixel is, so distances cannot be measured in mm."


def spacing_at_detector() -> str:
    return (
        "The pixel size is that at the detector: this is a projection, in which a part of the body looks larger "
        "the farther it is from the detector, so distances in mm are too long by that."
    )


def pixels_not_square(ratio: float) -> str:
    return f"The pixels are not square (height to width {ratio:.3g}), which the picture does not show."


def overlay() -> str:
    return "The file carries a drawing on top of the image (an overlay), which is not shown."


def too_many_moments(count: int) -> str:
    return f"The series shows each place up to {count:,} times; they follow one another, place by place."


def more_notes(count: int) -> str:
    return f"There are {count:,} more notes on single files, which are not listed."


def in_some(note: str, files: int, total: int) -> str:
    return f"{note[:-1]} ({files:,} of {total:,} files)."


def uploaded_twice(count: int) -> str:
    slices = "slice was" if count == 1 else "slices were"
    return f"{count:,} {slices} uploaded more than once; each is shown once."


def directions(count: int) -> str:
    return f"The slices of this series lie in {count} directions or pixel sizes; each is shown on its own."


def ordered_by_number() -> str:
    return "The files do not say where their slices lie in the body; they are in the order of their numbers."


def moments(count: int) -> str:
    return f"The series shows each place {count} times or more; each time is shown on its own."


def passes(count: int) -> str:
    return (
        f"The series shows each place {count} times and does not say why; they are shown on their own, "
        "in the order of their numbers."
    )


def one_place(count: int) -> str:
    return f"All {count:,} slices show the same place, one after the other; this is no volume."


def duplicates(count: int) -> str:
    places = "place is" if count == 1 else "places are"
    return f"{count:,} {places} shown by more than one slice, so this is no plain volume."


def slices_missing(after: int, distance: float, usual: float, others: int) -> str:
    more = "" if others == 0 else f", and there {'is 1 more gap' if others == 1 else f'are {others:,} more gaps'}"
    return (
        f"Slices are missing: from slice {after:,} to the next it is {distance:.4g} mm instead of {usual:.4g} mm{more}."
    )


def uneven(least: float, most: float) -> str:
    return f"The slices are not evenly spaced: they lie {least:.4g} to {most:.4g} mm apart."


def tilted(degrees: float) -> str:
    return (
        f"The slices are stacked at a slant of {degrees:.1f}° (a tilted gantry), so planes across them would be skewed."
    )


def shifted(mm: float) -> str:
    return f"The slices are shifted sideways against each other by up to {mm:.3g} mm."


def not_parallel(degrees: float) -> str:
    return f"The slices are not quite parallel (by up to {degrees:.2g}°)."
