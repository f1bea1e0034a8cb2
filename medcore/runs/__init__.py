"""The run store and the engine that works through it."""
