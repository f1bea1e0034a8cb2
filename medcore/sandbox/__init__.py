"""Processes that read what is not to be trusted: limited in memory, time and files, and ended when they hang."""
