"""Mutants: passes with a mistake in them, which the tests must notice."""
