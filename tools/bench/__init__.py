"""Benchmarks: what the engine costs beside asyncio written by hand."""
