"""The engine: it runs `exec` modules, and does exactly what their text says.

A text is decoded once into tables (`decode`), which many runs share. A run is a core
that knows neither time nor input and output (`core`), under a driver that does: one for
asyncio, one for a clock that jumps (`drivers`). `run` puts them together.
"""
