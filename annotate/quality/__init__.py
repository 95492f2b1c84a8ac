"""How well annotators agree: coefficients, alignment of spans, and what differs."""
