"""What students check before they hand in: is everything found, readable, of the right form.

`build` makes a bundle from a rubric; everything else here runs inside it, on a plain Python, offline.
"""
