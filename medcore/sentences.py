"""Errors as one sentence for people."""

import errno


def sentence(error: Exception) -> str:
    """What is wrong, in one line.

    The system's own errors are put into words; those raised here are sentences already.
    """
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return f"The disk is full: free some space and try again. Received: {error.filename or 'no space left'}"
    if isinstance(error, OSError) and error.strerror and error.filename:
        return f"{error.strerror}. Received: {error.filename}"
    return " ".join(str(error).split())
