"""What stands between the core and the world: one driver for each kind of clock."""
