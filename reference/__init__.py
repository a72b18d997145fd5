"""References: a module or a package for each assignment; what several use stands in modules `_name`."""
