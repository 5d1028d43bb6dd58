"""One harness per invariant; README.md names them."""
