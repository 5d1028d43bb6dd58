"""The words of ``--help`` around the options.  At most 79 columns: they are shown as they stand."""

MODULE = "python -m netflowparse"  # what stands for the command in EPILOG

DESCRIPTION = """\
Decode NetFlow v1/5/6/7/8/9, IPFIX and sFlow v5 datagrams found in files.
Without further options each flow, options record and counter sample becomes a
line of JSON.

A FILE is told by its content:
  - a pcap or pcapng capture (needs scapy: pip install scapy)
  - one raw datagram
  - an IPFIX file (RFC 5655): messages one after the other
gzip and bzip2 are undone.  "-" is standard input, for each of these kinds.
All files feed one decoder, in the order given.  Data that comes before its
template is printed when that comes.
"""

EPILOG = """\
a line of JSON:
  {"exporter":"192.0.2.1","protocol":"netflow9","header":{...},"flow":{...}}
  In place of "flow": "options" for options records; of sFlow "counters" for
  counter samples and "unknown_sample" for samples of a format that is not
  known; "completed_flow" and "completed_options" for records that came before,
  and lacked templates for their lists.

examples:
  Look at a capture: who exports what, how it is sampled, what is wrong.
    python -m netflowparse --summary *.pcap.gz
  A line for each flow, options record and counter sample; the flows alone.
    python -m netflowparse x.pcap
    python -m netflowparse x.pcap | jq 'select(.flow).flow'
    python -m netflowparse x.pcap | jq 'select(.counters).counters'
  A table for a spreadsheet or a database, of the usual columns or of yours.
    python -m netflowparse --format csv x.pcap > x.csv
    python -m netflowparse --format csv \\
      --fields sourceIPv4Address,sourceIPv6Address,octetDeltaCount x.pcap
  Names of the Elastic Common Schema; of documents docs/feeding.md tells.
    python -m netflowparse --names ecs x.pcap
    python -m netflowparse --names ecs --fields source.ip,source.bytes x.pcap
  Only what these ports got; what fails there is told.
    python -m netflowparse --port 2055 --port 4739 x.pcap
  Raw datagrams: first the one with the templates.
    python -m netflowparse --messages template.bin data.bin
  What each octet is, and what is wrong where.
    python -m netflowparse --explain data.bin | less
  Live.
    tcpdump -U -w - udp port 2055 | python -m netflowparse -

exit status:
  0    every datagram was read; what is wrong inside (templates that never
       came, cut records) is told on standard error, and is no failure
  1    a file could not be read or recognised (the others are still
       processed), or the output not be written
  2    wrong usage
  3    nothing was decoded: there was no datagram, or all of them failed
  4    some datagrams could not be decoded
  130  interrupted (Ctrl-C)
  141  the reader of the output went away (| head)

In the sources docs/command-line.md says more, who sends most for one,
docs/problems.md what the codes of problems mean and what to do, docs/names.md
what fields are called.
"""


def epilog(called: str) -> str:
    """Return EPILOG for a command that is *called* so; it is no longer than MODULE."""
    return EPILOG.replace(MODULE, called)
