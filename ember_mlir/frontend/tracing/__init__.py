"""The parts of a trace: what it is made of, from the scopes up to the requests.

`scopes` says where operations go and what is changed there, `values` how values of Python
are held by values of a module, `requests` how models are asked.
"""

from __future__ import annotations
