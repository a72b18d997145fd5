"""The pages people get: each one self-contained HTML file that runs and fetches nothing.

report      the page of a student
part        one part of it: the answer, how it was read, the evidence, the mark
notebook    the notebooks as they ran
staff       the page of a student with all that the staff may see
overview    the page of the class
comments    what people write, with formulas
charts      charts and icons
words       what outcomes and pieces of evidence are called
rendering   the templates
pdf         pages printed
"""
