"""Messages to datagrams: the inverse of decoding, by the same declarations.

``message.py`` is the public ``encode``; one module for each family of protocols does the work.
"""
