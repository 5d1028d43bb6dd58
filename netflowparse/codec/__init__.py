"""Declarations into readers: the reference engine (Construct, interpreted) and the compiled one (generated functions).

Both read the same ``Struct``; both give the same dicts and report the same odd values.
"""
