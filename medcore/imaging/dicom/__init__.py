"""DICOM files: reading, decoding, values, geometry, what is odd, de-identification."""
