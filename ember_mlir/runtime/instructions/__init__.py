"""The instructions: one class per operation of `exec`, or per part of one."""
