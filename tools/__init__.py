"""The commands `ember-opt` and `ember`: argument handling over the package's own functions."""
