"""The only code that talks to Label Studio."""
