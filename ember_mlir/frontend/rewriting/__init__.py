"""From the source of a function to a function whose every step goes through a hook.

Jumps become flags (`jumps`), and what is short for something else is written out
(`plain_forms`); then statements (`statements`, with `regions` around their bodies),
assignments (`assignments`) and expressions (`expressions`) are rewritten, and the result is
compiled (`functions`) so that it runs where the user's does.
"""
