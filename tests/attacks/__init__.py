"""Attacks on the sandbox: what student code might try, and how its success is seen from outside."""
