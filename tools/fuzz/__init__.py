"""Fuzzing: whatever a text says, the tools must answer, or say what is wrong with it."""
