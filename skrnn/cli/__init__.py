"""The command line: for people with a CSV file and no notebook.

``python -m skrnn --help`` shows what there is. Every command is a few calls of the
public functions; what it can do, they can do.
"""
