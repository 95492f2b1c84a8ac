"""Work that joins the stages: making a workspace, and the demo of the whole chain."""
