"""What a person uploads: told by content, read in a sandbox, shown, measured, de-identified, exported."""
