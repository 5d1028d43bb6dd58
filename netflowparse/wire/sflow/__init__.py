"""Every structure of sFlow's records, by format.

flow_records, counter_records, host_records    the tables;  structures: what they are written in
"""
