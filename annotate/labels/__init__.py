"""What annotators said: the ledgers, and the spans and relations read from them."""
