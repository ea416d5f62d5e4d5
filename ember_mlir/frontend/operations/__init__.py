"""The operations that programs are written in: `ember.generate` and its kin.

Inside of a program they are recorded, by a trace or by an eager run. Elsewhere they run
at once, one after the other, on the current session.
"""

from __future__ import annotations
