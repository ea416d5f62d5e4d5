"""Control flow whose course is known only when the program runs.

Each kind of statement has an object that runs its arms or rounds in the user's own frame:
`branches` for `if`, `loops` for `for` and `while`, `attempts` for `try`; `choices` has
`and`, `or` and `x if c else y`, `collections` the comprehensions. `merging` makes one value
of what several arms have left.
"""
