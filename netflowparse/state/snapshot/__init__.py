"""All that a decoder remembers as plain JSON values, and back.

writing       of a store;  pending: of what waits, written and read
reading       a snapshot, hostile until it is read;  parts: an exporter, its domains;  values: one by one
merge         several made one;  restore: taken over into a store
"""
