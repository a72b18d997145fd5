"""Why an answer is wrong, and what is asked of it apart from being right."""
