"""One module per protocol: framing and order of work.  The only place where wire, codec and state meet."""
