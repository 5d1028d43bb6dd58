"""What a decoder remembers between datagrams, for each exporter: templates and sequence numbers of its observation
domains, data sources of its sFlow agents.
"""
