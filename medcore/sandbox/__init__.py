"""Processes that read what is not to be trusted: limited in memory, time and files, and ended when they hang."""

from medcore.sandbox.sandbox import Sandbox
from medcore.sandbox.wire import Reply

__all__ = ["Reply", "Sandbox"]
