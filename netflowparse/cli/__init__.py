"""The command line ``python -m netflowparse FILE…``: capture and datagram files to JSON lines, a summary or trees.

    arguments   what the user may say;  help_text: what --help says around it
    source      a file: opened, decompressed, its kind told by its first octets
    capture     pcap and pcapng -> frames; all that is not plain by scapy's raw readers (extra ``netflowparse[pcap]``)
    frames      link layer, IP, UDP -> payload, unless plain by packet/;  fragments: IP fragments -> whole packets
    datagrams   a file of any kind -> export datagrams
    output      which of these the user wants:
      lines     messages -> JSON lines;  renaming: under other collectors' names
      rows      messages -> flat JSON lines or CSV;  selection: of chosen fields
      selection_notes  what no record had;  suggestions: what that may have been meant for;  flow_times: one unit
      summary   messages -> tables, sFlow's own in sflow_tables;  known_tables: what exporters say of themselves
      tables    rows -> text in columns
      trees     datagrams -> what each octet is
      losses    what sequence numbers tell
    report      what goes to stderr: failures, problems, counts;  progress: the line that shows how far we are
    wording     counts and foreign text, spelled for people;  terminal: its colours and width
    status      what the exit code says
    command     the order of work

This is the only part of the package that touches files, and nothing else in it imports this.
"""

from .command import main

__all__ = ["main"]
