"""Servers for tests, on this machine only: how platforms and mail servers answer, faults included."""
