"""The same tests under stock `lit`: `lit lit_tests`."""

import os
import sys

import lit.formats

config.name = "ember"
config.test_format = lit.formats.ShTest(execute_external=False)
config.test_source_root = os.path.dirname(__file__)
config.suffixes = [".md", ".mlir", ".py"]
config.excludes = ["conftest.py", "lit.cfg.py"]
config.environment["PATH"] = os.pathsep.join(
    [os.path.dirname(sys.executable), config.environment["PATH"]]
)
config.environment["PYTHONUTF8"] = "1"
config.environment["PYTHONPATH"] = os.environ.get("PYTHONPATH", "")
