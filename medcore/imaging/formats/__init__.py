"""The other formats: ZIP, pictures, NIfTI and arrays."""
