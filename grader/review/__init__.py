"""The local page where people mark what the machine could not decide.

guard     who may ask: the token, the host, the origin, and the headers of every answer
piles     what is to be marked: the class, anonymous, with groups of equal answers part by part
entered   what a person typed: points or a share of them, ticked items, a comment
asked     what the rubric says of a part: the reference, the items, the declared mistakes
figures   the pictures and files of a student, by number
pages     all of this as HTML
session   one person at the page: who marks, what was just said, what can be taken back
stops     where a request stands, by its address, and what comes before and after
forms     the fields of a form
desk      one group of answers on the screen
changes   what a person changes
served    what the pages load
app       the addresses
"""
