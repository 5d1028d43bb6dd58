"""What a decoder remembers between datagrams: templates and sequence numbers, for each exporter and observation
domain.
"""
