"""What a person takes home: de-identified DICOM, PNG, NIfTI, data sets."""
