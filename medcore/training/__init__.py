"""One compiled loop, losses, devices, and one file a task."""
