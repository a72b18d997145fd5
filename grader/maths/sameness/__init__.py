"""Whether two answers are the same, kind by kind, with the evidence."""
