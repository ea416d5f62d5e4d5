"""What several passes and tools need to know of a module; none of it changes one."""
